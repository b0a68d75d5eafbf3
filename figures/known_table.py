"""
The table of known implementations: `python -m figures.known_table [--check] [--out FILE]`.

Verifies every known implementation that is installed and writes one row for each, as a Markdown table. With `--check`
it exits 1 if one of them does not behave as recorded. Needs pip install -e ".[peers,known]"; takes a few minutes.
"""

from __future__ import annotations

import argparse
import math
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fire_ref.conformance.compliance import Row, compliance
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.hypotheses import declared
from fire_ref.conformance.known import Known
from fire_ref.conformance.record import Explanation, Findings, Verdict
from fire_ref.conformance.wording import one_line

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
LIBRARIES = ("numpy", "torch", "jax")


def page(rows: Sequence[Row]) -> str:
    """
    Write what was found as Markdown.

    Parameters
    ----------
    rows : sequence of Row
        Of `compliance`.

    Returns
    -------
    str
        A header and one table; it depends on versions and the machine, not on when it was made.
    """
    same = sum(row.as_recorded for row in rows)
    head = f"""# Known implementations

Written by `python -m figures.known_table` with {_libraries()}, on {platform.system()} {platform.machine()}.
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


def _cells(row: Row) -> list[str]:
    known, found = row.known, row.report
    start = [known.name, row.version, known.dialect]
    if found is None:
        return [*start, "-", "-", known.computes, "-", row.differs]
    codes = sorted({one.code for one in found.diagnoses if one.severity != "note"})
    random = "NONDETERMINISTIC" in codes
    told = [f"`{code}`" for code in codes] + ([] if row.as_recorded else [f"not as recorded: {row.differs}"])
    worst = "varies" if random else _worst(found.faithful)
    verdicts = [found.faithful.status, _converged(known, found)]
    return [*start, *verdicts, _computes(known, found), worst, ", ".join(told) or "-"]


def _converged(known: Known, found: Findings) -> str:
    told, steps, needed = found.converged.status, DIALECTS[known.dialect].steps, found.converged.steps_needed
    if found.faithful.status != "yes" or steps is None or needed is None or needed <= steps:
        return told
    return f"{told} ({needed} steps)"


def _computes(known: Known, found: Findings) -> str:
    formula = declared(DIALECTS[known.dialect])
    if formula.steps is None and found.faithful.status == "yes":
        return known.computes
    explained = found.fingerprint.explanations
    # what has converged is explained by many others, too
    same = [one for one in explained if (one.coefficients, one.steps) == (formula.coefficients, formula.steps)]
    best = next(iter([*same, *explained]), None)
    return known.computes if best is None else _formula(best)


def _formula(found: Explanation) -> str:
    parts = [found.coefficients]
    parts += [f"k = {found.steps}"] if found.steps is not None else []
    parts += [f"{found.normalization} norm"] if found.normalization not in ("", "none") else ["no norm"]
    parts += [f"times {found.gain}"] if found.gain not in ("", "1") else []
    return ", ".join(parts)


def _worst(verdict: Verdict) -> str:
    if verdict.worst is None:
        return "-"
    return f"{verdict.worst:.1e}" if math.isfinite(verdict.worst) else "not finite"


def _libraries() -> str:
    return ", ".join(f"{name} {found}" for name in LIBRARIES if (found := _version(name)))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def main() -> int:
    """Verify and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="exit 1 if one does not behave as recorded")
    parser.add_argument("--out", type=Path, default=Path("figures/known.md"))
    options = parser.parse_args()
    rows = compliance()
    options.out.write_text(page(rows), encoding="utf-8")
    print(options.out)
    different = [row for row in rows if not row.as_recorded]
    for row in different:
        print(f"{row.known.name}: {one_line(row.differs)}")
    return int(options.check and bool(different))


if __name__ == "__main__":
    sys.exit(main())
