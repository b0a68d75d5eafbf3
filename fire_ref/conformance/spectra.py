"""Matrices with prescribed singular values, from a recipe and a seed."""

from __future__ import annotations

import numpy as np

from ..errors import sentence
from .precision import Host


def spectrum(recipe: str, p: int) -> Host:
    """
    Read a recipe.

    Parameters
    ----------
    recipe : str
        "log:r" and "linear:r" fall from 1 to r; "flat"; "clustered:g": 1 and 0.1, each a cluster of relative width g;
        "tiny:r": from 1 to 0.5, the last r; "two:q:r": the last q are r, the others 1.
    p : int
        How many values.

    Returns
    -------
    ndarray, shape (p,)
        Descending, the largest 1.

    Raises
    ------
    ValueError
        No such recipe.

    Examples
    --------
    >>> spectrum("two:1:0.5", 3)
    array([1. , 1. , 0.5])
    """
    name, *numbers = recipe.split(":")
    values = [float(number) for number in numbers]
    first = np.ones(p)
    match name, values:
        case "flat", []:
            return first
        case "log", [least]:
            return np.geomspace(1.0, least, p) if p > 1 else first
        case "linear", [least]:
            return np.linspace(1.0, least, p) if p > 1 else first
        case "clustered", [width]:
            return np.asarray(np.where(np.arange(p) < p / 2, 1.0, 0.1) * (1 - width * np.arange(p) / p))
        case "tiny", [least]:
            return np.append(np.linspace(1.0, 0.5, p - 1), least) if p > 1 else first
        case "two", [many, ratio]:
            return np.where(np.arange(p) < p - int(many), 1.0, ratio)
        case _:
            rule = "be log:r, linear:r, flat, clustered:g, tiny:r or two:q:r"
            raise ValueError(sentence("spectrum", "recipe", rule, repr(recipe), "'log:1e-3'"))


def isometry(rng: np.random.Generator, m: int, p: int) -> Host:
    """Return m x p orthonormal columns, uniformly distributed; m >= p."""
    Q, R = np.linalg.qr(rng.standard_normal((m, p)))
    return np.asarray(Q * np.where(np.diagonal(R) < 0, -1.0, 1.0))


def with_spectrum(rng: np.random.Generator, m: int, n: int, s: Host, sign: int = 0) -> Host:
    """
    Draw a matrix with given singular values and random singular vectors.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where from.
    m, n : int
        Shape.
    s : ndarray, shape (min(m, n),)
        Singular values.
    sign : int
        1 or -1 to fix the sign of the determinant of a square matrix, 0 to leave it.

    Returns
    -------
    ndarray, shape (m, n)
    """
    p = min(m, n)
    U, V = isometry(rng, m, p), isometry(rng, n, p)
    if sign and m == n and np.linalg.det(U) * np.linalg.det(V) * sign < 0:
        U[:, 0] = -U[:, 0]
    return np.asarray((U * s) @ V.T)


def signed_permutation(rng: np.random.Generator, m: int, n: int) -> Host:
    """Return a matrix with one power of two, signed, in each row or column of the shorter side; exact in any dtype."""
    p = min(m, n)
    W = np.zeros((m, n))
    values = np.ldexp(np.where(rng.random(p) < 0.5, -1.0, 1.0), rng.integers(-2, 3, p))
    W[rng.permutation(m)[:p], rng.permutation(n)[:p]] = values
    return W
