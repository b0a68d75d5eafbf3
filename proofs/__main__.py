"""
Check every proof: `python -m proofs [--json] [--all]`.

Compiles `proofs/*.v` in a scratch folder and asks Rocq what each statement assumes. Exit status: 0 all are proved
without axioms, 1 one is not, 2 Rocq is not installed. Example: python -m proofs --all
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from .checking import APT, CLOSED, Compiled, assumptions, available, compiled
from .sources import ordered, told


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Check, and print the table.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default those of the command line.

    Returns
    -------
    int
        The exit status.
    """
    parser = argparse.ArgumentParser(
        prog="python -m proofs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print the table as JSON")
    parser.add_argument("--all", action="store_true", help="also show lemmas, which are always checked")
    options = parser.parse_args(arguments)
    if not available():
        sys.stderr.write(f"python -m proofs: needs coqc, which is not installed. Try {APT}.\n")
        return 2
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        files, answers = checked(Path(scratch))
    rows = _rows(files, answers)
    shown = [row for row in rows if options.all or row["kind"] in ("Theorem", "Corollary") or not row["proved"]]
    if options.json:
        sys.stdout.write(json.dumps({"proved": all(row["proved"] for row in rows), "rows": shown}, indent=2) + "\n")
    else:
        _print(shown, rows, len(files), time.perf_counter() - start)
    return 0 if rows and all(row["proved"] for row in rows) else 1


def checked(scratch: Path) -> tuple[list[Compiled], dict[tuple[str, str], str]]:
    """Compile everything in a folder, and ask what the statements of what compiled assume."""
    console = Console(stderr=True)
    sources = ordered()
    steps = track(sources, "compiling", console=console, transient=True, disable=not console.is_terminal)
    files = [compiled(source, scratch) for source in steps]
    fine = [one.source for one in files if not one.error]
    with console.status(f"asking for the assumptions of {len(told(fine))} statements"):
        return files, assumptions(fine, scratch)


def _rows(files: Sequence[Compiled], answers: dict[tuple[str, str], str]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for one in files:
        for kind, name in one.source.statements:
            answer = one.error or answers[one.source.name, name]
            rows.append(
                {
                    "theorem": name,
                    "kind": kind,
                    "file": one.source.path.name,
                    "seconds": round(one.seconds, 1),
                    "assumptions": answer,
                    "proved": not one.error and answer == CLOSED,
                }
            )
    return rows


def _print(shown: Sequence[dict[str, object]], rows: Sequence[dict[str, object]], files: int, took: float) -> None:
    table = Table(box=SIMPLE_HEAD, show_edge=False, padding=(0, 0, 0, 1))
    for title in ("theorem", "file", "seconds", "assumptions"):
        table.add_column(title, justify="right" if title == "seconds" else "left", overflow="fold")
    last = None
    for row in shown:
        seconds = "" if row["file"] == last else str(row["seconds"])  # of the whole file
        last = row["file"]
        found = "none" if row["proved"] else str(row["assumptions"])
        table.add_row(str(row["theorem"]), str(row["file"]), seconds, found)
    console = Console(markup=False, highlight=False)
    Console(width=None if console.is_terminal else 160, markup=False, highlight=False).print(table)
    proved = sum(bool(row["proved"]) for row in rows)
    console.print(f"{proved} of {len(rows)} statements proved without axioms, in {files} files, {took:.0f} s.")


if __name__ == "__main__":
    sys.exit(main())
