"""What a dialect says the answer is: its closed form on singular values, in float64, and how it stretches errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from ..coefficients import Triple, at
from ..layout import Layout, parse
from ..response import respond as iterate
from ..scaling import normalise
from .dialect import Dialect
from .precision import Host


@dataclass(frozen=True)
class Factors:
    """The matrices of a weight, rows as outputs, and their singular value decompositions (stacked)."""

    matrices: Host
    U: Host
    s: Host
    Vh: Host

    @property
    def norms(self) -> Host:
        """Frobenius norms, without overflow; shape (stack, 1)."""
        return frobenius(self.s)


@dataclass(frozen=True)
class Truth:
    """
    The declared answer for one input.

    Attributes
    ----------
    value : ndarray
        T, in the input's shape.
    factors : Factors
        Of the input.
    response : ndarray, shape (stack, p)
        What each singular value becomes, before the gain.
    gains : ndarray, shape (stack, 1)
        The factor after it.
    amplification : float
        A, at least 1: the largest stretch of an error from any step to the last.
    slack : float
        The room, relative to ||T||, for variants in how a dialect's eps is added.
    """

    value: Host
    factors: Factors
    response: Host
    gains: Host
    amplification: float
    slack: float


def frobenius(s: Host) -> Host:
    """Return ||s|| along the last axis (kept), without overflow."""
    peak = np.max(s, axis=-1, keepdims=True)
    safe = np.where(peak > 0, peak, 1.0)
    with np.errstate(over="ignore"):
        return np.asarray(safe * np.sqrt(np.sum((s / safe) ** 2, axis=-1, keepdims=True)) * (peak > 0))


def layout_of(dialect: Dialect, level: str, ndim: int) -> Layout:
    """
    Return how a dialect reads an input of that many axes.

    Parameters
    ----------
    dialect : Dialect
        Whose.
    level : str
        At "matrix" all axes but the last two are a stack.
    ndim : int
        At least 2.

    Returns
    -------
    Layout
    """
    if level == "matrix":
        return Layout("abcdefgh"[: ndim - 2] + "OI")
    return parse("verify", dialect.layouts.get(ndim), (1,) * ndim)


def to_matrices(W: Host, layout: Layout, flat: bool) -> Host:
    """Return the stack of matrices, shape (stack, O, I); one of shape (1, O, I kh kw) where kernels are `flat`."""
    if flat and layout.spatial:
        order = (layout.letters.index("O"), *(i for i, letter in enumerate(layout.letters) if letter != "O"))
        return np.ascontiguousarray(W.transpose(order)).reshape(1, W.shape[order[0]], -1)
    stack = np.ascontiguousarray(layout.to_stack(np, W))
    return stack.reshape(-1, *stack.shape[-2:])


def from_matrices(matrices: Host, layout: Layout, shape: Sequence[int], flat: bool) -> Host:
    """Undo `to_matrices`."""
    if flat and layout.spatial:
        order = (layout.letters.index("O"), *(i for i, letter in enumerate(layout.letters) if letter != "O"))
        return matrices.reshape([shape[i] for i in order]).transpose(np.argsort(order))
    stack = matrices.reshape([shape[i] for i in layout.order])
    return np.asarray(layout.from_stack(np, stack))


def factors(W: Host, layout: Layout, flat: bool = False) -> Factors:
    """
    Decompose every matrix of a weight; each is scaled by a power of two meanwhile, for W at a dtype's limits.

    Parameters
    ----------
    W : ndarray
        Finite.
    layout : Layout
        How it is read.
    flat : bool
        Whether a kernel is one matrix.

    Returns
    -------
    Factors
    """
    matrices = to_matrices(W, layout, flat)
    scaled = normalise(np, matrices, np.max(np.abs(matrices), axis=(-2, -1), keepdims=True))
    U, s, Vh = np.linalg.svd(scaled.array, full_matrices=False)
    return Factors(matrices, U, scaled.restore(s[..., None, :])[..., 0, :], Vh)


def normalised(found: Factors, dialect: Dialect) -> Host:
    """Return the singular values before the first step, shape (stack, p); 0 for a zero matrix."""
    if dialect.normalization == "none":
        return found.s
    peak = found.s[..., :1]
    safe = np.where(peak > 0, peak, 1.0)
    relative = found.s / safe  # so that no norm overflows
    norm = frobenius(relative) if dialect.normalization == "frobenius" else np.ones_like(peak)
    with np.errstate(over="ignore"):
        return np.asarray(relative / np.where(peak > 0, norm * dialect.safety + dialect.eps / safe, 1.0))


def truth(W: Host, dialect: Dialect, level: str) -> Truth:
    """
    Compute the declared answer.

    Parameters
    ----------
    W : ndarray
        Finite values, of the target's dtype.
    dialect : Dialect
        Declared.
    level : str
        "matrix": no gain. "weight": the dialect's layout and gain.

    Returns
    -------
    Truth
    """
    flat = dialect.convolution == "flat"
    layout = layout_of(dialect, level, W.ndim)
    found = factors(W, layout, flat)
    response, stretch = respond(normalised(found, dialect), dialect)
    with np.errstate(all="ignore"):  # an unnormalised value diverges
        X = (found.U * response[..., None, :]) @ found.Vh
    gains = _gains(found, response, dialect, layout, W.shape) if level == "weight" else np.ones_like(found.norms)
    value = from_matrices(X * gains[..., None], layout, W.shape, flat)
    nonzero = found.norms[found.norms > 0]
    slack = dialect.eps / float(nonzero.min()) if dialect.eps and nonzero.size else 0.0
    return Truth(value, found, response, gains, stretch, slack * stretch)


def respond(x: Host, dialect: Dialect) -> tuple[Host, float]:
    """
    Take normalised singular values through all steps.

    Parameters
    ----------
    x : ndarray
        From `normalised`.
    dialect : Dialect
        Whose steps.

    Returns
    -------
    response : ndarray
        The last values; for the exact factor 1, and 0 where x is 0.
    amplification : float
        The largest |d x_k / d x_j| and |x_k / x_j| over all values and j <= k, at least 1.
    """
    if dialect.exact:
        return (x > 0).astype(np.float64), 1.0
    with np.errstate(all="ignore"):
        history, slopes = [x], []
        for step in range(dialect.steps or 0):
            triple = at(dialect.triples, step)
            slopes.append(slope(history[-1], triple))
            history.append(one_step(history[-1], triple))
        last, chain, worst = history[-1], np.ones_like(x), 1.0
        for earlier, derivative in zip(reversed(history[:-1]), reversed(slopes), strict=True):
            chain = chain * derivative
            ratio = np.where(earlier != 0, last / np.where(earlier != 0, earlier, 1.0), chain)
            worst = max(worst, float(np.max(np.abs(chain))), float(np.max(np.abs(ratio))))
    return last, worst


def one_step(x: Host, triple: Triple) -> Host:
    """Return a x + b x^3 + c x^5."""
    return np.asarray(iterate(x, 1, (triple,)))


def slope(x: Host, triple: Triple) -> Host:
    """Return the derivative a + 3 b x^2 + 5 c x^4."""
    a, b, c = triple
    square = x * x
    return np.asarray(a + square * (3 * b + 5 * c * square))


def _gains(found: Factors, response: Host, dialect: Dialect, layout: Layout, shape: Sequence[int]) -> Host:
    rows, columns = found.matrices.shape[-2:]
    if dialect.gain == "norm":
        total = frobenius(response)
        return np.asarray(found.norms / np.where(total > 0, total, 1.0))
    fixed = {
        "one": 1.0,
        "fan": layout.fan_gain(tuple(shape)),
        "muon": sqrt(max(1.0, rows / columns)),
        "moonshot": 0.2 * sqrt(max(rows, columns)),
    }
    return np.full_like(found.norms, fixed[dialect.gain])
