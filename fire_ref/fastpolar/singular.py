"""The polar factor by LAPACK's SVD, unpolished: what every other route falls back to."""

from __future__ import annotations

import math

import numpy as np

from ..arrays import home
from ..tightening import tightened
from .kernels import Host, by_columns, of


def factored(W: Host) -> Host:
    """
    Return U V^T of one matrix.

    Parameters
    ----------
    W : ndarray, shape (m, n)
        In either order; not modified. Scaled here, by a power of two, so that the answer does not depend on its size.

    Returns
    -------
    ndarray, shape (m, n)

    Raises
    ------
    numpy.linalg.LinAlgError
        NaN or inf.
    """
    if W.shape[0] == W.shape[1] and W.flags.c_contiguous and not W.flags.f_contiguous:
        return factored(W.T).T  # no copy, and no slower, as it would be if W were not square
    routines = of(W)
    work = int(routines.gesdd_lwork(*W.shape, full_matrices=0)[0])
    X = by_columns(W)
    peak = max(float(X.max()), -float(X.min()))
    if not math.isfinite(peak):
        raise np.linalg.LinAlgError("SVD of a matrix that is not finite")
    X *= X.dtype.type(math.ldexp(1.0, -math.frexp(peak)[1]))
    U, _, Vt, failed = routines.gesdd(X, full_matrices=0, lwork=work, overwrite_a=1)
    if failed:
        U, _, Vt = np.linalg.svd(W, full_matrices=False)
    return np.asarray(tightened(home(U)[0], U @ Vt))
