"""The proof files: what each states, what it needs, and an order in which they compile."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

FOLDER = Path(__file__).parent
#: Rocq's name of the folder.
ROOT = "fire"
_STATEMENT = re.compile(r"^\s*(Theorem|Corollary|Lemma|Proposition|Remark|Fact|Example)\s+([\w']+)", re.MULTILINE)
_IMPORT = re.compile(rf"From\s+{ROOT}\s+Require\s+(?:Import|Export)?([^.]*)\.")
#: What would make a proof none, whatever it says.
_FORBIDDEN = re.compile(
    r"\b(Admitted|admit|Axioms?|Parameters?|Conjecture|Hypothesis Axiom|give_up|bypass_check|Unset Guard Checking"
    r"|Unset Positivity Checking|Unset Universe Checking|Declare ML Module)\b"
)


@dataclass(frozen=True)
class Source:
    """
    One proof file.

    Attributes
    ----------
    path : Path
        Where it is.
    needs : tuple of str
        Names of the files that it imports.
    statements : tuple of (str, str)
        Kind and name of everything it proves, in order.
    forbidden : tuple of str
        Words in it that no proof may hold.
    """

    path: Path
    needs: tuple[str, ...]
    statements: tuple[tuple[str, str], ...]
    forbidden: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its module in Rocq."""
        return self.path.stem


def read(path: Path) -> Source:
    """
    Read one file; comments do not count.

    Parameters
    ----------
    path : Path
        Of a ``.v`` file.

    Returns
    -------
    Source
    """
    text = without_comments(path.read_text(encoding="utf-8"))
    needs = tuple(name for found in _IMPORT.findall(text) for name in found.split())
    return Source(path, needs, tuple(_STATEMENT.findall(text)), tuple(sorted(set(_FORBIDDEN.findall(text)))))


def without_comments(text: str) -> str:
    """
    Drop Rocq comments, which nest.

    Examples
    --------
    >>> without_comments("a (* b (* c *) d *) e")
    'a  e'
    """
    kept, depth = [], 0
    for part in re.split(r"(\(\*|\*\))", text):
        if part == "(*":
            depth += 1
        elif part == "*)" and depth:
            depth -= 1
        elif not depth:
            kept.append(part)
    return "".join(kept)


def ordered(folder: Path = FOLDER) -> list[Source]:
    """
    Return all files of a folder, each after those that it needs.

    Parameters
    ----------
    folder : Path
        Default this one.

    Returns
    -------
    list of Source

    Raises
    ------
    ValueError
        A file needs one that is not there.
    graphlib.CycleError
        Files need each other.
    """
    found = {path.stem: read(path) for path in sorted(folder.glob("*.v"))}
    missing = {f"{name}.v needs {need}.v" for name, one in found.items() for need in one.needs if need not in found}
    if missing:
        raise ValueError(f"proofs: every file must be there; got {', '.join(sorted(missing))}. Try git status.")
    order = TopologicalSorter({name: one.needs for name, one in found.items()}).static_order()
    return [found[name] for name in order]


def told(sources: Sequence[Source]) -> list[tuple[str, str, str]]:
    """Return (file, kind, name) of every statement, in order."""
    return [(one.name, kind, name) for one in sources for kind, name in one.statements]
