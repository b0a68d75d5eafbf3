"""Assertions for other people's tests: one line each, and the message says what is wrong."""

from __future__ import annotations

from dataclasses import replace

from .arguments import choice, count, real
from .arrays import Array
from .coefficients import NORMALIZATIONS, Coefficients, schedule
from .conformance.dialect import DIALECTS, Dialect, dialect_named
from .conformance.pair import inspected
from .conformance.record import Findings
from .layout import parse

__all__ = ["assert_fire", "assert_newton_schulz", "assert_polar"]


def assert_polar(W: Array, Q: Array) -> None:
    """
    Assert that Q is the polar factor of W, to rounding in Q's dtype.

    Parameters
    ----------
    W : array, shape (..., m, n)
        Of any library.
    Q : array, shape (..., m, n)
        Of any library; compared on the host. Of a rank-deficient W only the active subspace is judged.

    Raises
    ------
    AssertionError
        It is not; the message carries the worst residual over its bound, and the diagnosis.
    TypeError
        Not arrays of real numbers.
    ValueError
        Of different shapes, empty, or W is not finite.

    Examples
    --------
    >>> import numpy as np, fire_ref
    >>> W = np.diag([3.0, 2.0])
    >>> assert_polar(W, np.eye(2))
    >>> try:
    ...     assert_polar(W, W / 3)
    ... except AssertionError as error:
    ...     print(error)
    assert_polar: Q is not the polar factor of W.
      worst: 3.13e+13 times its bound
      NOOP: the answer is W times 0.333. See that the result is written back to the weight.
    """
    __tracebackhide__ = True
    bare = replace(DIALECTS["paper"], gain="one")
    _check(
        "assert_polar", "Q is not the polar factor of W", inspected("assert_polar", ("W", "Q"), W, Q, bare, "matrix")
    )


def assert_newton_schulz(
    W: Array,
    X: Array,
    steps: int = 10,
    *,
    coefficients: Coefficients = "cubic",
    normalization: str = "frobenius",
    eps: float = 0.0,
) -> None:
    """
    Assert that X is k steps of Newton-Schulz from W, to rounding in X's dtype.

    Parameters
    ----------
    W, X : array, shape (..., m, n)
        Of any libraries; compared on the host.
    steps, coefficients, normalization, eps
        As in `newton_schulz`.

    Raises
    ------
    AssertionError
        It is not, or the polynomial stretches rounding so far on this W that nothing can be said; the message
        carries the residual over its bound, and the diagnosis.
    TypeError
        Not arrays of real numbers, or arguments of the wrong type.
    ValueError
        Of different shapes, empty, or W is not finite; unknown arguments.

    Examples
    --------
    >>> import numpy as np, fire_ref
    >>> W = np.random.default_rng(0).standard_normal((20, 10))
    >>> assert_newton_schulz(W, fire_ref.newton_schulz(W, 5), steps=5)
    """
    __tracebackhide__ = True
    name = "assert_newton_schulz"
    schedule(name, coefficients)
    declared = Dialect(
        "newton_schulz",
        "as given",
        "",
        ("matrix",),
        coefficients=coefficients,
        steps=count(name, "steps", steps),
        normalization=choice(name, "normalization", normalization, NORMALIZATIONS),
        eps=real(name, "eps", eps, least=0.0, advice="eps=0.0"),
    )
    found = inspected(name, ("W", "X"), W, X, declared, "matrix")
    _check(name, f"X is not {steps} steps of Newton-Schulz from W", found)


def assert_fire(W: Array, V: Array, dialect: str = "official", layout: str | None = None) -> None:
    """
    Assert that V is what a dialect of FIRE makes of the weight W, gain included.

    Parameters
    ----------
    W, V : array
        Weight tensors of any libraries; compared on the host.
    dialect : str
        A name of `DIALECTS` that exists at level "weight".
    layout : str, optional
        As in `fire`; None for the dialect's own.

    Raises
    ------
    AssertionError
        It is not; the message carries the residual over its bound, and the diagnosis.
    TypeError
        Not arrays of real numbers.
    ValueError
        Of different shapes, empty, or W is not finite; an unknown dialect; a layout that does not fit.

    Examples
    --------
    >>> import numpy as np, fire_ref
    >>> W = np.random.default_rng(0).standard_normal((8, 4, 3, 3))
    >>> assert_fire(W, fire_ref.fire(W, method="newton-schulz"))
    """
    __tracebackhide__ = True
    name = "assert_fire"
    declared = dialect_named(name, dialect, "weight")
    shape = tuple(getattr(W, "shape", ()))
    told = layout if layout is not None else declared.layouts.get(len(shape))
    if len(shape) >= 2:
        declared = replace(declared, layouts={len(shape): parse(name, told, shape).letters})
    _check(name, f"V is not FIRE of W as dialect {dialect}", inspected(name, ("W", "V"), W, V, declared, "weight"))


def _check(function: str, claim: str, found: Findings) -> None:
    __tracebackhide__ = True
    if found.faithful.status == "yes":
        return
    lines = [f"{function}: {claim}." if found.faithful.status == "no" else f"{function}: nothing can be said."]
    if found.faithful.status == "inconclusive":
        lines.append("the dialect stretches rounding in this dtype so far on this W that zero would pass, too")
    elif found.faithful.worst == float("inf"):
        lines.append("it holds NaN or inf")
    elif found.faithful.worst is not None:
        lines.append(f"worst: {found.faithful.worst:.3g} times its bound")
    errors = [clue for clue in found.diagnoses if clue.severity == "error"]
    lines.extend(f"{clue.code}: {clue.evidence}. {clue.hint}" for clue in errors)
    if found.fits:
        lines.append(f"it fits: {', '.join(found.fits)}")
    raise AssertionError("\n  ".join(lines))
