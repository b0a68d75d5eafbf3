"""
DfI of a convolution as an operator, in real arithmetic and without a Fourier transform.

The circular convolution by a kernel with taps K_t is a block-circulant matrix A; A^T A is block-circulant too,
with taps R_d = sum_t K_t^T K_(t+d) (indices modulo the grid), so

    ||A^T A / c^2 - I||_F^2 = (number of grid points) * sum_d ||R_d / c^2 - [d = 0] I||_F^2.
"""

from __future__ import annotations

from itertools import product
from math import prod

from .arguments import count
from .arrays import Array, Namespace
from .errors import sentence
from .gram import defect
from .layout import Layout

Index = tuple[int, ...]


def grid(function: str, operator: object, layout: Layout) -> Index:
    """
    Check the grid of the operator against a layout.

    Parameters
    ----------
    function : str
        Who asks.
    operator : int or sequence of int
        Grid size per spatial axis; one int serves all.
    layout : Layout
        Of the weight tensor.

    Returns
    -------
    tuple of int
        One per spatial axis.

    Raises
    ------
    ValueError
        No spatial axis, or not one size for each.
    """
    axes = len(layout.spatial)
    given = operator if isinstance(operator, (tuple, list)) else (operator,) * axes
    if axes == 0 or len(given) != axes:
        rule = f"have one size for each of the {axes} spatial axes of layout {layout.letters!r}"
        raise ValueError(sentence(function, "operator", rule, repr(operator), "operator=(32, 32) with layout='OIHW'"))
    return tuple(count(function, "operator", size, least=1) for size in given)


def operator_defect(xp: Namespace, X: Array, batch: int, sizes: Index, eye: Array, ratio: Array) -> Array:
    """
    Return ||ratio * A^T A - I||_F^2 of the circular convolution operator A (A A^T where O < I).

    Parameters
    ----------
    xp : module
        The namespace of X.
    X : array, shape (batch..., taps..., O, I)
        The kernel's taps, scaled.
    batch : int
        Number of batch axes.
    sizes : tuple of int
        The grid.
    eye : array, shape (p, p)
        The identity of the short side.
    ratio : array, shape (batch..., 1, 1)
        The square of the scale that was taken out.

    Returns
    -------
    array, shape (batch..., 1, 1)
    """
    tall = X.shape[-2] >= X.shape[-1]
    taps = _folded(X, batch, sizes)
    total = xp.zeros_like(ratio)
    for shift in sorted({_moved(b, a, sizes, -1) for a, b in product(taps, taps)}):
        pairs = [(a, _moved(a, shift, sizes)) for a in taps if _moved(a, shift, sizes) in taps]
        # The sum over the pairs is one product of the taps laid side by side.
        left = xp.concat([taps[a] for a, _ in pairs], axis=-2 if tall else -1)
        right = xp.concat([taps[b] for _, b in pairs], axis=-2 if tall else -1)
        gram = xp.matrix_transpose(left) @ right if tall else left @ xp.matrix_transpose(right)
        total = total + defect(xp, gram, xp.zeros_like(eye) if any(shift) else eye, ratio)
    return total * prod(sizes)


def _folded(X: Array, batch: int, sizes: Index) -> dict[Index, Array]:
    """Add up the taps that meet on the grid; a kernel larger than the grid wraps around."""
    taps: dict[Index, Array] = {}
    for tap in product(*(range(k) for k in X.shape[batch:-2])):
        place = tuple(i % size for i, size in zip(tap, sizes, strict=True))
        matrix = X[(*(slice(None),) * batch, *tap, slice(None), slice(None))]
        taps[place] = taps[place] + matrix if place in taps else matrix
    return taps


def _moved(a: Index, b: Index, sizes: Index, sign: int = 1) -> Index:
    return tuple((i + sign * j) % size for i, j, size in zip(a, b, sizes, strict=True))
