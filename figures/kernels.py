"""What becomes of the kernel of a convolution: DfI of its taps and of its operator, and SFE, before and after FIRE."""

from __future__ import annotations

from typing import Any

import numpy as np

from fire_ref import dfi, fire, polar_factor, sfe
from fire_ref.arrays import to_host

from .catalogue import Data
from .layers import Layer, layer

#: Images that are smaller than the span of a kernel with itself, and those beside them: the side that a layer sees.
SEEN = {("digits-conv", "conv1.weight"): 8, ("digits-conv", "conv2.weight"): 8, ("digits-conv", "conv3.weight"): 4}
#: Singular values of operators are computed up to this many channels on the short side: more of them take minutes.
SMALL = 64


def grid(kernel: Layer) -> int:
    """
    Return the side of the image on which a kernel is taken as an operator.

    Parameters
    ----------
    kernel : Layer
        (out, in, height, width).

    Returns
    -------
    int
        What the layer sees, where that may be little; else 2 k - 1: on no larger image does a tap meet another one
        round the edge, so that DfI per singular value is the same on all of them.
    """
    return SEEN.get((kernel.network, kernel.name), 2 * max(map(int, kernel.tensor.shape[2:])) - 1)


def arms(kernel: Layer) -> dict[str, Any]:
    """
    Return what becomes of a kernel.

    Parameters
    ----------
    kernel : Layer
        (out, in, height, width).

    Returns
    -------
    dict of str to array
        "W" itself, "k = 10", "exact", and "delta-orthogonal": c Q at the centre, c = sqrt(out / in), zeros elsewhere.
        Nearest to W of all these is the one whose Q is the polar factor of the centre tap.
    """
    W = kernel.tensor
    out, into, height, width = W.shape
    delta = 0 * W
    delta[:, :, height // 2, width // 2] = (out / into) ** 0.5 * polar_factor(W[:, :, height // 2, width // 2])
    return {"W": W, "k = 10": fire(W, method="newton-schulz", steps=10), "exact": fire(W), "delta-orthogonal": delta}


def measured(kernel: Layer, side: int) -> Data:
    """
    Measure one kernel.

    Parameters
    ----------
    kernel : Layer
        (out, in, height, width).
    side : int
        Of the image.

    Returns
    -------
    dict
        layer, shape, side; for each of `arms` taps and operator, DfI per singular value against the gain; sfe, over
        ||W||_F^2; range, least and largest singular value of the operator over c, None where that takes long.
    """
    out, into = kernel.tensor.shape[:2]
    gain, values = (out / into) ** 0.5, min(out, into)
    size = float(to_host(sfe(kernel.matrices, 0 * kernel.matrices)).sum())
    found: Data = {"layer": kernel.name, "shape": list(kernel.tensor.shape), "side": side}
    found |= {of: {} for of in ("taps", "operator", "sfe", "range")}
    for arm, V in arms(kernel).items():
        cut = layer(kernel.network, kernel.name, V)
        whole = dfi(V, operator=(side, side), layout="OIHW", gain=gain)
        found["taps"][arm] = float(to_host(dfi(cut.matrices, gain=cut.gain)).sum()) / cut.rank
        found["operator"][arm] = float(to_host(whole)) / (values * side**2)
        found["sfe"][arm] = float(to_host(sfe(kernel.matrices, cut.matrices)).sum()) / size
        found["range"][arm] = extremes(to_host(V) / gain, side) if values <= SMALL else None
    return found


def extremes(kernel: np.ndarray[Any, Any], side: int) -> list[float]:
    """
    Return the least and the largest singular value of the circular convolution by a kernel.

    Parameters
    ----------
    kernel : ndarray, shape (out, in, height, width)
        Its taps.
    side : int
        Of the image.

    Returns
    -------
    list of float
    """
    # At a frequency the operator is the matrix sum_t W_t exp(-2 pi i f.t / side); frequencies f and -f are conjugate.
    tall, wide = (np.exp(-2j * np.pi * np.outer(range(side), range(k)) / side) for k in kernel.shape[2:])
    half = wide[: side // 2 + 1]
    s = np.linalg.svd(np.einsum("oihw,fh,gw->fgoi", kernel, tall, half, optimize=True), compute_uv=False)
    return [float(s.min()), float(s.max())]
