"""A plan carried out: begun or gone on with, file after file, to the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ..errors import sentence
from . import briefing
from .copying import begin
from .describing import description
from .engine import Alone, Engine, Tell
from .finishing import finish
from .journal import Journal
from .ledger import Ledger
from .orders import Outcome, outcome
from .plan import Plan
from .request import Request
from .resuming import discard, locked, resumed
from .workplace import OPTION, Workplace, workplace
from .writing import unwritable


def reserved(function: str, plan: Plan, request: Request) -> Workplace:
    """
    Decide where to work; with `restart` what is there of an earlier run is discarded.

    Parameters
    ----------
    function : str
        Who asks.
    plan : Plan
        The plan.
    request : Request
        What was asked.

    Returns
    -------
    Workplace
    """
    others = [] if plan.initial is None else plan.initial.files
    found = workplace(function, request.out, plan.source, others, overwrite=request.overwrite)
    if not request.restart:
        return found
    discard(function, found, overwrite=request.overwrite)
    return workplace(function, request.out, plan.source, others, overwrite=request.overwrite)


def run(
    function: str,
    plan: Plan,
    request: Request,
    place: Workplace,
    engine: Engine | None = None,
    tell: Tell | None = None,
) -> tuple[Journal, dict[str, Outcome]]:
    """
    Carry a plan out.

    Parameters
    ----------
    function : str
        Who asks.
    plan : Plan
        The plan.
    request : Request
        What was asked.
    place : Workplace
        From `reserved`.
    engine : Engine, optional
        Default: this process alone.
    tell : callable, optional
        Told of the progress.

    Returns
    -------
    journal : Journal
        As it was at the end.
    outcomes : dict of str to Outcome
        Of every tensor that was made, in an earlier run, too.

    Raises
    ------
    ValueError
        An earlier run was asked something else; a tensor that cannot be computed.
    OSError
        A file that cannot be read or written.
    """
    engine = Alone() if engine is None else engine
    about = description(plan, request, engine.arithmetic)
    with locked(function, place):
        journal, finished = resumed(function, place, about, tell, overwrite=request.overwrite)
        try:
            _require_outcomes(function, plan, journal, finished)
            todo = [i for i in range(len(plan.source.shards)) if i not in finished]
            _require_room(function, plan, place, todo)
            ledger = Ledger(function, plan, place, journal)
            orders = ledger.orders(todo, request.device)
            _lay_out(function, plan, ledger.desk, todo)
            engine.carry_out(function, orders, ledger.settle, tell)
            finish(function, place, plan.source.index)
        except BaseException:
            if not journal.done:
                with suppress(OSError):  # what is told is why it failed
                    place.clear()
            raise
    known = {name: outcome(plain) for name, plain in journal.outcomes.items()}
    return journal, known | ledger.outcomes


def _require_outcomes(function: str, plan: Plan, journal: Journal, finished: Iterable[int]) -> None:
    """
    Refuse a journal that does not tell of what is in its finished files: the report would be silent about it.

    Raises
    ------
    ValueError
        Naming the tensor.
    """
    for i in finished:
        for name in {plan.origin.get(kept.tensor.name, "") for kept in plan.source.shards[i].kept} & plan.jobs.keys():
            told = journal.outcomes.get(name, {"blocks": []})["blocks"]
            if len(told) != len(plan.jobs[name].cut):
                got = f"{len(told)} blocks of {name!r} in the journal"
                rule = f"tell of {len(plan.jobs[name].cut)}"
                raise ValueError(sentence(function, "the interrupted run", rule, got, "--restart"))


def _lay_out(function: str, plan: Plan, desk: briefing.Desk, shards: Iterable[int]) -> None:
    """Make every file that orders write into; only headers take room."""
    for i in shards:
        shard = plan.source.shards[i]
        if not shard.is_archive:
            begin(function, shard.path, desk.part(i), shard.base, shard.size)
            continue
        for path in briefing.seal(plan, i, desk).made.values():
            _touch(function, path)


def _touch(function: str, path: Path) -> None:
    try:
        path.touch()
    except OSError as error:
        unwritable(function, path, error)


def _require_room(function: str, plan: Plan, place: Workplace, shards: Iterable[int]) -> None:
    needed = sum(plan.source.shards[i].size for i in shards)
    free = shutil.disk_usage(place.desk).free
    if needed > free:
        got = f"{free / 1e6:.0f} MB free in {str(place.desk.parent)!r}"
        advice = "freeing some, or another place"
        raise ValueError(sentence(function, OPTION, f"have room for {needed / 1e6:.0f} MB", got, advice))
