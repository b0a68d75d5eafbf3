"""
The README's table of speed, from the data of a full run: every input of the exact factor is in one of its rows.

`python -m figures.benchmarks.summary table1.json` prints it; `--into README.md` puts it where the old one is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from textwrap import fill

from ..catalogue import Data
from ..rewriting import rewrite
from ..saving import read_data
from .growth import LAYER, STACKED
from .markdown import NOTHING, table
from .rivals import OURS
from .stepping import OFFICIAL
from .stepping import OURS as STEPPED
from .telling import CLOSE

#: The contestants of the columns, and what they are called there.
COLUMNS = {
    "scipy polar": "SciPy",
    "torch svd": "torch `svd`",
    "jax svd": "JAX `svd`",
    "jax qdwh": "JAX `qdwh`",
    OURS["svd"]: "ours, `svd`",
}
#: Of the versions, what the columns are made of.
MADE_OF = ("numpy", "scipy", "torch", "jax")
WIDTH, FIRST, LAST = 120, "| exact factor", "Ten steps"


def _square(dtype: str) -> Callable[[Data], bool]:
    return lambda row: row["kind"] == "Gaussian" and row["m"] == row["n"] >= 256 and row["dtype"] == dtype


#: Row -> whether an input belongs there; the first that says so has it.
ROWS: Mapping[str, Callable[[Data], bool]] = {
    "below 256": lambda row: row["n"] < 256,
    "Gaussian, square, float64": _square("float64"),
    "Gaussian, square, float32": _square("float32"),
    "Gaussian, tall": lambda row: row["kind"] == "Gaussian",
    "tall, condition 1e3": lambda row: row["kind"] == "cond 1e3",
    "condition 1e8 to 1e16, half rank": lambda row: row["kind"].startswith("cond") or row["kind"] == "half rank",
    "power law, clustered, isometry": lambda _: True,
}


def summary(data: Data) -> str:
    """
    Write the table, and the sentence on ten steps; where ours is slower, in bold.

    Parameters
    ----------
    data : dict
        Of `table1.compute`.

    Returns
    -------
    str
        Lines of Markdown, the last without its end.
    """
    found: dict[str, list[Data]] = {name: [] for name in ROWS}
    for row in data["exact"]:
        found[next(name for name, belongs in ROWS.items() if belongs(row))].append(row)
    cells = [[_named(name, rows), *(_against(rows, of) for of in COLUMNS)] for name, rows in found.items() if rows]
    heads = [FIRST.removeprefix("| "), *COLUMNS.values()]
    told = f"{LAST}, the official formulation in torch: {', '.join(_stepped(data))}. {_measured(data['machine'])}"
    return f"{table(heads, cells)}\n\n{fill(told, WIDTH, break_long_words=False, break_on_hyphens=False)}"


def _named(name: str, rows: Sequence[Data]) -> str:
    sizes = list(dict.fromkeys(f"{row['m']} x {row['n']}" for row in sorted(rows, key=lambda row: int(row["n"]))))
    if len(sizes) > 2:
        sizes = [f"{sizes[0]} to {sizes[-1]}"]
    return f"{name}: {', '.join(sizes)}"


def _against(rows: Sequence[Data], name: str) -> str:
    """Return the least and the greatest of time(theirs) / time(ours)."""
    mine = [row["ratios"][OURS["fast"]]["median"] for row in rows]
    their = [1.0 if name == row["reference"] else row["ratios"].get(name, {}).get("median") for row in rows]
    return _range([ours / other for ours, other in zip(mine, their, strict=True) if other])


def _stepped(data: Data) -> list[str]:
    told = [f"{row['name']} {_range([row['ratio']['median']])}" for row in data["steps"] if row["ratio"]]
    for of, what in (("layers", f"{LAYER} x {LAYER} weights one by one"), ("stack", f"one {STACKED} x {STACKED}")):
        series = data["growth"][of]["series"]
        if OFFICIAL in series:
            both = zip(series[OFFICIAL]["seconds"], series[STEPPED]["seconds"], strict=True)
            ratios = [official / ours for official, ours in both]
            told.append(f"{what} {_range(ratios if of == 'layers' else ratios[:1])}")
    return told


def _measured(machine: Data) -> str:
    versions = ", ".join(f"{name} {machine['versions'][name]}" for name in MADE_OF if name in machine["versions"])
    return f"({machine['gpu'] or machine['cpu']}; {versions}.)"


def _range(ratios: Sequence[float]) -> str:
    if not ratios:
        return NOTHING
    return " to ".join(dict.fromkeys(_bold(ratio) for ratio in (min(ratios), max(ratios))))


def _bold(ratio: float) -> str:
    told = f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"
    return f"**{told}**" if ratio < 1 - CLOSE else told


def replaced(text: str, new: str) -> str:
    """
    Put a new table where the old one is.

    Parameters
    ----------
    text : str
        Of the README.
    new : str
        Of `summary`.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        There is no old one.
    """
    start = text.find(f"\n{FIRST} |") + 1
    end = text.find("\n\n", text.find(f"\n{LAST}, ", start))
    if start == 0 or end < start:
        raise ValueError(f"summary: the text must hold a table that begins with {FIRST!r}, and {LAST!r} below it.")
    return text[:start] + new + text[end:]


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Print the table, or put it into a text.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of the command line's.

    Returns
    -------
    int
        0; 1 if a file is not what it should be.
    """
    parser = argparse.ArgumentParser(prog="python -m figures.benchmarks.summary", description=__doc__)
    parser.add_argument("data", metavar="TABLE1.JSON", type=Path, help="what python -m figures table1 keeps")
    parser.add_argument("--into", metavar="FILE", type=Path, help="replace the old table there")
    options = parser.parse_args(arguments)
    try:
        new = summary(read_data(options.data, "table1"))
        if options.into is None:
            print(new)
        else:
            rewrite(options.into, lambda text: replaced(text, new))
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
