"""The triangular factor of some random combinations of the rows: nearly that of all rows, and cheaper."""

from __future__ import annotations

import numpy as np

from .kernels import Host, by_columns, of

#: So many combinations for each column: all singular values of W R^-1 are then within a factor of about 6.
ROWS = 2
#: A pivot below this part of the largest one leaves nothing to divide by.
LEAST_PIVOT = {"float64": 1e-12, "float32": 1e-5}


def triangle(W: Host) -> Host | None:
    """
    Return R, upper triangular, so that W R^-1 is well conditioned; None where W is too near singular.

    Parameters
    ----------
    W : ndarray, shape (m, n)
        With many more rows than columns.

    Returns
    -------
    ndarray or None
    """
    S = combined(W, ROWS * W.shape[1])
    routines = of(W)
    work = int(routines.geqrf_lwork(*S.shape)[0])
    reflectors, _, _, _ = routines.geqrf(S, lwork=work, overwrite_a=1)
    R = np.asfortranarray(np.triu(reflectors[: W.shape[1]]))
    pivots = np.abs(np.diag(R))
    if not pivots.min() > LEAST_PIVOT[W.dtype.name] * pivots.max():
        return None
    return R


def combined(W: Host, rows: int) -> Host:
    """
    Return sums of the rows of W with random signs, each row in one sum.

    Parameters
    ----------
    W : ndarray, shape (m, n)
        In either order.
    rows : int
        How many sums.

    Returns
    -------
    ndarray, shape (rows, n)
        Fortran order.
    """
    m, n = W.shape
    signs = np.random.default_rng(m).choice(np.array([-1.0, 1.0], dtype=W.dtype), size=m)[:, None]
    out = np.zeros((rows, n), dtype=W.dtype, order="F" if W.flags.f_contiguous else "C")
    for start in range(0, m, rows):
        block = W[start : start + rows]
        out[: len(block)] += signs[start : start + rows] * block
    return by_columns(out)
