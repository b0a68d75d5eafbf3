"""What it takes before anything is computed: importing the package, and the command line's help."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import fire_ref

from ..catalogue import Data
from ..waiting import watched
from .timing import Pace, spread

#: What takes long to import, and is needed by some calls only.
HEAVY = (
    "scipy",
    "torch",
    "jax",
    "cupy",
    "dask",
    "matplotlib",
    "rich",
    "safetensors",
    "pandas",
    "sklearn",
    "threadpoolctl",
    "flint",
)
IMPORT, HELP = "import fire_ref", "fire-ref --help"
#: Seconds: of the import, beyond what most users have loaded anyway; of the help, from the first to the last.
GOALS = {IMPORT: 0.3, HELP: 0.5}
ANYWAY = "import numpy, scipy.linalg"
LINE = re.compile(r"import time:\s*(\d+) \|\s*(\d+) \|\s*(\S+)\s*")


class Import(NamedTuple):
    """One module: seconds by itself, and with what it imported first."""

    module: str
    own: float
    cumulative: float


def imports(told: str) -> list[Import]:
    """
    Read what `python -X importtime` writes.

    Parameters
    ----------
    told : str
        Standard error; lines of another kind are passed over.

    Returns
    -------
    list of Import
        In the order in which they were done.
    """
    found = (LINE.fullmatch(line) for line in told.splitlines())
    return [Import(one[3], int(one[1]) / 1e6, int(one[2]) / 1e6) for one in found if one]


def heavy(modules: Iterable[Import]) -> list[str]:
    """Return which of `HEAVY` were imported, or a part of them."""
    there = {one.module.partition(".")[0] for one in modules}
    return [name for name in HEAVY if name in there]


def table(pace: Pace) -> list[Data]:
    """
    Start new interpreters, and tell what they took.

    Parameters
    ----------
    pace : Pace
        How often.

    Returns
    -------
    list of dict
        name, "goal" in seconds, "imports" (seconds by importtime) and "process" (CPU seconds of the child: the
        import's beyond that of `ANYWAY`), "heavy" (what was imported without need), and whether the goal is met.
    """
    help_ = ["-m", "fire_ref", "--help"]
    early = {IMPORT: unneeded(["-c", IMPORT]), HELP: unneeded(help_)}  # after which everything is compiled
    by_import: dict[str, list[float]] = {IMPORT: [], HELP: []}
    by_clock: dict[str, list[float]] = {IMPORT: [], HELP: []}
    for _ in watched(range(pace.rounds), "table1: start-up"):
        by_import[IMPORT].append(beyond(imported(["-c", f"{ANYWAY}, fire_ref"])))
        by_import[HELP].append(sum(one.own for one in imported(help_)))
        by_clock[IMPORT].append(taken(["-c", f"{ANYWAY}, fire_ref"]) - taken(["-c", ANYWAY]))
        by_clock[HELP].append(taken(help_))
    rows: list[Data] = [
        {
            "name": name,
            "goal": goal,
            "imports": spread(by_import[name]),
            "process": spread(by_clock[name]),
            "heavy": early[name],
        }
        for name, goal in GOALS.items()
    ]
    return [row | {"met": met(row)} for row in rows]


def unneeded(arguments: list[str]) -> list[str]:
    """
    Run Python, and tell which of `HEAVY` it imported that it does not import at every start.

    Parameters
    ----------
    arguments : list of str
        For the interpreter.

    Returns
    -------
    list of str
    """
    always = heavy(imported(["-c", "pass"]))
    return [name for name in heavy(imported(arguments)) if name not in always]


def met(row: Data) -> bool:
    """
    Judge one row.

    Parameters
    ----------
    row : dict
        Of `table`.

    Returns
    -------
    bool
        Both times are under the goal, and nothing heavy was imported.
    """
    slower = max(row["imports"]["median"], row["process"]["median"])
    return bool(slower < row["goal"]) and not row["heavy"]


def beyond(modules: Iterable[Import]) -> float:
    """Return the seconds of the package, with all that it imported first."""
    return next(one.cumulative for one in modules if one.module == "fire_ref")


def imported(arguments: list[str]) -> list[Import]:
    """
    Run Python, and tell what it imported.

    Parameters
    ----------
    arguments : list of str
        For the interpreter.

    Returns
    -------
    list of Import
    """
    return imports(_run(["-X", "importtime", *arguments]))


def taken(arguments: list[str]) -> float:
    """
    Run Python, and tell the CPU time of the process.

    Parameters
    ----------
    arguments : list of str
        For the interpreter.

    Returns
    -------
    float
        Seconds, of all its threads, from its start to its end; many systems count in hundredths.
    """
    before = os.times()
    _run(arguments)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def _run(arguments: list[str]) -> str:
    # The same package as here, wherever this was started.
    paths = [str(Path(fire_ref.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    found = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True, env=found)
    return done.stderr
