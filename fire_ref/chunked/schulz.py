"""Newton-Schulz of a Dask array in Gram form: one pass per restart, the polynomial applied lazily."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import Array, quiet
from ..coefficients import Triple, at
from ..errors import sentence
from .passes import Host, Part, gram_part, one_pass, refuse, result_dtype, tall, two_axes

#: Steps between two passes. A Gram matrix iterated by itself drifts by 2.25 a step along a small direction.
RESTART = 4


def newton_schulz(
    W: Array, steps: int, triples: Sequence[Triple], normalization: str, eps: float, check: bool
) -> Array:
    """
    Return X_k of a Dask array, lazily: its Gram matrix is iterated now, the polynomial applied when computed.

    Parameters
    ----------
    W : dask.array.Array, 2-D
        One chunk along its short side.
    steps, triples, normalization, eps
        The checked arguments of `fire_ref.newton_schulz`.
    check : bool
        Whether to refuse NaN, inf and zero.

    Returns
    -------
    dask.array.Array
        Chunks and dtype of W; integers become float64.

    Raises
    ------
    ValueError
        W is zero and eps is.
    """
    m, n = two_axes("newton_schulz", "W", W)
    rows, turned = tall("newton_schulz", W)
    part = one_pass(gram_part, [rows], rows.chunks)
    refuse("newton_schulz", "W", part, check, turned=turned)
    if check and normalization != "none" and eps == 0.0 and not part.total.any():
        raise ValueError(sentence("newton_schulz", "W", "be nonzero", "a zero matrix", "eps=1e-8, which gives zeros"))
    with quiet():
        divisor, gram = _first(part, normalization, eps)
    polynomial = np.eye(min(m, n))
    for start in range(0, steps, RESTART):
        if start:
            gram = one_pass(gram_part, [rows], rows.chunks, part.exponent, polynomial / divisor).total
        for step in range(start, min(start + RESTART, steps)):
            polynomial, gram = _step(polynomial, gram, *at(triples, step))
    dtype = result_dtype(W)
    applied = rows.map_blocks(_apply, part.exponent, polynomial / divisor, dtype=dtype, meta=np.empty((0, 0), dtype))
    return applied.T if turned else applied


def _first(part: Part, normalization: str, eps: float) -> tuple[float, Host]:
    """Return what the blocks scaled by 2^-exponent are divided by, and the Gram matrix of X_0."""
    if normalization == "none":
        divisor = float(np.ldexp(1.0, -part.exponent))
    elif normalization == "frobenius":
        divisor = float(np.sqrt(np.trace(part.total)) + np.ldexp(eps, -part.exponent))
    else:
        divisor = float(np.sqrt(np.linalg.norm(part.total, 2)) + np.ldexp(eps, -part.exponent))
    return divisor, part.total / divisor / divisor


def _step(polynomial: Host, gram: Host, a: float, b: float, c: float) -> tuple[Host, Host]:
    with quiet():
        factor = a * np.eye(len(gram)) + b * gram + (c * (gram @ gram) if c else 0.0)
        grown = factor @ gram @ factor
        return polynomial @ factor, (grown + grown.T) / 2


def _apply(block: Host, exponent: int, polynomial: Host) -> Host:
    with quiet():  # an unnormalised iteration may diverge
        scaled = np.ldexp(np.asarray(block).astype(np.float64), -exponent)
        return np.asarray((scaled @ polynomial).astype(result_dtype(block)))
