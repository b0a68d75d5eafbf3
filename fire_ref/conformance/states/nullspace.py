"""What lies where a weight was zero: dead rows and columns, zero matrices, the null space of a deficient one."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ...tolerances import CONCLUSIVE, EPS, YARDSTICK, faithful_bound, residual_bound
from ..converged import counted
from ..dialect import DIALECTS, Dialect
from ..emulation import emulations
from ..precision import HALVES, Host
from ..truth import respond
from .piece import Piece

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool]]
#: Normalised singular values on which a polynomial's largest answer is looked for.
_GRID = np.linspace(0.0, 1.0, 1025)


class Rest(NamedTuple):
    """
    What is worst outside of the active subspace.

    Attributes
    ----------
    size, bound : float
        Found, after division by the gain, and allowed.
    text : str
        What it is; "" where there is nothing outside.
    """

    size: float
    bound: float
    text: str = ""

    @property
    def ratio(self) -> float:
        """Size over bound; inf where nothing is allowed and there is something."""
        return self.size / self.bound if self.bound else math.inf if self.size else 0.0


class _Blocks(NamedTuple):
    """One answer on the null space of its input: what goes to the range (weighted by s / s_1), and what to the rest."""

    cross: float
    values: Host


def after_steps(piece: Piece, dtype: str, room: float) -> Rest:
    """
    Judge what k steps left where the input was zero: nothing but noise, which every step amplifies.

    Parameters
    ----------
    piece : Piece
        Finite before and after, its dialect not exact.
    dtype : str
        That it may have been computed in.
    room : float
        Relative deviation from the declared answer that is none, in the dtype that is stored.

    Returns
    -------
    Rest
        The worst. Rows and columns of zeros stay zero in every polynomial, whatever rounds: their bound is `room`. In
        a null space across the axes noise may reach the bound of the dialect, and never more than its polynomial
        answers to anything.
    """
    dialect, told = piece.declared.dialect, piece.told
    ceiling, growth = _ceiling(dialect)
    noise = faithful_bound(EPS[dtype], growth)
    sizes = np.linalg.norm(told.response, axis=-1)
    scale = float(np.sqrt(np.mean(sizes[piece.alive] ** 2))) if piece.alive.any() else 1.0
    found = [Rest(0.0, 1.0)]
    for i, (W, Y) in enumerate(zip(piece.W, piece.Y / piece.gains[:, None, None], strict=True)):
        rows, columns = ~W.any(axis=1), ~W.any(axis=0)
        if rows.any() or columns.any():
            dead = float(np.linalg.norm(Y[rows])), float(np.linalg.norm(Y[:, columns]))
            text = "a zero matrix" if rows.all() else "rows or columns of zeros"
            found.append(Rest(max(dead), room * (float(sizes[i]) or scale), text))
        s = told.factors.s[i]
        keep = s > len(s) * EPS["float64"] * s[0]
        if piece.alive[i] and not keep.all():
            blocks = _blocks(Y, told.factors.U[i], s, told.factors.Vh[i], keep)
            # As the distance of the whole, but of one number: rounding is relative to the norm of all of them.
            allowed = min(ceiling * (1 + YARDSTICK * EPS[dtype]), max(noise, room) * max(float(sizes[i]), 1.0))
            found.append(Rest(float(blocks.values[0]), allowed, "the null space"))
    return max(found, key=lambda one: one.ratio)


def after_factor(piece: Piece) -> Rest:
    """
    Judge what the exact factor left where the input was zero: nothing, or an isometry.

    Parameters
    ----------
    piece : Piece
        Finite before and after.

    Returns
    -------
    Rest
        The worst. Where singular values are zero to the dtype and not in float64, anything up to an isometry is
        right: an iteration may have brought them anywhere on the way to 1.
    """
    told = piece.told.factors
    found = [Rest(0.0, 1.0)]
    for i, (W, Y) in enumerate(zip(piece.W, piece.Y / piece.gains[:, None, None], strict=True)):
        s = told.s[i]
        room = min(residual_bound(max(W.shape), EPS[piece.dtype]), CONCLUSIVE / YARDSTICK)
        if not piece.alive[i]:
            found.append(Rest(_off(np.linalg.svd(Y, compute_uv=False), strict=True), room, "a zero matrix"))
            continue
        keep = np.asarray(counted(s, piece.dtype, W.shape), dtype=np.bool)
        if keep.all():
            continue
        blocks = _blocks(Y, told.U[i], s, told.Vh[i], keep)
        strict = bool((s[~keep] <= len(s) * EPS["float64"] * s[0]).all())
        found.append(Rest(_off(blocks.values, strict=strict), room, "the null space"))
        across = residual_bound(len(s), EPS[piece.dtype])
        if piece.dtype in HALVES:
            runs = emulations(W, DIALECTS["paper"], piece.dtype)
            own = max(_blocks(X, told.U[i], s, told.Vh[i], keep).cross for X in runs)
            across = min(across, max(YARDSTICK * own, EPS[piece.dtype] * math.sqrt(len(s))))
        found.append(Rest(blocks.cross, across, "between the null space and the range"))
    return max(found, key=lambda one: one.ratio)


def _ceiling(dialect: Dialect) -> tuple[float, float]:
    """Return the largest answer of a polynomial, and what its steps make of a number near zero."""
    answers, _ = respond(_GRID[None, :], dialect)
    tiny, _ = respond(np.array([[1e-200]]), dialect)
    top = float(np.max(np.abs(answers)))
    return (top if math.isfinite(top) else math.inf), abs(float(tiny[0, 0])) / 1e-200


def _off(values: Host, *, strict: bool) -> float:
    """Return how far singular values are from 0 or 1, whichever is nearer, or, where not strict, above 1."""
    away = np.minimum(np.abs(values), np.abs(values - 1)) if strict else np.maximum(values - 1, 0.0)
    return float(np.max(away, initial=0.0))


def _blocks(Y: Host, U: Host, s: Host, Vh: Host, keep: Mask) -> _Blocks:
    if Y.shape[0] < Y.shape[1]:  # the smaller side's basis is whole
        Y, U, Vh = Y.T, Vh.T, U.T
    image = Y @ Vh[~keep].T
    inner = U[:, keep].T @ image
    outer = image - U[:, keep] @ inner
    cross = float(np.linalg.norm((s[keep] / s[0])[:, None] * inner)) / float(np.linalg.norm(s[keep] / s[0]))
    return _Blocks(cross, np.asarray(np.linalg.svd(outer, compute_uv=False)))
