"""
Parseval regularisation (Chung, Cherif, Meger and Precup, 2024): a penalty keeps the rows of weights orthogonal.

The penalty is ``||W W^T - s I||_F^2`` of every weight of a linear layer or convolution, kernels as matrices of shape
(out, in times area). Norms are left alone.
"""

from __future__ import annotations

from typing import Any

from .arm import State

#: The strength and the scale s that the paper on FIRE uses.
STRENGTH, SCALE = 1e-3, 1.0


def penalty(model: Any, _: State) -> Any:
    """
    Return the strength times the sum over all weights.

    Parameters
    ----------
    model : torch.nn.Module
        The network.

    Returns
    -------
    tensor, scalar
    """
    import torch

    layers = (torch.nn.Linear, torch.nn.Conv2d)
    # A weight that is tied is one.
    weights = {id(layer.weight): layer.weight for layer in model.modules() if isinstance(layer, layers)}
    return STRENGTH * sum(deviation(weight.flatten(1)) for weight in weights.values())


def deviation(W: Any, scale: float = SCALE) -> Any:
    """
    Return how far rows are from orthogonal ones of one length.

    Parameters
    ----------
    W : tensor, shape (out, in)
        A weight.
    scale : float
        s, the squared length.

    Returns
    -------
    tensor, scalar
        ``||W W^T - s I||_F^2``.
    """
    import torch

    rows, columns = W.shape
    # The smaller Gram has the same nonzero eigenvalues; each row that is too many adds s^2.
    gram = W @ W.T if rows <= columns else W.T @ W
    identity = torch.eye(len(gram), dtype=W.dtype, device=W.device)
    return ((gram - scale * identity) ** 2).sum() + scale**2 * max(rows - columns, 0)
