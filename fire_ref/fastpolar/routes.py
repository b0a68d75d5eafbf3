"""Which way one matrix goes, by its shape; and the way back where the answer is not good enough."""

from __future__ import annotations

import numpy as np

from . import probing, singular, square, tall
from .kernels import Host

#: Below so many rows or columns nothing is faster than the SVD, whatever the spectrum.
LEAST = 256
#: But for what is longer than this ratio of the sides, which the SVD walks through several times.
LONG, LEAST_OF_LONG = 32, 96


def factor(W: Host) -> Host:
    """
    Return the polar factor of one matrix.

    Parameters
    ----------
    W : ndarray, shape (m, n)
        float64 or float32, of moderate size; not modified.

    Returns
    -------
    ndarray, shape (m, n)
        In the dtype of W.

    Raises
    ------
    numpy.linalg.LinAlgError
        NaN or inf, where nobody has checked.
    """
    if W.shape[0] < W.shape[1]:
        return factor(W.T).T
    if not (W.flags.f_contiguous or W.flags.c_contiguous):
        W = np.asfortranarray(W)
    m, n = W.shape
    Q = _iterated(W) if n >= LEAST or (n >= LEAST_OF_LONG and m >= LONG * n) else None
    return singular.factored(W) if Q is None or not probing.keeps_bounds(Q, W) else Q


def _iterated(W: Host) -> Host | None:
    if W.shape[0] > W.shape[1]:
        return tall.factored(W)
    if W.flags.f_contiguous:
        return square.factored(W)
    Q = square.factored(W.T)
    return None if Q is None else Q.T
