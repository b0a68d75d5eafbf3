"""The triangular factor of some random combinations of the rows: nearly that of all rows, and cheaper."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..tolerances import EPS
from .kernels import Host, by_columns, of, upper

#: So many combinations for each column: all singular values of W R^-1 are then within a factor of about 6.
ROWS = 2
#: What is added to the diagonal of W, if anything is, has this part of n eps ||W||_F for its norm: a thirtieth of what
#: Q H may differ from W by, and sqrt(n)/3 times what R has lost by rounding.
LIFT = 0.3
#: Pivots below so many times that are lifted from the level of the rounding errors.
NEAR = 30.0


class Sketch(NamedTuple):
    """A triangle R, and what W needs on its diagonal so that (W + lift I) R^-1 is well conditioned: mostly 0."""

    triangle: Host
    lift: float


def triangle(W: Host) -> Sketch | None:
    """
    Return R, upper triangular with zeros below, so that W R^-1 is well conditioned; None if W is zero.

    Parameters
    ----------
    W : ndarray, shape (m, n)
        With many more rows than columns.

    Returns
    -------
    Sketch or None
    """
    n = W.shape[1]
    signs = _signs(W)
    S = combined(W, ROWS * n, signs)
    lift = LIFT * math.sqrt(n) * EPS[W.dtype.name] * math.sqrt(float(np.vdot(S, S)))
    np.einsum("ii->i", S[:n])[...] += signs[:n, 0] * W.dtype.type(lift)  # of R it is no more than an error
    routines = of(W)
    work = int(routines.geqrf_lwork(*S.shape)[0])
    reflectors, _, _, _ = routines.geqrf(S, lwork=work, overwrite_a=1)
    R = upper(reflectors[:n])
    least = float(np.abs(np.diag(R)).min())
    return Sketch(R, 0.0 if least > NEAR * lift else lift) if least > 0 else None


def _signs(W: Host) -> Host:
    return np.random.default_rng(len(W)).choice(np.array([-1.0, 1.0], dtype=W.dtype), size=len(W))[:, None]


def combined(W: Host, rows: int, signs: Host) -> Host:
    """
    Return sums of the rows of W with random signs, each row in one sum.

    Parameters
    ----------
    W : ndarray, shape (m, n)
        In either order.
    rows : int
        How many sums.
    signs : ndarray, shape (m, 1)
        One for each row.

    Returns
    -------
    ndarray, shape (rows, n)
        Fortran order.
    """
    out = np.zeros((rows, W.shape[1]), dtype=W.dtype, order="F" if W.flags.f_contiguous else "C")
    for start in range(0, len(W), rows):
        block = W[start : start + rows]
        out[: len(block)] += signs[start : start + rows] * block
    return out if out.flags.f_contiguous else by_columns(out)
