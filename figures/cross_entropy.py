"""What a prediction costs, in nats: minus the logarithm of the probability of what came."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


def nats(logits: Array, targets: Array) -> Array:
    """
    Return the loss of each prediction.

    Parameters
    ----------
    logits : ndarray, shape (count, classes)
        Any floating dtype; the sums are taken in float64.
    targets : ndarray of int, shape (count,)
        What came.

    Returns
    -------
    ndarray of float64, shape (count,)

    Examples
    --------
    >>> nats(np.zeros((1, 4)), np.array([2])).round(6)  # ln 4
    array([1.386294])
    """
    wide = logits.astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    return np.asarray(np.log(np.exp(wide).sum(axis=1)) - wide[np.arange(len(targets)), targets])


def unigram(targets: Array) -> float:
    """
    Return the least mean loss of any prediction that is the same everywhere: the entropy of what came.

    Parameters
    ----------
    targets : ndarray of int, shape (count,)
        What came.

    Returns
    -------
    float
        Nats. A predictor that has not seen the targets pays more.

    Examples
    --------
    >>> round(unigram(np.array([5, 7, 5, 7])), 6)  # ln 2
    0.693147
    """
    shares = np.unique(targets, return_counts=True)[1] / len(targets)
    return float(-(shares * np.log(shares)).sum())
