"""What Table 1 sets beside FIRE and needs no data: shrink and perturb, full reset, Parseval's penalty."""

from __future__ import annotations

from typing import Any

#: The share of the initial weights.
SHARE = 0.8


def shrink_and_perturb(W: Any, initial: Any, share: float = SHARE) -> Any:
    """
    Mix a weight with its initial value.

    Parameters
    ----------
    W, initial : array
        Of one shape.
    share : float
        Of the initial one.

    Returns
    -------
    array
    """
    return (1 - share) * W + share * initial


def full_reset(initial: Any) -> Any:
    """Return the initial weight, as memory of its own."""
    return initial.copy()


def parseval_gradient(xp: Any, W: Any) -> Any:
    """
    Differentiate ||W W^T - I||_F^2, the penalty that every update of training pays for.

    Parameters
    ----------
    xp : module
        NumPy or CuPy.
    W : array, shape (o, i) or (o, i, h, w)
        A convolution counts as the matrix of its o filters.

    Returns
    -------
    array, shape of W
        4 (W W^T - I) W.
    """
    rows = W.reshape(W.shape[0], -1)
    apart = rows @ rows.T
    apart -= xp.eye(W.shape[0], dtype=W.dtype)
    return (4 * (apart @ rows)).reshape(W.shape)
