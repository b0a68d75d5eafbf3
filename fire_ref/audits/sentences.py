"""What an audit's numbers say, in plain words: every sentence is made from the numbers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..arrays import HALVES
from ..models import Row
from .totals import Totals, fired, moves_away

#: A direction that k steps leave below this share of isometry is worth a word.
WEAK = 0.99
#: DfI for each direction above which the storage of half precision is worth a word.
COARSE = 1e-6
#: SFE below this share of the squared norm is no change.
NOTHING = 1e-12


def say(rows: Sequence[Row], totals: Totals, steps: Sequence[int]) -> tuple[str, ...]:
    """
    Say what the numbers mean, most important first.

    Parameters
    ----------
    rows : sequence of Row
        All of them.
    totals : Totals
        Their sums.
    steps : sequence of int
        That the rows foretell.

    Returns
    -------
    tuple of str
    """
    taken = fired(rows)
    if not taken:
        return (*_refused(rows), "No weight here is one that FIRE would change.")
    return (
        *_refused(rows),
        *(_moved_away(taken, totals, k) for k in steps if totals.moved_away[k]),
        *(text for k in steps for text in _left_behind(taken, k)),
        *_needed(taken, totals, steps),
        *(f"k = {k} moves no layer away from isometry." for k in steps if not totals.moved_away[k]),
        *_price(totals, steps),
        *_dead(taken),
        *_zero(taken),
        *_deficient(taken),
        *_coarse(taken),
        *_operators(taken),
        *_theory(taken),
    )


def layers(count: int) -> str:
    """Write a number of layers."""
    return "1 layer" if count == 1 else f"{count} layers"


def _refused(rows: Sequence[Row]) -> Iterator[str]:
    broken = [row for row in rows if row.action == "refuse"]
    if broken:
        others = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
        yield f"{broken[0].name}{others} {broken[0].note}: FIRE cannot take it, and something went wrong before."


def _moved_away(taken: Sequence[Row], totals: Totals, k: int) -> str:
    count = totals.moved_away[k]
    row = max((row for row in taken if moves_away(row, k)), key=lambda row: row.dfi[k] - row.dfi_before)
    change = f"DfI {row.dfi_before:.4g} to {row.dfi[k]:.4g}"
    return f"k = {k} moves {count} of {layers(len(taken))} away from isometry, {row.name} most: {change}."


def _left_behind(taken: Sequence[Row], k: int) -> Iterator[str]:
    weak = [row for row in taken if row.steps_all is not None and row.response_min[k] < WEAK]
    if weak:
        row = min(weak, key=lambda row: row.response_min[k])
        share = f"{100 * row.response_min[k]:.2g} %"
        yield (
            f"{row.name}: k = {k} leaves the smallest direction at {share} of isometry, {row.steps_all} steps are "
            f"needed; in {len(weak)} of {layers(len(taken))} some direction stays below {100 * WEAK:g} %."
        )


def _needed(taken: Sequence[Row], totals: Totals, steps: Sequence[int]) -> Iterator[str]:
    if totals.steps_needed is None:
        return
    slowest = max((row for row in taken if row.steps_all is not None), key=lambda row: row.steps_all or 0)
    enough = " and ".join(f"k = {k} for {totals.enough[k]}" for k in steps)
    which = "all of them" if all(row.steps_all is not None for row in taken) else "all but the zero ones"
    yield (
        f"Within 1e-6 of isometry: {enough} of {layers(len(taken))}; {which} after {totals.steps_needed} steps "
        f"({slowest.name}), or by method 'svd'."
    )


def _price(totals: Totals, steps: Sequence[int]) -> Iterator[str]:
    optimum, norm = totals.sfe["exact"], totals.squared_norm
    if not 0 < norm < float("inf"):
        return
    if optimum <= NOTHING * norm:
        yield "Exact FIRE leaves the network as it is, within rounding."
    else:
        share = f"{100 * optimum / norm:.3g} %" if optimum < 10 * norm else f"{optimum / norm:.3g} times"
        yield (
            f"Exact FIRE changes the network by SFE {optimum:.4g}, {share} of its squared norm; "
            f"{100 * totals.sfe_gain / optimum:.0f} % of that SFE is gain, the rest isotropy."
        )
    for k in steps:
        paid, least = totals.sfe[k], totals.least_sfe[k]
        if paid <= NOTHING * norm:
            continue
        if least == 0:
            yield f"k = {k} pays SFE {paid:.4g}, and doing nothing has no more DfI against the gains."
        elif paid > 1.01 * least:
            yield f"k = {k} pays SFE {paid:.4g}, where {least:.4g} buys the same DfI ({totals.dfi[k]:.4g})."


def _dead(taken: Sequence[Row]) -> Iterator[str]:
    some = [row for row in taken if row.dead_units and row.rank]  # a zero weight has a sentence of its own
    survive = [row for row in some if _keeps_zero_rows(row)]
    revived = [row for row in some if not _keeps_zero_rows(row)]
    for rows, fate in (
        (survive, "FIRE, exact or not"),
        (revived, "Newton-Schulz; the exact factor fills in something arbitrary"),
    ):
        if rows:
            count = sum(row.dead_units or 0 for row in rows)
            units = "1 dead unit survives" if count == 1 else f"{count} dead units survive"
            more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
            yield f"{units} {fate} ({rows[0].name}{more})."


def _keeps_zero_rows(row: Row) -> bool:
    outputs = row.shape[row.layout.index("O")]
    inputs = row.shape[row.layout.index("I")]
    return outputs >= inputs and row.rank == row.directions


def _zero(taken: Sequence[Row]) -> Iterator[str]:
    found = [row for row in taken if row.zero_matrices]
    if found:
        row = max(found, key=lambda row: row.zero_matrices or 0)
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        part = "the matrix is" if row.matrices == 1 else f"{row.zero_matrices} of {row.matrices} matrices are"
        yield (
            f"{row.name}{more}: {part} zero; Newton-Schulz divides by zero "
            f"there (NaN in the official code), and only method 'svd' has an answer, an arbitrary one."
        )


def _deficient(taken: Sequence[Row]) -> Iterator[str]:
    found = [row for row in taken if row.rank is not None and row.rank < row.directions]
    if found:
        row = max(found, key=lambda row: row.directions - (row.rank or 0))
        yield (
            f"{len(found)} of {layers(len(taken))} without full rank ({row.name}: {row.rank} of {row.directions}): the "
            f"other directions are within rounding of zero, and what FIRE makes of them is arbitrary."
        )


def _coarse(taken: Sequence[Row]) -> Iterator[str]:
    for dtype in HALVES:
        stored = [row for row in taken if row.dtype == dtype and row.storage_floor > COARSE]
        if stored:
            floor = sum(row.storage_floor for row in stored)
            yield f"Stored as {dtype}, even exact isometries keep DfI {floor:.2g} in all: smaller values mean nothing."


def _operators(taken: Sequence[Row]) -> Iterator[str]:
    found = [row for row in taken if row.operator is not None]
    if found:
        row = max(found, key=lambda row: row.operator["exact"].dfi if row.operator else 0.0)
        assert row.operator is not None
        exact = row.operator["exact"]
        yield (
            f"{row.name}: after exact FIRE every tap is an isometry, and the convolution's own singular values run "
            f"from {exact.s_min:.3g} to {exact.s_max:.3g}."
        )


def _theory(taken: Sequence[Row]) -> Iterator[str]:
    found = [row.theory for row in taken if row.theory is not None]
    if found:
        told = {key: sum(one[key].root_dfi < 1 for one in found) for key in found[0]}
        few = [f"{count} {key if isinstance(key, str) else f'after k = {key}'}" for key, count in told.items()]
        yield f"sqrt(DfI) below 1, as the paper's theorems ask: {', '.join(few)}, of {layers(len(found))}."
