"""Make the runs of a figure that are not there yet, one after the other or several at a time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from fire_ref.cli.waiting import progress
from fire_ref.errors import missing_extra, sentence

from . import checkpoints, ledger
from .arms.catalogue import ARMS
from .asking import Trial
from .configuration import Configuration
from .data import loaded
from .digests import fingerprint
from .ledger import Record
from .plans import PLANS, planned
from .refusing import UnusableError
from .several import several
from .training import run


def results(name: str, folder: Path) -> Path:
    """Return the file of a figure's results; figures that are drawn from the same runs share one."""
    return folder / f"{PLANS[name].book}.jsonl"


def made(name: str, trial: Trial, device: str) -> list[Record]:
    """
    Make what is missing, and return all results of a figure.

    Parameters
    ----------
    name : str
        The figure.
    trial : Trial
        What was asked for.
    device : {"cpu", "cuda"}
        Where it trains.

    Returns
    -------
    list of dict
        As they are in the file: also those that were not asked for now.

    Raises
    ------
    UnusableError
        No such scale, no data; or results that cannot be gone on with.
    MissingExtraError
        PyTorch is not installed.
    KeyboardInterrupt
        It was broken off; the message says what is kept.
    """
    plan = planned(name, trial, device)
    _torch()
    path = results(name, trial.folder)
    _same_data(path, continued(name, path, trial, plan), plan, trial.data)
    with ledger.opened(path) as book:
        done = _done(continued(name, path, trial, plan))
        todo = [one for one in plan if len(done.get(one.key, ())) < one.sizes.tasks]
        total = sum(one.sizes.tasks - len(done.get(one.key, ())) for one in todo)
        made_now = 0
        print(f"{name}: {total} of {sum(one.sizes.tasks for one in plan)} evaluations to make", file=sys.stderr)
        with progress() as tell:

            def emit(record: Record) -> None:
                nonlocal made_now
                book.append(record)
                made_now += 1
                if tell is not None:
                    tell(made_now, total, f"{name}: {' '.join(map(str, ledger.place(record)))}")

            folder = path.with_suffix(".checkpoints")
            try:
                if trial.jobs > 1:
                    several(todo, done, emit, folder, trial.data, trial.jobs)
                else:
                    for one in todo:
                        run(one, loaded(one, trial.data), emit, folder=folder, done=done.get(one.key, ()))
                checkpoints.clear(folder)
            except KeyboardInterrupt:
                kept = sum(map(len, done.values())) + made_now
                raise KeyboardInterrupt(f"{kept} results are kept in {path}; --resume goes on with them") from None
    return ledger.read(path)


def continued(name: str, path: Path, trial: Trial, plan: Sequence[Configuration]) -> list[Record]:
    """
    Return the results that are there, or refuse to mix them with others.

    Parameters
    ----------
    name : str
        The figure.
    path : Path
        Of the results.
    trial : Trial
        Whether it may go on with them.
    plan : sequence of Configuration
        The runs to come.

    Returns
    -------
    list of dict

    Raises
    ------
    UnusableError
        There are some, and it may not; or they are of another scale or device.
    """
    records = ledger.read(path)
    if records and not trial.resume:
        rule = "be told to go on with the results that are there"
        raise UnusableError(sentence("figures", str(path), rule, f"{len(records)} results", "--resume"))
    every = planned(name, replace(trial, panels=(), methods=(), seeds=1), plan[0].device)
    wanted = {one.panel: (one.plain()["sizes"], one.device) for one in every}
    for record in records:
        told = record["configuration"]
        if told["arm"] not in ARMS or wanted.get(told["panel"]) != (told["sizes"], told["device"]):
            sizes = ", ".join(f"{value} {key}" for key, value in told["sizes"].items())
            rule = "hold results of the scale and device asked for"
            got = f"{told['panel']} {told['arm']}: {sizes} on {told['device']}"
            raise UnusableError(sentence("figures", str(path), rule, got, "another --out"))
    return records


def _same_data(path: Path, records: list[Record], plan: Sequence[Configuration], folder: Path | None) -> None:
    """
    Load the data of each panel, so that what is missing is told before anything is written; refuse other data.

    Raises
    ------
    UnusableError
        The data cannot be had, or are not those that the results are of.
    """
    for one in {one.panel: one for one in plan}.values():
        now = fingerprint(loaded(one, folder))
        for record in records:
            # Lines of before there was such a key are taken on trust.
            if record["configuration"]["panel"] == one.panel and record.get("data", now) != now:
                rule, got = "hold results of the data that are given", f"{one.panel} of others"
                raise UnusableError(sentence("figures", str(path), rule, got, "the --data of before, or another --out"))


def _torch() -> None:
    try:
        import torch  # noqa: F401 # only whether it is there
    except ImportError:
        raise missing_extra("figures", "torch", "experiments") from None


def _done(records: list[Record]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for record in records:
        panel, arm, seed, task = ledger.place(record)
        found.setdefault(f"{panel}.{arm}.{seed}", set()).add(task)
    return found
