"""Theorem 2: how DfI bounds the curvature of the loss."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, prod
from typing import Any, NamedTuple

import numpy as np

from ..arrays import quiet
from ..errors import sentence
from ..spectrum import Host
from .inputs import gain_of, layers, norm, root_dfi, samples, spectral, vector
from .record import Hypothesis, TheoremCheck

#: Largest eigenvalue of diag(p) - p p^T over all probabilities p: of softmax cross-entropy.
BETA = 0.5


class Passed(NamedTuple):
    """One sample on its way: what every layer was given, which outputs were on, and the logits."""

    inputs: list[Host]
    on: list[Host]
    logits: Host


def curvature(
    weights: Sequence[Any],
    inputs: Any,
    *,
    gains: Sequence[float] | float | None = None,
    biases: Sequence[Any] | None = None,
) -> tuple[TheoremCheck, ...]:
    """
    Bound the curvature of softmax cross-entropy along each layer of a ReLU network.

    Parameters
    ----------
    weights : sequence of array, shape (d_out, d_in)
        First layer first; ReLU between them, logits at the end.
    inputs : array, shape (samples, d_in)
        Each sample by itself.
    gains : float or sequence of float, optional
        What each weight's DfI is measured against; default sqrt(d_out / d_in).
    biases : sequence of array, shape (d_out,), optional
        Where there are any, what enters a layer is measured and not bounded.

    Returns
    -------
    tuple of TheoremCheck
        One for each layer k, of the top eigenvalue of its block of the Hessian, on the sample that comes nearest to
        the sharper bound. Bound ``beta ||x||^2 prod_{j != k} nu_j`` with ``nu_j = c_j^2 (1 + sqrt(DfI_c(W_j)))``;
        sharper ``beta ||x||^2 prod_{j != k} ||W_j||_2^2``; beta = 1/2. Any finite bound says something.

    Raises
    ------
    TypeError
        Not lists of arrays.
    ValueError
        Shapes do not fit, or a value is not finite.

    Notes
    -----
    arXiv 2602.08040, theorem 2, almost everywhere: where no pre-activation is zero the network is multilinear in its
    weights, and block k is ``(b b^T) (x) (A^T L A)`` with b what enters the layer, A the rest of the network and L
    the loss's Hessian in the logits. `proofs/curvature.v` has the proofs.

    Examples
    --------
    >>> import numpy as np
    >>> (found,) = curvature([np.eye(2)], np.array([[1.0, 1.0]]))
    >>> round(found.measured, 9), round(found.bound, 9)
    (1.0, 1.0)
    """
    function = "theory.curvature"
    found = layers(function, "weights", weights)
    X = samples(function, "inputs", inputs, found[0].shape[1])
    scales = _gains(function, gains, found)
    offsets = None if biases is None else _biases(function, biases, found)
    with quiet():
        spectra = [square(spectral(W)) for W in found]
        factors = [c * c * (1 + root_dfi(W, c)) for W, c in zip(found, scales, strict=True)]
        passed = [forward(found, x, offsets) for x in X]
        if not all(np.isfinite(one.logits).all() for one in passed):
            raise ValueError(_overflow(function))
        told = tuple(_block(k, found, passed, X, spectra, factors, offsets is not None) for k in range(len(found)))
    if not all(isfinite(one.measured) and isfinite(one.sharper) for one in told):
        raise ValueError(_overflow(function))
    return told


def forward(weights: Sequence[Host], x: Host, biases: Sequence[Host] | None) -> Passed:
    """Run one sample through the network, and remember what every layer was given and which units were on."""
    given, on = [x], []
    for k, W in enumerate(weights):
        z = W @ given[-1] + (0.0 if biases is None else biases[k])
        on.append(z > 0)
        given.append(np.where(on[-1], z, 0.0))
    return Passed(given[:-1], on[:-1], z)


def block_eigenvalue(weights: Sequence[Host], one: Passed, k: int) -> float:
    """Return the top eigenvalue of layer k's block of the Hessian: ||b||^2 lambda_max(A^T L A)."""
    A = np.eye(len(one.logits))
    for j in range(len(weights) - 1, k, -1):
        A = (A @ weights[j]) * one.on[j - 1]
    p = np.exp(one.logits - one.logits.max())
    p /= p.sum()
    loss = np.diag(p) - np.outer(p, p)
    values, vectors = np.linalg.eigh(loss)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    return float(square(norm(one.inputs[k])) * square(spectral(root.T @ A)))


def square(value: float) -> float:
    """Return value^2, inf where float64 does not hold it."""
    return value * value


def _overflow(function: str) -> str:
    rule = "keep logits and curvatures within float64"
    return sentence(function, "weights", rule, "an overflow", "smaller weights or inputs")


def _block(
    k: int,
    weights: Sequence[Host],
    passed: Sequence[Passed],
    X: Host,
    spectra: Sequence[float],
    factors: Sequence[float],
    measured_input: bool,
) -> TheoremCheck:
    start = k + 1 if measured_input else 0
    others = [j for j in range(start, len(weights)) if j != k]
    entering = [square(norm(one.inputs[k] if measured_input else x)) for one, x in zip(passed, X, strict=True)]
    values = [block_eigenvalue(weights, one, k) for one in passed]
    best = int(np.argmax([value / size if size else 0.0 for value, size in zip(values, entering, strict=True)]))
    text = "no biases" if not measured_input else "what enters the layer is measured, as there are biases"
    return TheoremCheck(
        theorem=2,
        claim=f"the top eigenvalue of the Hessian along layer {k + 1}",
        measured=values[best],
        bound=BETA * entering[best] * prod(factors[j] for j in others),
        sharper=BETA * entering[best] * prod(spectra[j] for j in others),
        trivial=float("inf"),
        upper=True,
        hypotheses=(Hypothesis(text, float("nan"), True),),
    )


def _gains(function: str, gains: Any, weights: Sequence[Host]) -> list[float]:
    if gains is None or isinstance(gains, (bool, int, float, str)):
        return [gain_of(function, gains, W, "gains") for W in weights]  # type: ignore[arg-type]  # it refuses the rest
    given = list(gains) if isinstance(gains, (list, tuple)) else vector(function, "gains", gains, len(weights)).tolist()
    if len(given) != len(weights):
        rule = f"hold one gain for each of {len(weights)} layers"
        raise ValueError(sentence(function, "gains", rule, f"{len(given)}", "gains=None"))
    return [gain_of(function, gain, W, f"gains[{i}]") for i, (gain, W) in enumerate(zip(given, weights, strict=True))]


def _biases(function: str, biases: Any, weights: Sequence[Host]) -> list[Host]:
    if not isinstance(biases, (list, tuple)) or len(biases) != len(weights):
        rule = f"be a list of {len(weights)} biases, one for each layer"
        got = f"{len(biases)}" if isinstance(biases, (list, tuple)) else type(biases).__name__
        raise TypeError(sentence(function, "biases", rule, got, "biases=None"))
    return [vector(function, f"biases[{i}]", b, len(W)) for i, (b, W) in enumerate(zip(biases, weights, strict=True))]
