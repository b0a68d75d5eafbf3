"""
Curvature of the digits MLP on its training images: the top eigenvalue of the Hessian in all weights, and its bounds.

Hessian-vector products are exact (Pearlmutter 1994), not differences: the tangent of backpropagation. Biases stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from fire_ref import dfi
from fire_ref.theory.hessian import BETA

from .networks.training import residual

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
#: ||softmax - one-hot|| is at most that.
STEEPEST = 2**0.5


class Network(NamedTuple):
    """A ReLU network with its biases, first layer first, and what it is measured on."""

    weights: list[Array]
    biases: list[Array]
    images: Array
    labels: Array


class Bounds(NamedTuple):
    """On the top eigenvalue: theorem 2's factors 1 + sqrt(DfI), and the sharper ||W||_2^2."""

    theorem: float
    sharper: float


def entering(network: Network) -> tuple[list[Array], Array]:
    """Return what enters each layer, and the logits."""
    given = [network.images]
    for W, b in zip(network.weights, network.biases, strict=True):
        given.append(np.maximum(given[-1] @ W.T + b, 0))
    return given[:-1], given[-2] @ network.weights[-1].T + network.biases[-1]


def hessian_times(network: Network, tangents: Sequence[Array]) -> list[Array]:
    """
    Multiply the Hessian of the mean cross-entropy by a direction.

    Parameters
    ----------
    network : Network
        Where.
    tangents : sequence of ndarray
        One for each weight, of its shape.

    Returns
    -------
    list of ndarray
        Of these shapes.
    """
    given, logits = entering(network)
    moved: Array = np.zeros_like(network.images)
    changes = []
    for W, h, V in zip(network.weights, given, tangents, strict=True):
        changes.append(moved)
        step = moved @ W.T + h @ V.T
        on = (given[len(changes)] > 0) if len(changes) < len(given) else 1.0
        moved = step * on
    delta = residual(logits, network.labels)
    share = delta * len(logits)
    share[np.arange(len(logits)), network.labels] += 1
    turned = share * (step - np.sum(share * step, axis=1, keepdims=True)) / len(logits)
    found = []
    for k in range(len(given) - 1, -1, -1):
        found.append(turned.T @ given[k] + delta.T @ changes[k])
        on = given[k] > 0
        turned = (turned @ network.weights[k] + delta @ tangents[k]) * on
        delta = (delta @ network.weights[k]) * on
    return found[::-1]


def top_eigenvalue(network: Network) -> float:
    """
    Find the largest eigenvalue of the Hessian by Lanczos.

    Parameters
    ----------
    network : Network
        Where.

    Returns
    -------
    float
        Of the mean cross-entropy in all weights together.
    """
    from scipy.sparse.linalg import LinearOperator, eigsh
    from threadpoolctl import threadpool_limits

    sizes = [W.size for W in network.weights]

    def times(direction: Array) -> Array:
        parts = np.split(direction.ravel(), np.cumsum(sizes)[:-1])
        tangents = [part.reshape(W.shape) for part, W in zip(parts, network.weights, strict=True)]
        return np.concatenate([one.ravel() for one in hessian_times(network, tangents)])

    operator = LinearOperator((sum(sizes),) * 2, matvec=times, dtype=np.float64)
    begin = np.random.default_rng(0).standard_normal(sum(sizes))
    # Products this small take six times as long on two threads of a busy machine.
    with threadpool_limits(limits=1, user_api="blas"):
        (value,) = eigsh(operator, k=1, which="LA", v0=begin, tol=1e-8, return_eigenvectors=False)
    return float(value)


def bounds(network: Network, gains: Sequence[float]) -> Bounds:
    """
    Bound that eigenvalue by theorem 2, for the whole Hessian and with what enters each layer measured.

    Parameters
    ----------
    network : Network
        Where.
    gains : sequence of float
        What DfI of each weight is measured against.

    Returns
    -------
    Bounds
        The mean over the samples of ``beta sum_k |b_k|^2 prod_{j > k} n_j^2 + sqrt(2) ||T||_2`` with T the table of
        ``|b_k| prod_{j > k, j != l} n_j`` for k < l, and n_j^2 either ``c^2 (1 + sqrt(DfI))`` or ``||W_j||_2^2``.
    """
    given, _ = entering(network)
    lengths = np.stack([np.linalg.norm(h, axis=1) for h in given], axis=1)
    sharp = [float(np.linalg.norm(W, 2)) for W in network.weights]
    loose = [c * (1 + float(dfi(W, gain=c)) ** 0.5) ** 0.5 for W, c in zip(network.weights, gains, strict=True)]
    return Bounds(_bound(lengths, loose), _bound(lengths, sharp))


def _bound(lengths: Array, norms: Sequence[float]) -> float:
    count = len(norms)
    after = np.array([prod(norms[k + 1 :]) for k in range(count)])
    curved = BETA * np.sum((lengths * after) ** 2, axis=1)
    table = np.zeros((len(lengths), count, count))
    for k in range(count):
        for other in range(k + 1, count):
            rest = prod(norm for j, norm in enumerate(norms) if j > k and j != other)
            table[:, k, other] = table[:, other, k] = lengths[:, k] * rest
    steep = STEEPEST * np.linalg.norm(table, 2, axis=(1, 2))
    return float(np.mean(curved + steep))
