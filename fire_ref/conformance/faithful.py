"""The first verdict: does the answer lie within rounding of what the dialect says?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..scaling import normalise
from ..tolerances import CONCLUSIVE, EPS, YARDSTICK, faithful_bound
from .dialect import Dialect
from .emulation import emulations
from .evidence import Observation
from .precision import HALVES, Host
from .record import Result, Verdict
from .truth import Truth, from_matrices, layout_of, to_matrices

#: On a matrix of powers of two emulations may round nowhere, where others round the norm, a product, a sum, the gain.
ROUNDINGS = 4
#: The slope at 0 above which a polynomial is steep near 1, too: Muon's and Polar Express's are, the cubic is not.
STEEP = 2.0
#: Right implementations exceeded the yardstick of three emulations by up to 3.1 in 200 runs.
GREY = 4.0


class Judged(NamedTuple):
    """
    A relative residual against its bound.

    `conclusive` when zero, for one, would not be within it; up to `grey` times the bound says nothing either.
    """

    residual: float
    bound: float
    conclusive: bool
    grey: float = 1.0

    @property
    def status(self) -> str:
        """As in a `Result`."""
        if not self.conclusive or self.bound < self.residual <= self.grey * self.bound:
            return "inconclusive"
        return "pass" if self.residual <= self.bound else "fail"


def judge(seen: Observation, dialect: Dialect, dtype: str, *, active: bool = False) -> Judged:
    """
    Compare a finite answer with a dialect's truth.

    Parameters
    ----------
    seen : Observation
        With a finite answer.
    dialect : Dialect
        Not exact.
    dtype : str
        That the dialect is taken to compute in.
    active : bool
        Leave out what is mapped from the null space of the input into the complement of its range.

    Returns
    -------
    Judged
    """
    told = seen.truth if dialect is seen.dialect else seen.against(dialect)
    with np.errstate(all="ignore"):
        wrong = seen.answer - told.value
    if active:
        wrong = _active(wrong, told, dialect, seen)
    with np.errstate(all="ignore"):
        size, off = float(np.linalg.norm(told.value)), float(np.linalg.norm(wrong))
        residual = off / size if size else off
        alive = float(np.linalg.norm(seen.answer)) >= size / 2  # rounding changes an answer, it does not lose it
    limit = bound(told, dialect, dtype)
    # Three emulations do not sample the tail of what a steep polynomial makes of rounding, but on the mild cases.
    sampled = dtype in HALVES and faithful_bound(EPS[dtype], told.amplification) > CONCLUSIVE
    steep = dialect.triples[0][0] > STEEP
    grey = GREY if sampled and steep and alive and "half" not in seen.case.flags else 1.0
    return Judged(residual, limit, limit <= CONCLUSIVE, grey)


def bound(told: Truth, dialect: Dialect, dtype: str) -> float:
    """
    Bound the relative deviation of a right implementation.

    10 eps A; where three emulations of the dialect in that dtype come near it (at p = 1 Muon cancels 10 to 1), or
    where it says nothing in half precision, their largest deviation times `YARDSTICK`.

    Parameters
    ----------
    told : Truth
        Of the case.
    dialect : Dialect
        Whose.
    dtype : str
        That it computes in.

    Returns
    -------
    float
    """
    plain = faithful_bound(EPS[dtype], told.amplification)
    emulated = YARDSTICK * emulated_deviation(told, dialect, dtype)
    if plain > CONCLUSIVE and dtype in HALVES:
        return emulated + ROUNDINGS * EPS[dtype] + 2 * told.slack
    return max(plain, emulated) + 2 * told.slack


def emulated_deviation(told: Truth, dialect: Dialect, dtype: str) -> float:
    """Return the largest relative deviation of the three emulations, over all matrices of a weight."""
    matrices = told.factors.matrices
    if not dialect.eps and dialect.normalization != "none":  # the same at every scale: the range is no matter
        matrices = normalise(np, matrices, np.max(np.abs(matrices), axis=(-2, -1), keepdims=True)).array
    runs = [emulations(matrix, dialect, dtype) for matrix in matrices if matrix.any()]
    if not runs:
        return 0.0
    with np.errstate(all="ignore"):  # an unnormalised value diverges
        X = (told.factors.U * told.response[..., None, :]) @ told.factors.Vh
        X = X[[bool(matrix.any()) for matrix in matrices]]
        worst = max(float(np.linalg.norm(np.stack(way) - X)) for way in zip(*runs, strict=True))
        found = worst / float(np.linalg.norm(X))
    return found if np.isfinite(found) else float("inf")


def _active(wrong: Host, told: Truth, dialect: Dialect, seen: Observation) -> Host:
    layout, flat = layout_of(dialect, seen.level, wrong.ndim), dialect.convolution == "flat"
    R, found = to_matrices(wrong, layout, flat), told.factors
    p = found.s.shape[-1]
    keep = (found.s > p * EPS["float64"] * found.s[..., :1])[..., None, :]
    U, V = found.U * keep, np.swapaxes(found.Vh, -1, -2) * keep
    left, right = np.eye(R.shape[-2]) - U @ np.swapaxes(U, -1, -2), np.eye(R.shape[-1]) - V @ np.swapaxes(V, -1, -2)
    return from_matrices(R - left @ R @ right, layout, wrong.shape, flat)


def without_floor(dialect: Dialect) -> Dialect:
    """Return the dialect as it would be without its eps: the same at every scale."""
    return replace(dialect, eps=0.0)


def verdict(results: Iterable[Result], least: int) -> Verdict:
    """
    Sum up one check's results on the valid cases.

    Parameters
    ----------
    results : iterable of Result
        Of one check; skipped ones are cases without a finite answer.
    least : int
        Conclusive passes that a "yes" takes.

    Returns
    -------
    Verdict
    """
    judged = [result for result in results if result.status != "recorded"]
    ratios = {id(one): _ratio(one) for one in judged}
    bad = [one for one in judged if one.status in ("fail", "skipped")]
    good = [one for one in judged if one.status == "pass"]
    worst = max(bad or good or judged, key=lambda one: ratios[id(one)], default=None)
    size, case = (ratios[id(worst)], worst.case) if worst else (None, "")
    if bad:
        return Verdict("no", size, case, reason=f"{len(bad)} of {len(judged)} cases fail.")
    many = f"{len(good)} of {len(judged)} cases"
    if len(good) < least:
        return Verdict("inconclusive", size, case, reason=f"only {many} are conclusive.")
    return Verdict("yes", size, case, reason=f"{many} are conclusive, and all agree.")


def _ratio(result: Result) -> float:
    if result.residual is None or not result.bound:
        return float("inf")
    return result.residual / result.bound
