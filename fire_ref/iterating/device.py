"""Newton-Schulz of a stack on any array library: as few and as large launches as the shape allows."""

from __future__ import annotations

from collections.abc import Sequence

from ..arrays import Array, Namespace, dtype_name, home
from ..coefficients import Triple
from ..gram import small_gram
from .segments import segments

#: From this ratio of the sides on the Gram form takes fewer flops: for five cubic steps of m x n at most
#: 24 n^3 + 4 m n^2 against 20 m n^2.
LONG = 2


def run(xp: Namespace, X: Array, triples: Sequence[Triple], *, bounded: bool) -> Array:
    """
    Return X_k, k the number of triples.

    Parameters
    ----------
    xp : module
        The namespace of X.
    X : array, shape (..., m, n)
        X_0, in the dtype to iterate in; not modified.
    triples : sequence of (a, b, c)
        One per step.
    bounded : bool
        Whether the singular values of X_0 are in [0, 1].

    Returns
    -------
    array, shape (..., m, n)
    """
    m, n = X.shape[-2:]
    p = min(m, n)
    eye = xp.eye(p, dtype=X.dtype, device=home(X)[1])
    long = bounded and max(m, n) >= LONG * p and dtype_name(X) in ("float32", "float64")
    for cut in [sum(cut, ()) for cut in segments(triples, p)] if long else [(triple,) for triple in triples]:
        Q = _accumulated(small_gram(xp, X), cut, eye)
        X = X @ Q if m >= n else Q @ X
    return X


def _accumulated(G: Array, triples: Sequence[Triple], eye: Array) -> Array:
    """Return q_k(G_k) ... q_1(G_1), where G_1 is G and each next is q(G) G q(G): all of them commute."""
    P = eye
    for step, (a, b, c) in enumerate(triples):
        Q = b * G + a * eye if c == 0.0 else b * G + c * (G @ G) + a * eye
        P = P @ Q if step else Q
        if step + 1 < len(triples):
            G = G @ (Q @ Q)
    return P
