"""What an experiment is asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fire_ref.errors import sentence

from .arms.catalogue import ARMS

SCALES = ("tiny", "small", "full-small", "paper")


@dataclass(frozen=True)
class Trial:
    """
    How much of an experiment, and how.

    Attributes
    ----------
    scale : str
        Of `SCALES`.
    seeds : int or None
        How many; None for the scale's own number.
    methods : tuple of str
        Names of arms; empty for all.
    panels : tuple of str
        Names of panels; empty for all.
    jobs : int
        Runs at a time, each in a process of its own where there are several.
    resume : bool
        Go on with the results that are there.
    data : Path or None
        The user's own folder of data.
    folder : Path
        Where results are kept.
    """

    scale: str = "small"
    seeds: int | None = None
    methods: tuple[str, ...] = ()
    panels: tuple[str, ...] = ()
    jobs: int = 1
    resume: bool = False
    data: Path | None = None
    folder: Path = Path("pictures")


def methods_named(given: str) -> tuple[str, ...]:
    """
    Read a list of methods from the command line.

    Parameters
    ----------
    given : str
        Names with commas between them, or "all".

    Returns
    -------
    tuple of str
        In the order of the pictures; empty for all.

    Raises
    ------
    ValueError
        An unknown name.
    """
    parts = [part.strip() for part in given.split(",")]
    for part in parts:
        if part not in ARMS and part != "all":
            known = f"be of {', '.join(ARMS)} or all"
            raise ValueError(sentence("figures", "--methods", known, repr(part), "--methods base,full-reset"))
    return () if "all" in parts else tuple(name for name in ARMS if name in parts)


#: More are a mistake in typing.
MOST = 1000


def at_least_one(option: str, value: int | None) -> None:
    """
    Refuse a number that is none, or too many.

    Parameters
    ----------
    option : str
        Where it was given.
    value : int or None
        None where it was not.

    Raises
    ------
    ValueError
        It is less than 1, or more than `MOST`.
    """
    if value is not None and value < 1:
        raise ValueError(sentence("figures", option, "be at least 1", value, f"{option} 2"))
    if value is not None and value > MOST:
        raise ValueError(sentence("figures", option, f"be at most {MOST}", value, f"{option} 5"))
