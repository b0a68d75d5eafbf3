"""Theorem 1: how far features drift when weights move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import hypot, inf, log2, sqrt
from typing import Any

import numpy as np

from ..arguments import choice
from ..arrays import quiet
from ..errors import sentence
from ..spectrum import Host
from .inputs import layers, norm, samples, scaled, spectral
from .record import Hypothesis, TheoremCheck

#: Each is 1-Lipschitz and maps 0 to 0.
ACTIVATIONS: dict[str, Callable[[Host], Host]] = {
    "relu": lambda x: np.maximum(x, 0.0),
    "tanh": lambda x: np.asarray(np.tanh(x)),
    "identity": lambda x: x,
}


def feature_drift(weights: Sequence[Any], moved: Sequence[Any], inputs: Any, activation: str = "relu") -> TheoremCheck:
    """
    Bound how far the feature correlations of a network move with its weights.

    Parameters
    ----------
    weights, moved : sequence of array, shape (d_out, d_in)
        The layers before and after, first layer first; no biases.
    inputs : array, shape (samples, d_in)
        Z.
    activation : {"relu", "tanh", "identity"}
        phi, after every layer.

    Returns
    -------
    TheoremCheck
        Of ``||C - C'||_F`` with C = H H^T / ||H||_F^2 and H the features of the last layer: bound
        ``4 ||Z|| / (||H|| + ||H'||) sqrt(l) S^(l-1) sqrt(SFE)``; sharper
        ``sqrt 2 ||Z|| sum_k ||W_k - W'_k||_2 prod ||.||_2 / max(||H||, ||H'||)``; trivial sqrt 2, as both C are
        positive semidefinite with trace 1.

    Raises
    ------
    TypeError
        Not lists of arrays.
    ValueError
        Shapes do not fit, a value is not finite, or the activation is not one of these.

    Notes
    -----
    arXiv 2602.08040, theorem 1, whose constant m_l is not defined; ||H|| + ||H'|| is the largest with which the proof
    goes through. `proofs/drift.v` has the proofs.

    Examples
    --------
    >>> import numpy as np
    >>> W = np.diag([3.0, 1.0])
    >>> found = feature_drift([W], [np.eye(2)], np.eye(2), "identity")
    >>> round(found.measured, 3), round(found.sharper, 3), round(found.bound, 3)
    (0.566, 1.265, 2.472)
    """
    function = "theory.feature_drift"
    before, after = layers(function, "weights", weights), layers(function, "moved", moved)
    if [W.shape for W in before] != [W.shape for W in after]:
        rule, got = "have the shapes of weights", str([W.shape for W in after])
        raise ValueError(sentence(function, "moved", rule, got, "the same layers after the move"))
    Z = samples(function, "inputs", inputs, before[0].shape[1])
    phi = ACTIVATIONS[choice(function, "activation", activation, ACTIVATIONS)]
    size, depth = norm(Z), len(before)
    steepest = max(spectral(W) for W in (*before, *after))
    moved_by = hypot(*(norm(W - V) for W, V in zip(before, after, strict=True)))
    paper = log2(4 * sqrt(depth)) + _log2(size) + (depth - 1) * _log2(steepest) + _log2(moved_by)
    if activation != "tanh":  # the others are homogeneous: the scale of a layer, before and after, drops out
        parts = [scaled(Z), *(scaled(np.stack(pair)) for pair in zip(before, after, strict=True))]
        Z, before, after = parts[0].array, [one.array[0] for one in parts[1:]], [one.array[1] for one in parts[1:]]
        size, paper = norm(Z), paper + sum(log2(one.first.item()) + log2(one.second.item()) for one in parts)
    with quiet():
        H, moved_H = features(before, Z, phi), features(after, Z, phi)
        norms = [(spectral(W), spectral(V)) for W, V in zip(before, after, strict=True)]
        sharp = propagated(norms, [spectral(W - V) for W, V in zip(before, after, strict=True)]) * size * sqrt(2)
    if not np.isfinite(H).all() or not np.isfinite(moved_H).all():
        rule = "keep pre-activations within float64"
        raise ValueError(sentence(function, "weights", rule, "an overflow", "smaller weights or inputs"))
    sizes = norm(H), norm(moved_H)
    alive = min(sizes) > 0
    return TheoremCheck(
        theorem=1,
        claim="||C - C'||_F, the drift of the normalised feature correlations",
        measured=norm(correlations(H) - correlations(moved_H)) if alive else float("nan"),
        bound=_exp2(paper - log2(sum(sizes))) if alive else inf,
        sharper=sharp / max(sizes) if alive else inf,
        trivial=sqrt(2),
        upper=True,
        hypotheses=(Hypothesis("the features do not vanish", min(sizes), alive),),
    )


def _log2(value: float) -> float:
    return log2(value) if value > 0 else -inf


def _exp2(exponent: float) -> float:
    return 2.0**exponent if exponent < 1024 else inf


def features(weights: Sequence[Host], Z: Host, phi: Callable[[Host], Host]) -> Host:
    """Return H of the last layer, (samples, d_out); nan where a pre-activation overflows, whatever phi makes of inf."""
    for W in weights:
        pre = Z @ W.T
        Z = phi(np.where(np.isfinite(pre), pre, np.nan))
    return Z


def correlations(H: Host) -> Host:
    """Return H H^T / ||H||_F^2."""
    unit = H / norm(H)
    return np.asarray(unit @ unit.T)


def propagated(norms: Sequence[tuple[float, float]], steps: Sequence[float]) -> float:
    """Return sum_k ||W_k - W'_k||_2 prod_{j<k} ||W_j||_2 prod_{j>k} ||W'_j||_2."""
    total = 0.0
    for k, step in enumerate(steps):
        below = float(np.prod([before for before, _ in norms[:k]]))
        above = float(np.prod([after for _, after in norms[k + 1 :]]))
        total += step * below * above
    return total
