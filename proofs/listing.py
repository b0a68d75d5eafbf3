"""
The list of all theorems, from the comments above them: `python -m proofs.listing [--check]` writes theorems.md.

With `--check` it writes nothing and exits 1 where the file is not what the proofs say. Try: python -m proofs.listing
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from .sources import FOLDER, ordered

TARGET = FOLDER / "theorems.md"
_RESULT = re.compile(r"\(\*((?:(?!\*\)).)*)\*\)\s*\n(?:Theorem|Corollary)\s+([\w']+)", re.DOTALL)
_HEADER = re.compile(r"\A\(\*((?:(?!\*\)|\n\s*\n).)*)", re.DOTALL)
_PLACE = re.compile(r"arXiv 2602\.08040, theorem (\d)")


def page() -> str:
    """Return the list as Markdown, in the order in which the files compile."""
    parts = [
        "# All theorems",
        "Written by `python -m proofs.listing` from the comments in the files; `python -m proofs` checks them. Lemmas "
        "are not listed. *Paper*: the theorem of arXiv 2602.08040 that it states, corrects or uses.",
    ]
    for source in ordered():
        text = source.path.read_text(encoding="utf-8")
        found = list(results(text))
        if not found:
            continue
        head = _HEADER.match(text)
        parts.append(f"## {source.name}.v\n\n{_line(head[1]) if head else ''}")
        rows = [f"| {_cell(claim)} | `{source.name}.v: {name}` | {place} |" for claim, name, place in found]
        parts.append("\n".join(["| claim | theorem | paper |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def results(text: str) -> Iterator[tuple[str, str, str]]:
    """
    Find the theorems and corollaries of a file.

    Parameters
    ----------
    text : str
        Of the file.

    Yields
    ------
    tuple of str
        Claim, name, and the paper's theorem or "-".
    """
    for claim, name in _RESULT.findall(text):
        place = _PLACE.search(_line(claim))
        yield _line(claim), name, place[1] if place else "-"


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


def main(arguments: Sequence[str] | None = None, target: Path = TARGET) -> int:
    """
    Write or check the list.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default those of the command line.
    target : Path
        Where it is.

    Returns
    -------
    int
        1 where `--check` finds a difference.
    """
    parser = argparse.ArgumentParser(
        prog="python -m proofs.listing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args(arguments)
    if options.check:
        return int(not target.is_file() or target.read_text(encoding="utf-8") != page())
    part = target.with_suffix(".part")
    part.write_text(page(), encoding="utf-8")
    part.replace(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
