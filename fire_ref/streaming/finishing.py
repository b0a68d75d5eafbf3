"""The end of a run: the index last of all files, the folder in its place, the journal gone last."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from .copying import begin
from .sealing import flush, rename, settle
from .source import NPZ, SAFETENSORS
from .workplace import DESK, INDEX, Workplace
from .writing import unwritable


def finish(function: str, place: Workplace, index: Path | None) -> None:
    """
    Put the index beside the finished files, and clear the desk. Whatever was done before is not done again.

    Parameters
    ----------
    function : str
        Who asks.
    place : Workplace
        Where all files are.
    index : Path or None
        The input's, which says the same of the output.

    Raises
    ------
    OSError
        A folder that does not take it; the same command goes on from here.
    """
    try:
        if index is not None:
            part = place.desk / f"{index.name}.part"
            size = index.stat().st_size
            begin(function, index, part, size, size)
            settle(function, part)
            rename(function, part, place.folder / index.name)
        if place.swaps:
            place = _swapped(place)
        if place.old.exists() and not place.is_file:
            _carry_over(place)
        place.clear()
        flush(place.folder)
    except OSError as error:
        if str(error).startswith(f"{function}: "):
            raise
        unwritable(function, place.target, error)


def _swapped(place: Workplace) -> Workplace:
    if place.target.exists():
        place.target.rename(place.old)
    place.folder.rename(place.target)
    flush(place.target.parent)
    return replace(place, folder=place.target, desk=place.target / DESK, swaps=False)


def _carry_over(place: Workplace) -> None:
    """Keep the small files that go with a checkpoint; what it replaces goes."""
    for path in place.old.iterdir():
        stays = path.name.lower().endswith((SAFETENSORS, NPZ, INDEX))
        if not stays and not (place.target / path.name).exists():
            path.rename(place.target / path.name)
    flush(place.target)
    shutil.rmtree(place.old)
