"""
The official formulation, in torch, from the facts about it: the contestant of `newton_schulz` and `fire`.

Frobenius norm without eps, tall form, X <- 1.5 X - 0.5 X (X^T X), one spatial tap after the other, then the gain.
"""

from __future__ import annotations

from typing import Any


def iterate(W: Any, steps: int) -> Any:
    """
    Take k steps on one matrix.

    Parameters
    ----------
    W : tensor, shape (m, n)
        A weight or a tap.
    steps : int
        k.

    Returns
    -------
    tensor, shape (m, n)
    """
    wide = W.shape[0] < W.shape[1]
    X = W.T if wide else W
    X = X / X.norm()
    for _ in range(steps):
        X = 1.5 * X - 0.5 * X @ (X.T @ X)
    return X.T if wide else X


def project(W: Any, steps: int) -> Any:
    """
    Replace one weight.

    Parameters
    ----------
    W : tensor, shape (o, i) or (o, i, h, w)
        Of a linear layer or a convolution.
    steps : int
        k.

    Returns
    -------
    tensor, shape of W
        With the gain sqrt(o / i), over h w for a convolution.
    """
    gain = (W.shape[0] / W.shape[1]) ** 0.5
    if W.ndim == 2:
        return gain * iterate(W, steps)
    out = W.new_empty(W.shape)
    height, width = W.shape[2:]
    for i in range(height):
        for j in range(width):
            out[:, :, i, j] = gain / (height * width) * iterate(W[:, :, i, j], steps)
    return out
