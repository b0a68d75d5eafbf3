"""The polar factor of one matrix, enclosed: a proposal, and a proved bound of how far it is from the true one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .. import rank
from . import bounds, proposing
from .balls import NARROW, WIDE, Ball, BallMatrix, frobenius, nearest, symmetric, working

#: s_min^2 / s_max^2 for which `NARROW` suffices.
_EASY = 2.0**-40


@dataclass(frozen=True)
class Enclosure:
    """
    A polar factor up to an error.

    Parameters
    ----------
    factor : arb_mat
        Q1, exact.
    error : arb
        At least ``||Q1 - Q*||_F``, exact.
    half : arb_mat
        sym(Q1^T W), near H*.
    size : arb
        At least ``||W||_2``, exact.
    """

    factor: BallMatrix
    error: Ball
    half: BallMatrix
    size: Ball


def enclosed(W: BallMatrix) -> tuple[Enclosure | None, str]:
    """
    Enclose the polar factor of a tall or square matrix.

    Parameters
    ----------
    W : arb_mat
        Exact, its largest magnitude in [1/2, 1).

    Returns
    -------
    tuple of Enclosure or None and str
        The enclosure, or why there is none: "rank" or "precision".
    """
    C = W.transpose() * W
    squares = np.linalg.eigvalsh(nearest(C))
    bits = NARROW if squares[0] > _EASY * squares[-1] else WIDE
    with working("certify", bits):
        root = proposing.inverse_root(C, bits)
        if root is None or deficient((W.nrows(), W.ncols()), squares[-1], root):
            return None, "rank"
        found = around(W, (W * root).mid())
    return found, "" if found else "precision"


def deficient(shape: tuple[int, ...], square: float, inverse: BallMatrix) -> bool:
    """
    Say whether W seems to have no full rank by the one rule.

    Parameters
    ----------
    shape : tuple of int
        Of W.
    square : float
        s_max^2, from W^T W in float64.
    inverse : arb_mat
        The inverse root of W^T W, whose largest eigenvalue is 1 / s_min.

    Returns
    -------
    bool
        A refusal needs no proof; that the rank is full is proved in `around`.
    """
    values = nearest(inverse)
    if not np.isfinite(values).all():
        return True
    condition = math.sqrt(square) * np.linalg.eigvalsh(values)[-1]
    return not condition * rank.threshold("certify", shape, "float64", None) < 1


def around(W: BallMatrix, Q: BallMatrix) -> Enclosure | None:
    """
    Prove that W has full rank and how far an arbitrary Q is from its polar factor.

    Parameters
    ----------
    W, Q : arb_mat
        Exact, of one tall or square shape.

    Returns
    -------
    Enclosure or None
        None where Q is too far off for a proof. The comparison is asked so that nan refuses.
    """
    delta = bounds.to_isometry(bounds.defect(Q)[1])
    G = symmetric(Q.transpose() * W)
    T = proposing.inverse_cholesky(G)
    g = None if T is None else bounds.least_eigenvalue(G, T)
    rho = bounds.residual(W, Q, G, delta)
    if g is None or not rho < g:
        return None
    error = (delta + bounds.to_factor(rho, g)).upper()
    return Enclosure(Q, error, G, frobenius(W)[1])
