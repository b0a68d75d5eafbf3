"""Matrices of every kind that decides which way an exact method takes."""

from __future__ import annotations

from typing import Any

import numpy as np

Matrix = np.ndarray[Any, np.dtype[Any]]


def matrix(kind: str, m: int, n: int, dtype: str) -> Matrix:
    """
    Draw a tall or square matrix, the same each time.

    Parameters
    ----------
    kind : str
        "Gaussian", "power law", "clustered", "half rank", "isometry", or "cond c" with a number c.
    m, n : int
        Its shape, m >= n.
    dtype : {"float32", "float64"}
        Rounded to, at the end.

    Returns
    -------
    array, shape (m, n)
    """
    rng = np.random.default_rng([m, n])
    if kind == "Gaussian":
        return rng.standard_normal((m, n)).astype(dtype)
    left, _ = np.linalg.qr(rng.standard_normal((m, n)))
    right, _ = np.linalg.qr(rng.standard_normal((n, n)))
    exact: Matrix = (left * spectrum(kind, n)) @ right.T
    return exact.astype(dtype)


def spectrum(kind: str, n: int) -> Matrix:
    """
    Return the singular values of a kind.

    Parameters
    ----------
    kind : str
        As in `matrix`, but not Gaussian.
    n : int
        How many.

    Returns
    -------
    array, shape (n,)
        In descending order, from 1.
    """
    place = np.arange(n)
    found: dict[str, Matrix] = {
        "power law": 1.0 / (1.0 + place),
        "clustered": np.where(2 * place < n, 1.0, 1e-4),
        "half rank": np.where(2 * place < n, 1.0, 0.0),
        "isometry": np.ones(n),
    }
    if kind in found:
        return found[kind]
    condition = float(kind.removeprefix("cond "))
    return np.asarray(np.logspace(0.0, -np.log10(condition), n))
