"""
Newton-Schulz in closed form: what k steps do to one singular value. The witness that knows no matrix.

U diag(s) V^T goes to U diag(p_k(s)) V^T, with p_k the k-fold composition of f(s) = a s + b s^3 + c s^5.
"""

from __future__ import annotations

from collections.abc import Sequence

from .arguments import count
from .arrays import Array
from .coefficients import Coefficients, Triple, at, schedule
from .errors import sentence
from .operands import operand
from .values import refuse_nonfinite


def spectral_response(s: Array, steps: int = 10, *, coefficients: Coefficients = "cubic", check: bool = True) -> Array:
    """
    Where k steps of Newton-Schulz take each singular value, elementwise.

    Parameters
    ----------
    s : array, any shape
        Singular values after the normalisation (for the Frobenius norm: in (0, 1]).
    steps : int
        k, at least 0.
    coefficients : str or sequence
        As in `newton_schulz`.
    check : bool
        False skips the value checks, for `jax.jit` and graph capture.

    Returns
    -------
    array, the shape of s
        p_k(s) in float64, dimensionless; inf or nan where an unnormalised value diverges.

    Raises
    ------
    TypeError
        Not an array, or of an unsupported dtype.
    ValueError
        Empty, NaN or inf, negative steps, unknown coefficients.
    NotImplementedError
        A Dask array.

    Notes
    -----
    For the cubic, ``1 - f(s) = (1 - s)^2 (2 + s) / 2``: quadratic at 1, a factor of 1.5 a step near 0.

    Examples
    --------
    >>> spectral_response([0.5, 1.0], steps=1)
    array([0.6875, 1.    ])
    """
    value = operand("spectral_response", "s", s, check=check)
    steps = count("spectral_response", "steps", steps)
    triples = schedule("spectral_response", coefficients)
    xp = value.xp
    if 0 in value.shape:
        got = f"shape {value.shape}"
        raise ValueError(sentence("spectral_response", "s", "have no empty axis", got, "leaving it out"))
    x = xp.astype(value.array, value.wide)
    if check and not bool(xp.all(xp.isfinite(x))):
        refuse_nonfinite("spectral_response", "s", value)
    with value.quiet():
        return respond(x, steps, triples)


def respond(x: Array, steps: int, triples: Sequence[Triple]) -> Array:
    """
    Apply the scalar polynomial `steps` times; the caller silences overflow.

    Parameters
    ----------
    x : array
        Any namespace.
    steps : int
        How often.
    triples : sequence of (a, b, c)
        From `schedule`.

    Returns
    -------
    array
    """
    for step in range(steps):
        a, b, c = at(triples, step)
        square = x * x
        x = x * (a + square * (b + c * square if c else b))
    return x
