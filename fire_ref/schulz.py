"""
k-step FIRE: the Newton-Schulz iteration, as the paper defines it. The witness that knows no SVD.

X_0 = W / (||W|| + eps), then X <- a X + b X G + c X G^2 with G = X^T X (on the left, G = X X^T, if W is wide).
It runs in the input's dtype, as the implementations do that it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from . import norms, values
from .arguments import choice, count, matrix_shape, real
from .arrays import Array, is_dask
from .chunked import schulz as blocks
from .coefficients import NORMALIZATIONS, Coefficients, Triple, at, schedule
from .iterating import device, route
from .operands import Operand, handed_back, iteration_dtype, operand, widest
from .scaling import normalise


class Plan(NamedTuple):
    """The checked arguments of one run."""

    steps: int
    triples: tuple[Triple, ...]
    normalization: str
    eps: float
    dtype: Any


def newton_schulz(
    W: Array,
    steps: int = 10,
    *,
    coefficients: Coefficients = "cubic",
    normalization: str = "frobenius",
    eps: float = 0.0,
    dtype: Any = None,
    check: bool = True,
) -> Array:
    """
    Iterate X_k of Newton-Schulz: approximate FIRE before its gain.

    Parameters
    ----------
    W : array, shape (..., m, n)
        A matrix or a stack. A 2-D Dask array with one chunk along its short side is iterated in Gram form: one
        pass over the data per restart, the result lazy.
    steps : int
        k, at least 0.
    coefficients : str or sequence
        A name of `COEFFICIENTS`; (a, b) or (a, b, c) for every step; or a sequence of such tuples, one per step,
        the last repeated.
    normalization : {"frobenius", "spectral", "none"}
        What W is divided by. "none": X_0 = W, which diverges for singular values above sqrt(5).
    eps : float
        Added to the norm, in the units of W, as some implementations do.
    dtype : dtype or str, optional
        Iterate in this dtype instead of W's (half precision iterates in float32, Dask always in float64).
    check : bool
        False skips the value checks, for `jax.jit` and graph capture; a zero matrix then gives NaN.

    Returns
    -------
    array, shape (..., m, n)
        X_k in the caller's namespace, dtype and device; W is not modified.

    Raises
    ------
    TypeError
        Not an array, of an unsupported dtype, or an argument of the wrong type.
    ValueError
        Not a matrix; NaN or inf; a zero matrix with ``eps=0`` and a normalization; an unknown name.
    NotImplementedError
        A Dask array of a form that has no one-pass iteration.

    Notes
    -----
    arXiv 2602.08040, Algorithm 1; official code `fire.py` (k = 10 in vision and RL, 5 for GPT). Equals
    ``U diag(p_k(s / norm)) V^T`` to ``10 p' eps A`` (`fire_ref.tolerances.iterate_bound`). k steps are not
    convergence: see `steps_needed`.

    The steps are those above, in an order of operations that costs less: a long matrix by its Gram matrix, computed
    anew every few steps; float32 and float64 arrays of NumPy also by symmetric products and, where small, in batches
    that stay in the cache. Beside a large one at most 2.2 times its size is held, the result included; of a float32
    matrix 3 times with the spectral norm, which is that of a float64 copy.

    Examples
    --------
    >>> X = newton_schulz([[3.0, 0.0], [0.0, 4.0]], steps=1)
    >>> [round(float(x), 12) for x in (X[0, 0], X[1, 1])]  # 1.5 s - 0.5 s^3 at 0.6 and 0.8
    [0.792, 0.944]
    """
    if is_dask(W):
        k, triples, norm, eps, _ = plan("newton_schulz", steps, coefficients, normalization, eps, dtype)
        iteration_dtype("newton_schulz", operand("newton_schulz", "W", W._meta, check=False), dtype)
        return blocks.newton_schulz(W, k, triples, norm, eps, check)
    w = operand("newton_schulz", "W", W, check=check)
    matrix_shape("newton_schulz", "W", w.shape)
    planned = plan("newton_schulz", steps, coefficients, normalization, eps, dtype)
    return handed_back(w, run("newton_schulz", w, w.array, planned, check), copy=False)


def newton_schulz_iterates(
    W: Array,
    steps: int = 10,
    *,
    coefficients: Coefficients = "cubic",
    normalization: str = "frobenius",
    eps: float = 0.0,
    dtype: Any = None,
    check: bool = True,
) -> Iterator[Array]:
    """
    Iterate over X_0, X_1, ..., X_steps of Newton-Schulz.

    Arguments are checked when this is called, not when the first iterate is taken.

    Parameters
    ----------
    W, steps, coefficients, normalization, eps, dtype, check
        As in `newton_schulz`.

    Returns
    -------
    iterator of array
        ``steps + 1`` arrays, each in the caller's dtype; none is written again once yielded.

    Raises
    ------
    TypeError
        Not an array, of an unsupported dtype, or an argument of the wrong type.
    ValueError
        Not a matrix; NaN or inf; a zero matrix with ``eps=0``; an unknown name.
    NotImplementedError
        A Dask array.

    Examples
    --------
    >>> [round(float(X[0, 0]), 4) for X in newton_schulz_iterates([[0.5]], steps=2)]
    [1.0, 1.0, 1.0]
    """
    w = operand("newton_schulz_iterates", "W", W, check=check)
    matrix_shape("newton_schulz_iterates", "W", w.shape)
    planned = plan("newton_schulz_iterates", steps, coefficients, normalization, eps, dtype)
    first = _first("newton_schulz_iterates", w, w.array, planned, check)
    return (handed_back(w, X) for X in _iterates(w, first, planned))


def plan(
    function: str, steps: object, coefficients: Coefficients, normalization: object, eps: object, dtype: Any
) -> Plan:
    """Check the arguments of one run; see `newton_schulz`."""
    return Plan(
        count(function, "steps", steps),
        schedule(function, coefficients),
        choice(function, "normalization", normalization, NORMALIZATIONS),
        real(function, "eps", eps, least=0.0, advice="eps=1e-8"),
        dtype,
    )


def run(function: str, w: Operand, stack: Array, plan: Plan, check: bool) -> Array:
    """
    Return X_k of a stack in the iteration's dtype, unrounded.

    Parameters
    ----------
    function : str
        Who asks.
    w : Operand
        Where the stack came from.
    stack : array, shape (..., m, n)
        Its matrices.
    plan : Plan
        The checked arguments.
    check : bool
        Whether to look at the values.

    Returns
    -------
    array, shape (..., m, n)
    """
    runs_in = iteration_dtype(function, w, plan.dtype)
    if isinstance(stack, np.ndarray) and route.gains(stack.shape, runs_in):
        return _on_the_host(function, w, stack, plan, check)
    X = _first(function, w, stack, plan, check)
    with w.quiet():  # an unnormalised iteration may diverge, and then inf is its value
        return device.run(w.xp, X, _triples(plan), bounded=plan.normalization != "none")


def _on_the_host(function: str, w: Operand, stack: Array, plan: Plan, check: bool) -> Array:
    runs_in = iteration_dtype(function, w, plan.dtype)
    divides_in = widest(iteration_dtype(function, w, None), runs_in)

    def require(peak: Array) -> None:
        _require(function, w, plan, peak, check)

    with w.quiet():  # an unnormalised iteration may diverge, and then inf is its value
        return route.run(w, stack, (divides_in, runs_in), _triples(plan), plan.normalization, plan.eps, require)


def _triples(plan: Plan) -> list[Triple]:
    return [at(plan.triples, step) for step in range(plan.steps)]


def _iterates(w: Operand, X: Array, plan: Plan) -> Iterator[Array]:
    yield X
    for step in range(plan.steps):
        with w.quiet():  # an unnormalised iteration may diverge, and then inf is its value
            X = device.run(w.xp, X, [at(plan.triples, step)], bounded=False)
        yield X


def _first(function: str, w: Operand, stack: Array, plan: Plan, check: bool) -> Array:
    """Return X_0. The norm is taken, and the division done, at a scale where nothing overflows."""
    xp = w.xp
    runs_in = iteration_dtype(function, w, plan.dtype)
    own = iteration_dtype(function, w, None)
    X = xp.astype(stack, widest(own, runs_in))
    peak = values.peaks(w, X)
    _require(function, w, plan, peak, check)
    if plan.normalization == "none":
        return xp.astype(X, runs_in)
    scaled = normalise(xp, X, peak)
    norm = norms.frobenius(w, scaled.array) if plan.normalization == "frobenius" else norms.spectral(w, scaled.array)
    with w.quiet():  # eps in the units of W may be enormous beside a subnormal W: X_0 is then 0, as it should be
        divisor = norm + plan.eps * xp.astype(scaled.first, norm.dtype) * xp.astype(scaled.second, norm.dtype)
        return xp.astype(scaled.array / xp.astype(divisor, X.dtype), runs_in)


def _require(function: str, w: Operand, plan: Plan, peak: Array, check: bool) -> None:
    if check:
        divides = plan.normalization != "none" and plan.eps == 0.0
        values.require(function, [("W", w, peak)], nonzero="eps=1e-8, which gives zeros" if divides else None)
