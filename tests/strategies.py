"""Random weights: shapes tall, wide and square, spectra flat, geometric, clustered and rank-deficient."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

Matrix = np.ndarray[Any, np.dtype[np.float64]]


def orthonormal(rng: np.random.Generator, m: int, n: int) -> Matrix:
    """Return a random m x n matrix with orthonormal columns (m >= n)."""
    Q, R = np.linalg.qr(rng.standard_normal((m, n)))
    return np.asarray(Q * np.sign(np.diag(R)))


def with_spectrum(rng: np.random.Generator, m: int, n: int, s: Matrix) -> Matrix:
    """Return a random m x n matrix with these min(m, n) singular values."""
    p = min(m, n)
    return np.asarray((orthonormal(rng, m, p) * s) @ orthonormal(rng, n, p).T)


SPECTRA = {
    "flat": lambda p, cond: np.ones(p),
    "geometric": lambda p, cond: np.geomspace(1, 1 / cond, p),
    "linear": lambda p, cond: np.linspace(1, 1 / cond, p),
    "clustered": lambda p, cond: np.where(np.arange(p) < (p + 1) // 2, 1.0, 1 / cond),
}


@st.composite
def matrices(
    draw: st.DrawFn,
    *,
    most: int = 12,
    full_rank: bool = True,
    cond: float = 1e3,
    scale: float = 4.0,
    shape: str = "any",
) -> Matrix:
    """Draw a matrix with a known kind of spectrum; `full_rank=False` sets some singular values to zero."""
    m, n = draw(st.integers(1, most)), draw(st.integers(1, most))
    if shape == "tall":
        m, n = max(m, n), min(m, n)
    elif shape == "square":
        n = m
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    p = min(m, n)
    s = SPECTRA[draw(st.sampled_from(sorted(SPECTRA)))](p, 10 ** draw(st.floats(0, np.log10(cond))))
    if not full_rank:
        s = np.where(np.arange(p) < draw(st.integers(1, p)), s, 0.0)
    return with_spectrum(rng, m, n, s) * 2.0 ** draw(st.floats(-scale, scale))


@st.composite
def orthogonal(draw: st.DrawFn, n: int) -> Matrix:
    """Draw an n x n orthogonal matrix."""
    return orthonormal(np.random.default_rng(draw(st.integers(0, 2**32 - 1))), n, n)


def seeds() -> st.SearchStrategy[np.random.Generator]:
    """Draw a random generator."""
    return st.integers(0, 2**32 - 1).map(np.random.default_rng)
