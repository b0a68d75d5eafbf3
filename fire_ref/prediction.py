"""What k steps will do to a matrix, from its singular values: no iteration, and how many steps are enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import rank
from .arguments import choice, count, matrix_shape, real
from .arrays import HALVES, Array, quiet
from .coefficients import NORMALIZATIONS, Coefficients, Triple, at, schedule
from .errors import sentence
from .operands import from_host, operand
from .response import respond
from .spectrum import Host, singular_values

#: Steps after which an iteration that has neither converged nor repeated itself is given up.
MOST_STEPS = 10_000


class Prediction(NamedTuple):
    """X_k foretold: DfI, ||X_k - Q||_F over all p values; least and greatest response over the nonzero ones."""

    dfi: Array
    distance: Array
    response_min: Array
    response_max: Array


def predict(
    W: Array,
    steps: int = 10,
    *,
    coefficients: Coefficients = "cubic",
    normalization: str = "frobenius",
    eps: float = 0.0,
    rtol: float | None = None,
    check: bool = True,
) -> Prediction:
    """
    Foretell X_k of `newton_schulz` from the singular values of W.

    Parameters
    ----------
    W : array, shape (..., m, n)
        A matrix or a stack.
    steps, coefficients, normalization, eps
        As in `newton_schulz`.
    rtol : float, optional
        Values up to ``rtol * s[0]`` count as zero; default max(m, n) eps of W's dtype.
    check : bool
        False skips the value checks.

    Returns
    -------
    Prediction
        Four float64 arrays of shape (...), dimensionless. ``dfi = sum (1 - p_k^2)^2`` and
        ``distance = sqrt(sum (1 - p_k)^2)`` over all p values, zeros staying zero, so that ``dfi >= p - rank``
        (half precision: see Notes); the responses over the values counted by rank (nan if none is).

    Raises
    ------
    TypeError
        Not an array, or of an unsupported dtype.
    ValueError
        Not a matrix; NaN or inf; a zero matrix with ``eps=0`` and a normalization; an argument out of range.
    NotImplementedError
        A Dask array.

    Notes
    -----
    Half precision is iterated in float32, and what float32 resolves is predicted: `dfi` and `distance` treat as
    zero only what lies below max(m, n) eps of float32, the responses follow the rank rule of W's own dtype.

    Examples
    --------
    >>> foretold = predict([[3.0, 0.0], [0.0, 4.0]], steps=1)
    >>> round(float(foretold.response_min), 12), round(float(foretold.response_max), 12)
    (0.792, 0.944)
    """
    w = operand("predict", "W", W, check=check, host=True)
    matrix_shape("predict", "W", w.shape)
    steps = count("predict", "steps", steps)
    triples = schedule("predict", coefficients)
    choice("predict", "normalization", normalization, NORMALIZATIONS)
    eps = real("predict", "eps", eps, least=0.0, advice="eps=1e-8")
    limit = rank.threshold("predict", w.shape, w.name, rtol)
    resolved = rank.threshold("predict", w.shape, "float32", None) if w.name in HALVES and rtol is None else limit
    divides = normalization != "none" and eps == 0.0
    spectrum = singular_values("predict", "W", w, w.array, check=check, nonzero="eps=1e-8" if divides else None)
    with quiet():
        s = np.where(spectrum.counted(resolved), spectrum.normalised(normalization, eps), 0.0)
        p = respond(s, steps, triples)
        counted = spectrum.counted(limit)
        some = counted.any(axis=-1)
        figures = (
            np.sum((1 - p * p) ** 2, axis=-1),
            np.sqrt(np.sum((1 - p) ** 2, axis=-1)),
            np.where(some, np.min(p, axis=-1, where=counted, initial=np.inf), np.nan),
            np.where(some, np.max(p, axis=-1, where=counted, initial=-np.inf), np.nan),
        )
    wide = w.wide
    return Prediction(*(from_host(np.asarray(figure), w, wide) for figure in figures))


def steps_needed(
    W: Array,
    *,
    tol: float = 1e-6,
    coefficients: Coefficients = "cubic",
    normalization: str = "frobenius",
    rtol: float | None = None,
    check: bool = True,
) -> int | Array:
    """
    Least k for which every nonzero singular value has come within `tol` of 1.

    Parameters
    ----------
    W : array, shape (..., m, n)
        A matrix or a stack, none of it zero.
    tol : float
        On ``max |1 - p_k(s_i)|``, dimensionless, positive.
    coefficients, normalization
        As in `newton_schulz`.
    rtol : float, optional
        Values up to ``rtol * s[0]`` count as zero; default max(m, n) eps of W's dtype.
    check : bool
        False skips the value checks.

    Returns
    -------
    int, or array of int of shape (...)
        For one matrix, or a stack.

    Raises
    ------
    TypeError
        Not an array, or of an unsupported dtype.
    ValueError
        Not a matrix; NaN, inf or zero; or the iteration never gets there: the message names the matrix and the
        nearest it came.
    NotImplementedError
        A Dask array.

    Notes
    -----
    About ``log_1.5(||W||_F / s_min) + 2.6`` for the cubic to reach 0.999. "Never" is decided exactly: the
    iteration on the float64 values has entered a cycle, or 10000 steps have passed.

    Examples
    --------
    >>> steps_needed([[1.0, 0.0], [0.0, 0.01]])
    15
    """
    w = operand("steps_needed", "W", W, check=check, host=True)
    matrix_shape("steps_needed", "W", w.shape)
    tol = real("steps_needed", "tol", tol, least=0.0, advice="tol=1e-6", strict=True)
    triples = schedule("steps_needed", coefficients)
    choice("steps_needed", "normalization", normalization, NORMALIZATIONS)
    limit = rank.threshold("steps_needed", w.shape, w.name, rtol)
    spectrum = singular_values("steps_needed", "W", w, w.array, check=check, nonzero="leaving it out")
    counted = spectrum.counted(limit)
    empty = np.argwhere(~np.atleast_1d(counted.any(axis=-1)))
    if len(empty):
        where = f" in matrix {tuple(int(i) for i in empty[0])}" if counted.ndim > 1 else ""
        got = f"none of {counted.shape[-1]}{where} at rtol={limit:g} ({w.name})"
        raise ValueError(
            sentence("steps_needed", "W", "have a singular value that counts as nonzero", got, "rtol=1e-3")
        )
    needed = steps_until(spectrum.normalised(normalization), counted, triples, tol)
    return int(needed) if needed.ndim == 0 else from_host(needed, w, None)


def steps_until(x: Host, counted: Host, triples: Sequence[Triple], tol: float) -> Host:
    """
    Count the steps that bring normalised singular values within `tol` of 1.

    Parameters
    ----------
    x : ndarray, shape (..., p)
        Normalised singular values.
    counted : ndarray of bool, shape (..., p)
        Those that must arrive.
    triples : sequence of (a, b, c)
        From `schedule`.
    tol : float
        Positive.

    Returns
    -------
    ndarray of int, shape (...)

    Raises
    ------
    ValueError
        A spectrum never gets there.
    """
    # All spectra together until each has arrived; given up on a cycle, which Brent's method finds.
    needed = np.full(x.shape[:-1], -1)
    best = np.full(x.shape[:-1], np.inf)
    saved, power, since = x, 1, 0
    for step in range(MOST_STEPS + 1):
        with quiet():
            error = np.max(np.abs(1 - x), axis=-1, where=counted, initial=0.0)
        best = np.fmin(best, error)
        needed = np.where((needed < 0) & (error <= tol), step, needed)
        if (needed >= 0).all():
            return needed
        with quiet():
            x = respond(x, 1, (at(triples, step),))
        settled = step + 1 >= len(triples)
        if settled and np.array_equal(x, saved, equal_nan=True):
            break
        since += 1
        if not settled or since == power:
            saved, power, since = x, 2 * power if settled else 1, 0
    late = tuple(int(i) for i in np.argwhere(needed < 0)[0])
    where = f"matrix {late} of the stack" if late else "the matrix"
    raise ValueError(
        f"steps_needed: {where} never comes within tol={tol:g} of isometry with these coefficients; the nearest is "
        f"{best[late]:.6g}. Try a larger tol or coefficients='cubic' with normalization='frobenius'."
    )
