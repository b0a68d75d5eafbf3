"""The books of a run: which file waits for what, what came of it, and when it is finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from .briefing import Desk, fills, makes, seal
from .journal import Journal, save
from .orders import Fill, Make, Order, Outcome, Seal
from .plan import Plan
from .sealing import rename
from .workplace import Workplace


class Ledger:
    """
    Told of every order that is done, says what can be done because of it, and writes the journal.

    Attributes
    ----------
    outcomes : dict of str to Outcome
        What came of each tensor that was made in this run.
    """

    def __init__(self, function: str, plan: Plan, place: Workplace, journal: Journal) -> None:
        self.function, self.plan, self.place, self.journal = function, plan, place, journal
        self.desk = Desk(place.desk, journal.token)
        self.outcomes: dict[str, Outcome] = {}
        self._waiting: Counter[int] = Counter()

    def orders(self, shards: Collection[int], device: str) -> list[Order]:
        """
        Return what can be done at once.

        Parameters
        ----------
        shards : collection of int
            Files that are not finished.
        device : {"cpu", "cuda"}
            Where to compute.

        Returns
        -------
        list of Order
        """
        found: list[Order] = [*fills(self.plan, shards, self.desk), *makes(self.plan, shards, self.desk, device)]
        for order in found:
            self._waiting.update(_files(order))
        return [*found, *(seal(self.plan, i, self.desk) for i in sorted(shards) if not self._waiting[i])]

    def settle(self, order: Order, outcome: Outcome) -> Iterable[Order]:
        """
        Enter what came of an order.

        Parameters
        ----------
        order : Order
            It is done.
        outcome : Outcome
            What came of it.

        Yields
        ------
        Order
            What can be done because of it.
        """
        if isinstance(order, Seal):
            self._finish(order, outcome)
            return
        if isinstance(order, Make):
            self.outcomes[order.name] = outcome
        for shard in _files(order):
            self._waiting[shard] -= 1
            if self._waiting[shard] == 0:
                yield seal(self.plan, shard, self.desk)

    def _finish(self, order: Seal, outcome: Outcome) -> None:
        """Write down what a file will be before it is: whatever has its name is either that, or not of this run."""
        name = self.place.names[order.shard]
        here = {self.plan.origin.get(kept.tensor.name) for kept in self.plan.source.shards[order.shard].kept}
        self.journal.outcomes |= {n: found.plain() for n, found in self.outcomes.items() if n in here}
        self.journal.done[name] = (outcome.size, outcome.digest)
        save(self.function, self.place.desk, self.journal)
        rename(self.function, order.part, self.place.final(order.shard))
        for path in order.made.values():
            path.unlink(missing_ok=True)


def _files(order: Order) -> set[int]:
    if isinstance(order, Make):
        return {target.shard for target in order.targets}
    return {order.shard} if isinstance(order, (Fill, Seal)) else set()
