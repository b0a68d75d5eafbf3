"""
The tables of claims in figures/README.md, from the data of experiments: what was claimed, and what these runs show.

`python -m figures.claimed figures/gallery` prints them; `--into figures/README.md` puts each where the old one is,
below its head ``| NAME | claimed by | what this scale shows |``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

from fire_ref.errors import sentence

from .catalogue import FIGURES, Data
from .rewriting import rewrite
from .saving import read_data


def head(name: str) -> str:
    """Return the first line of a figure's table."""
    return f"| {name} | claimed by | what this scale shows |"


def rows(name: str, data: Data) -> list[str]:
    """
    Write a row for each claim in each panel.

    Parameters
    ----------
    name : str
        Of an experiment.
    data : dict
        Of its ``compute``.

    Returns
    -------
    list of str
    """
    titles: dict[str, Any] = import_module(f"{__package__}.{name}").FRAME.titles
    return [
        f"| {name}, {titles.get(panel, panel)} | {finding['source']} | {finding['sentence']} |"
        for panel, one in data["panels"].items()
        for finding in one["findings"]
    ]


def replaced(text: str, name: str, new: Sequence[str]) -> str:
    """
    Put new rows where the old ones of a figure are.

    Parameters
    ----------
    text : str
        A page.
    name : str
        The figure.
    new : sequence of str
        Its rows.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        The page has no such table, or two.
    """
    lines = text.splitlines()
    if lines.count(head(name)) != 1:
        got = f"{lines.count(head(name))} of them"
        raise ValueError(
            sentence("figures.claimed", "the page", f"hold one line {head(name)!r}", got, "--into README.md")
        )
    start = end = lines.index(head(name)) + 1
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    return "\n".join([*lines[:start], "|---|---|---|", *new, *lines[end:]]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Print all tables, or put them into a page.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of the command line's.

    Returns
    -------
    int
        0; 1 if a file is not what it should be.
    """
    parser = argparse.ArgumentParser(prog="python -m figures.claimed", description=__doc__)
    parser.add_argument("folder", metavar="DIR", type=Path, help="where python -m figures keeps NAME.json")
    parser.add_argument("--into", metavar="FILE", type=Path, help="replace the old tables there")
    options = parser.parse_args(arguments)
    try:
        kept = {name: options.folder / f"{name}.json" for name, entry in FIGURES.items() if entry.trains}
        found = {name: rows(name, read_data(path, name)) for name, path in kept.items() if path.exists()}
        if options.into is None:
            for name, lines in found.items():
                print("\n".join([head(name), "|---|---|---|", *lines, ""]))
        else:
            rewrite(options.into, lambda text: reduce(lambda page, one: replaced(page, *one), found.items(), text))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
