"""FIRE of one weight tensor: every matrix in it replaced by its polar factor, or k steps towards it, times a gain."""

from __future__ import annotations

from . import gains, polar, schulz
from .arguments import choice, matrix_shape
from .arrays import Array, contiguous
from .coefficients import Coefficients
from .layout import Layout, parse
from .operands import Operand, handed_back, operand

METHODS = ("svd", "fast", "newton-schulz")


def fire(
    W: Array,
    *,
    method: str = "svd",
    steps: int = 10,
    coefficients: Coefficients = "cubic",
    normalization: str = "frobenius",
    eps: float = 0.0,
    layout: str | None = None,
    gain: str | float = "fan",
    check: bool = True,
) -> Array:
    """
    Reinitialise one weight tensor: FIRE, exactly or by k steps, with its gain.

    Parameters
    ----------
    W : array
        A weight with 2, 4 or 5 axes, or any number with a `layout`.
    method : {"svd", "fast", "newton-schulz"}
        The exact minimiser, by either method of `polar_factor`, or the paper's iteration.
    steps, coefficients, normalization, eps
        As in `newton_schulz`; read by that method only.
    layout : str, optional
        One letter per axis: O rows, I columns, other capitals spatial (every position is a matrix), lower case
        batch. Default "OI", "OIHW" or "OIDHW". JAX: "IO", "HWIO". Transposed convolution: "IOHW".
    gain : {"fan", "norm", "mean"} or float
        "fan" is sqrt(|O|/|I|) / area with area the product of the spatial axes; "norm" keeps ||W||_F; "mean" is the
        best free gain <W, X> / ||X||_F^2; a positive number is taken as it is. The last three act per matrix.
    check : bool
        False skips the value checks, for `jax.jit` and graph capture.

    Returns
    -------
    array, shape of W
        In the caller's namespace, dtype and device; W is not modified.

    Raises
    ------
    TypeError
        Not an array, or of an unsupported dtype.
    ValueError
        A layout that does not fit or is missing; NaN or inf; a zero matrix under "newton-schulz" with ``eps=0``; an
        unknown name.
    NotImplementedError
        A Dask array.

    Notes
    -----
    arXiv 2602.08040, section 4; official code `fire.py`, where the divisor called kernel size is the kernel *area*.
    A zero row of a tall full-rank weight stays zero: dead units survive. Biases are never touched.

    Examples
    --------
    >>> import numpy as np
    >>> kernel = np.arange(1.0, 4 * 2 * 3 * 3 + 1).reshape(4, 2, 3, 3)
    >>> V = fire(kernel)
    >>> tap = V[:, :, 0, 0]
    >>> bool(np.allclose(tap.T @ tap, np.eye(2) * (2**0.5 / 9) ** 2))
    True
    """
    choice("fire", "method", method, METHODS)
    wanted = gains.parse("fire", gain)
    plan = schulz.plan("fire", steps, coefficients, normalization, eps, None)
    w = operand("fire", "W", W, check=check)
    matrix_shape("fire", "W", w.shape)
    axes = parse("fire", layout, w.shape)
    return projected("fire", w, axes, method if method in polar.METHODS else plan, wanted, check)


def projected(
    function: str, w: Operand, axes: Layout, plan: schulz.Plan | str, gain: str | float, check: bool
) -> Array:
    """
    Reinitialise one accepted weight; see `fire`.

    Parameters
    ----------
    function : str
        Who asks.
    w : Operand
        The weight.
    axes : Layout
        Its layout.
    plan : Plan or str
        The Newton-Schulz run, or the method of the exact factor.
    gain : str or float
        From `gains.parse`.
    check : bool
        Whether to look at the values.

    Returns
    -------
    array, shape of W
    """
    stack = axes.to_stack(w.xp, w.array)
    if isinstance(plan, str):
        X = polar.factor(function, w, stack, check, plan)
    else:
        X = schulz.run(function, w, stack, plan, check)
    X = gains.apply(gain, w, axes, stack, X)  # which lets the former go, before there is a third
    return contiguous(handed_back(w, axes.from_stack(w.xp, X), copy=False))
