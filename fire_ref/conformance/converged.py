"""The second verdict: is the answer the polar factor? By residuals, whatever the conditioning; no SVD of the answer."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..prediction import steps_until
from ..tolerances import CONCLUSIVE, EPS, YARDSTICK, residual_bound
from .dialect import DIALECTS, Dialect
from .emulation import emulations
from .evidence import Observation
from .precision import HALVES, Host
from .truth import Factors, layout_of, normalised, to_matrices

#: max(m, n) eps exceeds 1 in bfloat16, though its values are exact numbers: what is above this counts.
MOST = 0.05
#: A response this far below 1 has not arrived, in whatever dtype.
LAGGING = 0.01


class Residuals(NamedTuple):
    """Orthonormality, backward error and how far H is from positive semidefinite, all relative: 1 for Q = 0."""

    orthonormality: float
    backward: float
    indefinite: float


class Convergence(NamedTuple):
    """
    The worst ratio of a residual to its bound, and whether all bounds are conclusive.

    `distance` is that to the float64 factor on the active subspace, `explained` what the backward error makes of it at
    this conditioning, ||Q H - W|| / s_min; they are shown and decide nothing.
    """

    residuals: Residuals
    bounds: Residuals
    ratio: float
    conclusive: bool
    distance: float = 0.0
    explained: float = 0.0

    @property
    def status(self) -> str:
        """As in a `Result`."""
        if not self.ratio <= 1.0:
            return "fail"
        return "pass" if self.conclusive else "inconclusive"


def converged(seen: Observation, dtype: str) -> Convergence:
    """
    Test a finite answer against the polar factor.

    Parameters
    ----------
    seen : Observation
        With a finite answer.
    dtype : str
        That the target is taken to compute in.

    Returns
    -------
    Convergence
        The worst over the matrices of a weight. What rank does not count is left out.
    """
    flat = seen.dialect.convolution == "flat"
    layout = layout_of(seen.dialect, seen.level, seen.answer.ndim)
    found = seen.truth.factors
    Y = to_matrices(seen.answer, layout, flat)
    judged = [_one(Y[i] / _gain(seen, i), found, i, dtype) for i in range(len(Y)) if found.s[i, 0] > 0]
    nothing = Residuals(0.0, 0.0, 0.0)
    return max(judged, key=lambda one: one.ratio, default=Convergence(nothing, nothing, 0.0, False))


def _gain(seen: Observation, i: int) -> float:
    if seen.level == "weight" and seen.dialect.gain == "norm":
        found = seen.truth.factors
        return float(found.norms[i, 0]) / math.sqrt(int(counted(found.s[i], seen.case.dtype).sum()))
    return float(seen.truth.gains[i, 0])


def counted(s: Host, dtype: str, shape: tuple[int, ...] = ()) -> Host:
    """Return which singular values count by rank: s > max(m, n) eps s_1, at most `MOST` s_1."""
    return np.asarray(s > min(max((*shape, len(s))) * EPS[dtype], MOST) * s[0])


def _one(Q: Host, found: Factors, i: int, dtype: str) -> Convergence:
    W, keep = found.matrices[i], counted(found.s[i], dtype, found.matrices.shape[-2:])
    residuals = _residuals(Q, W, found, i, keep)
    bounds, conclusive = _bounds(W, found, i, keep, dtype)
    ratio = max(r / b if b else math.inf for r, b in zip(residuals, bounds, strict=True))
    distance, explained = _distance(Q, found, i, keep, residuals)
    return Convergence(residuals, bounds, ratio, conclusive, distance, explained)


def _distance(Q: Host, found: Factors, i: int, keep: Host, residuals: Residuals) -> tuple[float, float]:
    U, V, s = found.U[i][:, keep], found.Vh[i][keep].T, found.s[i][keep]
    with np.errstate(all="ignore"):
        distance = float(np.linalg.norm(Q @ V - U if Q.shape[0] >= Q.shape[1] else U.T @ Q - V.T))
        explained = residuals.backward * float(np.linalg.norm(s / s[0]) * (s[0] / s[-1]))
    return distance, explained


def _residuals(Q: Host, W: Host, found: Factors, i: int, keep: Host) -> Residuals:
    # On the active subspace: A = Q V_r (tall) with W V_r in the place of W; transposed for wide.
    scale = float(found.s[i, 0])
    if Q.shape[0] >= Q.shape[1]:
        basis = found.Vh[i][keep].T
        A, B = Q @ basis, (W / scale) @ basis
    else:
        basis = found.U[i][:, keep]
        A, B = Q.T @ basis, (W / scale).T @ basis
    size = float(np.linalg.norm(B))
    with np.errstate(all="ignore"):
        H = A.T @ B
        H = (H + H.T) / 2
        orthonormality = float(np.linalg.norm(A.T @ A - np.eye(A.shape[1]))) / math.sqrt(A.shape[1])
        backward = float(np.linalg.norm(A @ H - B)) / size
        least = float(np.linalg.eigvalsh(H)[0]) if np.isfinite(H).all() else -math.inf
    return Residuals(
        *(value if math.isfinite(value) else math.inf for value in (orthonormality, backward, max(0.0, -least)))
    )


def _bounds(W: Host, found: Factors, i: int, keep: Host, dtype: str) -> tuple[Residuals, bool]:
    plain, root = residual_bound(len(keep), EPS[dtype]), math.sqrt(float(keep.sum()))
    bounds = [plain / root, plain, plain]
    if dtype in HALVES:  # where 10 p' eps is near 1, or says too little
        runs = [_residuals(X, W, found, i, keep) for X in emulations(W, DIALECTS["paper"], dtype)]
        worst = [YARDSTICK * max(column) for column in zip(*runs, strict=True)]
        # What is exactly positive semidefinite in three runs may still be off by a rounding in a fourth.
        worst = [max(value, EPS[dtype]) for value in worst]
        bounds = [min(b, w) for b, w in zip(bounds, worst, strict=True)]
    return Residuals(*bounds), max(bounds) <= CONCLUSIVE


def steps_for(seen: Observation, dialect: Dialect, dtype: str) -> int | None:
    """
    Count the steps of a dialect's own polynomial that would converge on a case.

    Parameters
    ----------
    seen : Observation
        The case.
    dialect : Dialect
        The exact one counts the cubic.
    dtype : str
        Gives the tolerance.

    Returns
    -------
    int or None
        None where no number of steps is enough.
    """
    stepping = DIALECTS["official"] if dialect.exact else dialect
    found = seen.truth.factors
    keep = np.stack([counted(s, dtype, found.matrices.shape[-2:]) for s in found.s])
    tolerance = min(residual_bound(found.s.shape[-1], EPS[dtype]) / 2 / math.sqrt(found.s.shape[-1]), LAGGING)
    try:
        needed = steps_until(normalised(found, stepping), keep, stepping.triples, tolerance)
    except ValueError:
        return None
    return int(np.max(needed))
