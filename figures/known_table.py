"""
The table of known implementations: `python -m figures.known_table [--check] [--out FILE] [--from FILE]`.

Verifies every known implementation that is installed and writes one row for each, as a Markdown table. With `--check`
it exits 1 if one of them does not behave as recorded. Needs pip install -e ".[peers,known]"; takes a few minutes.
`--from` takes the figC.json of `python -m figures figC` instead and verifies nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from fire_ref.cli.files import check_target, written
from fire_ref.conformance.wording import one_line

from .catalogue import Data
from .saving import foreign, read_data
from .verified import verified

COLUMNS = (
    "implementation",
    "version",
    "dialect",
    "faithful",
    "converged",
    "computes",
    "worst deviation / bound",
    "findings",
)


def page(data: Data) -> str:
    """
    Write what was found as Markdown.

    Parameters
    ----------
    data : dict
        Of `verified`, or of figure C.

    Returns
    -------
    str
        A header and one table; it depends on versions and the machine, not on when it was made.
    """
    rows = data["rows"]
    same = sum(row["as_recorded"] for row in rows)
    libraries = ", ".join(f"{name} {version}" for name, version in data["libraries"].items())
    head = f"""# Known implementations

Written by `python -m figures.known_table` with {libraries}, on {data["system"]}.
{same} of {len(rows)} behave as recorded in `fire_ref/conformance/known/`. Numbers depend on the versions.

*Faithful*: does it do what the dialect says. *Converged*: is the answer the polar factor; if not, how many steps of
the dialect would make it so on every case, where more would. *Computes*: the formula that explains the answers, or
else what its source says. *Worst*: the largest deviation from the dialect over what rounding allows. The codes are
explained in `fire_ref/conformance/diagnosis/codes.py`.
"""
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *(_line(_cells(row)) for row in rows)]
    return head + "\n" + "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(one_line(cell).replace("|", "\\|") for cell in cells) + " |"


def _cells(row: Data) -> list[str]:
    start = [row["name"], row["version"], row["dialect"]]
    if row["faithful"] is None:
        return [*start, "-", "-", row["computes"], "-", row["differs"]]
    told = [f"`{code}`" for code in row["codes"]]
    told += [] if row["as_recorded"] else [f"not as recorded: {row['differs']}"]
    converged = row["converged"] if row["enough"] is None else f"{row['converged']} ({row['enough']} steps)"
    return [*start, row["faithful"], converged, row["computes"], _worst(row), ", ".join(told) or "-"]


def _worst(row: Data) -> str:
    if "NONDETERMINISTIC" in row["codes"]:
        return "varies"
    if not row["finite"]:
        return "not finite"
    return "-" if row["worst"] is None else f"{row['worst']:.1e}"


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Verify, or read what was verified, and write.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of the command line's.

    Returns
    -------
    int
        0; 1 with `--check` if one does not behave as recorded; 2 where there is nothing to write.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 if one does not behave as recorded")
    parser.add_argument("--out", type=Path, default=Path("figures/known.md"), metavar="FILE")
    parser.add_argument("--from", type=Path, dest="kept", metavar="FILE", help="a figC.json: verify nothing")
    options = parser.parse_args(arguments)
    try:
        check_target("figures.known_table", "--out", options.out)
        data = verified() if options.kept is None else read_data(options.kept, "figC")
        text = _page(data, options.kept)
        with written(options.out) as part:
            part.write_text(text, encoding="utf-8")
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(options.out)
    different = [row for row in data["rows"] if not row["as_recorded"]]
    for row in different:
        print(f"{row['name']}: {one_line(row['differs'])}")
    return int(options.check and bool(different))


def _page(data: Data, kept: Path | None) -> str:
    try:
        return page(data)
    except (TypeError, LookupError, AttributeError, ValueError):
        if kept is None:  # it is ours, and a mistake of ours
            raise
        raise ValueError(foreign(kept, "figC")) from None


if __name__ == "__main__":
    sys.exit(main())
