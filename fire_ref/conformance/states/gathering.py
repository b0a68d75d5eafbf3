"""What the blocks of a network show, gathered one by one: results, curves, the dialects that none has excluded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..dialect import DIALECTS, Dialect
from ..precision import Host
from ..record import Probe, Result
from ..truth import normalised, respond
from .explaining import Reading
from .grading import ARRIVED, Grade, lag, tight
from .mistake import Mistake
from .piece import Piece

#: Curves that a report shows, and points of each.
CURVES, POINTS = 6, 256
#: Dialects that a network's blocks are compared with, beside the declared one.
RIVALS = tuple(name for name, dialect in DIALECTS.items() if "weight" in dialect.levels)


class Lagging(NamedTuple):
    """A block that is as declared and has not converged."""

    tensor: str
    response: float
    steps_needed: int | None


@dataclass
class Gathered:
    """
    What was seen of all weights.

    Attributes
    ----------
    results, mistakes, cases
        As in `Findings`.
    fits : list of str
        Dialects that no block has excluded.
    leakage : float
        The largest.
    curves : list of (float, Probe)
        The worst blocks, by residual over bound.
    lagging : list of Lagging
        As declared and short of 1.
    steps_needed : list of (int or None)
        Of every block that has not converged.
    """

    results: list[Result] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)
    fits: list[str] = field(default_factory=lambda: list(RIVALS))
    leakage: float = 0.0
    curves: list[tuple[float, Probe]] = field(default_factory=list)
    lagging: list[Lagging] = field(default_factory=list)
    steps_needed: list[int | None] = field(default_factory=list)


def gather(gathered: Gathered, one: Piece, found: Grade) -> None:
    """
    Keep what one block shows.

    Parameters
    ----------
    gathered : Gathered
        Added to.
    one : Piece
        The block.
    found : Grade
        How it was judged.
    """
    shown = {"coarse": "pass"}.get(found.status, found.status)
    gathered.results.append(Result(one.name, "value.faithful", shown, found.residual, found.bound, found.text))
    if found.convergence is None:
        # Every partial isometry is a polar factor of zero.
        zero = found.status == "pass"
        gathered.results.append(
            Result(one.name, "value.converged", shown, found.residual, found.bound, found.text)
            if zero
            else Result(one.name, "value.converged", "fail", text=found.text)
        )
        if zero:
            gathered.mistakes.append(Mistake("RANK_POLICY", one.tensor, found.text, "note", case=one.name))
        return
    convergence = found.convergence
    text = f"distance to the factor {convergence.distance:.1e}"
    gathered.results.append(Result(one.name, "value.converged", convergence.status, convergence.ratio, 1.0, text))
    if convergence.status == "fail":
        gathered.steps_needed.append(found.steps_needed)
        if found.status == "pass" and not one.declared.dialect.exact and (least := lag(one)) < ARRIVED:
            gathered.lagging.append(Lagging(one.tensor, least, found.steps_needed))
    reading = Reading(one)
    d, rest = reading.table
    size = float(np.hypot(np.linalg.norm(d), np.linalg.norm(rest)))
    gathered.leakage = max(gathered.leakage, float(np.linalg.norm(rest)) / size if size else 0.0)
    gathered.fits = [name for name in gathered.fits if _fits(one, found, reading, DIALECTS[name])]
    ratio = (found.residual or 0.0) / (found.bound or 1.0)
    gathered.curves = sorted([*gathered.curves, (ratio, _probe(one, d[0]))], key=lambda pair: -pair[0])[:CURVES]


def _fits(one: Piece, found: Grade, reading: Reading, rival: Dialect) -> bool:
    """Whether a block could be another dialect's."""
    if rival.convolution == "flat" and one.area > 1 and not one.declared.flat:
        return False
    if rival.exact:
        return found.convergence is not None and found.convergence.status != "fail" and one.declared.gain == "fan"
    response, stretch = respond(normalised(one.told.factors, rival), rival)
    rows, columns = one.W.shape[-2:]
    size = np.linalg.norm(response, axis=-1)
    gain = {
        "fan": np.full(len(one.W), one.fan),
        "one": np.ones(len(one.W)),
        "norm": one.told.factors.norms[:, 0] / np.where(size > 0, size, 1.0),
        "muon": np.full(len(one.W), max(1.0, rows / columns) ** 0.5),
        "moonshot": np.full(len(one.W), 0.2 * max(rows, columns) ** 0.5),
    }[rival.gain]
    d, rest = reading.table
    told = gain[:, None] * response
    off = float(np.hypot(np.linalg.norm(d - told), np.linalg.norm(rest)))
    return off <= tight(one, stretch) * float(np.linalg.norm(told))


def _probe(one: Piece, d: Host) -> Probe:
    found = one.told.factors
    order = np.argsort(found.s[0])
    if len(order) > POINTS:
        order = order[np.unique(np.linspace(0, len(order) - 1, POINTS).astype(int))]
    norm = float(found.norms[0, 0]) or 1.0
    told = one.told.response[0] * one.gains[0]
    rows, columns = one.W.shape[-2:]
    values = (tuple(map(float, row[order])) for row in (found.s[0] / norm, d, told))
    return Probe(one.name, (rows, columns), *values)
