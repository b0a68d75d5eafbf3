"""X_0 of a stack on the host, made in place: one copy of the weight and no other array of its size."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .. import norms, values
from ..arrays import DType
from ..operands import Operand
from .pieces import Host, pieces

#: Up to this exponent the power of two is a normal number in single precision, either way.
ONE_FACTOR = 100


def start(
    w: Operand, stack: Host, dtype: DType, normalization: str, eps: float, require: Callable[[Host], None]
) -> Host:
    """
    Return W / (norm + eps) in row-major order, the norm taken where nothing overflows.

    Parameters
    ----------
    w : Operand
        Where the stack came from.
    stack : array, shape (..., m, n)
        Its matrices; not written.
    dtype : dtype
        To divide in.
    normalization : {"frobenius", "spectral", "none"}
        What to divide by.
    eps : float
        In the units of W.
    require : callable
        Looks at the largest magnitudes, shape (..., 1, 1), and refuses what must not go on.

    Returns
    -------
    array, shape (..., m, n)
        New memory.
    """
    X = np.array(stack, dtype=dtype, order="C", copy=True)
    flat = X.reshape(-1, *X.shape[-2:])
    peak = _peaks(w, flat)
    require(peak.reshape(*X.shape[:-2], 1, 1))
    if normalization != "none":
        _divide(w, flat, peak, normalization, eps)
    return X


def _peaks(w: Operand, flat: Host) -> Host:
    peak = np.zeros((len(flat), 1, 1), flat.dtype)
    for matrices, rows in pieces(flat):
        np.maximum(peak[matrices], values.peaks(w, flat[matrices, rows]), out=peak[matrices])  # keeps a nan
    return peak


def _divide(w: Operand, flat: Host, peak: Host, normalization: str, eps: float) -> None:
    first, second = _factors(peak)
    needed = [factor for factor in (first, second) if (factor != 1).any()]
    norm = np.zeros(peak.shape, w.wide)
    for matrices, rows in pieces(flat):
        piece = flat[matrices, rows]
        for factor in needed:
            piece *= factor[matrices]
        if normalization == "frobenius":
            sizes = norms.frobenius(w, piece)
            whole = piece.shape[-2] == flat.shape[-2]
            norm[matrices] = sizes if whole else np.hypot(norm[matrices], sizes)
    if normalization == "spectral":
        norm = norms.spectral(w, flat)
    if eps:  # in the units of W: enormous beside a subnormal W, X_0 is then 0, as it should be
        norm += eps * first.astype(norm.dtype) * second.astype(norm.dtype)
    divisor = norm.astype(flat.dtype)
    for matrices, rows in pieces(flat):
        flat[matrices, rows] /= divisor[matrices]


def _factors(peak: Host) -> tuple[Host, Host]:
    """Return the powers of two whose product brings each peak into [1/2, 1); two, because one may not exist."""
    exponent = np.frexp(peak)[1]
    half = np.where(np.abs(exponent) > ONE_FACTOR, exponent // 2, 0)
    one = peak.dtype.type(1)
    return np.ldexp(one, half - exponent), np.ldexp(one, -half)
