"""Who carries orders out: what all engines have, and the one that is this process alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Protocol, TypeAlias, TypeVar

from .arithmetic import arithmetic
from .orders import Make, Order, Outcome
from .performing import perform

#: Told of each order that is done, with what came of it; returns what can be done because of it.
Settle: TypeAlias = Callable[[Order, Outcome], Iterable[Order]]
#: Told of what is done, what is to do in all, and what is being done.
Tell: TypeAlias = Callable[[int, int, str], None]
Some = TypeVar("Some", bound=Order)


class Engine(Protocol):
    """Carries orders out, in one process or many."""

    @property
    def arithmetic(self) -> dict[str, str]:
        """What decides the last bits of those that compute."""

    def carry_out(self, function: str, orders: Sequence[Order], settle: Settle, tell: Tell | None) -> None:
        """Do all orders, and those that follow from them."""


class Alone:
    """This process, one order after the other: files are finished in their order."""

    @property
    def arithmetic(self) -> dict[str, str]:
        """What decides the last bits here."""
        return arithmetic()

    def carry_out(self, function: str, orders: Sequence[Order], settle: Settle, tell: Tell | None) -> None:
        """
        Do all orders.

        Parameters
        ----------
        function : str
            Who asks.
        orders : sequence of Order
            In any order.
        settle : callable
            Told of each that is done.
        tell : callable or None
            Told of the progress.
        """
        todo = deque(sorted(orders, key=_first_file))
        counted = Counted(orders, tell)
        while todo:
            order = todo.popleft()
            counted.begun(order)
            outcome = perform(function, order)
            counted.finished(order)
            following = list(settle(order, outcome))
            counted.more(following)
            todo.extendleft(following)


class Counted:
    """How much of the work is done, for whoever waits."""

    def __init__(self, orders: Iterable[Order], tell: Tell | None) -> None:
        self.done = 0
        self.total = sum(order.cost for order in orders)
        self.tell = tell

    def begun(self, order: Order) -> None:
        """Tell what is being done."""
        if self.tell is not None:
            self.tell(self.done, self.total, order.label)

    def finished(self, order: Order) -> None:
        """Count what is done."""
        self.done += order.cost
        self.begun(order)

    def more(self, orders: Iterable[Order]) -> None:
        """Count what came up."""
        self.total += sum(order.cost for order in orders)


def _first_file(order: Order) -> int:
    return order.targets[0].shard if isinstance(order, Make) else getattr(order, "shard", 0)


def for_a_cluster(order: Some, kernel: str | None) -> Some:
    """Return an order that may be done on another machine, by whoever has the agreed arithmetic."""
    return replace(order, shared=True, kernel=kernel)
