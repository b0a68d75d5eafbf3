"""Value checks: finite and nonzero, reduced to one flag that is read once; the culprit is looked for afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .arrays import Array, to_host
from .errors import sentence
from .operands import Operand


def peaks(w: Operand, X: Array) -> Array:
    """
    Return the largest magnitude of each matrix, NaN or inf where the matrix holds one.

    Parameters
    ----------
    w : Operand
        Where X came from.
    X : array, shape (..., m, n)
        Its values in the computing dtype.

    Returns
    -------
    array, shape (..., 1, 1)
    """
    return w.xp.max(w.xp.abs(X), axis=(-2, -1), keepdims=True)


def require(function: str, checked: Sequence[tuple[str, Operand, Array]], *, nonzero: str | None = None) -> None:
    """
    Refuse NaN and inf and, where asked, zero matrices. Reads one flag from the device.

    Parameters
    ----------
    function : str
        Who asks.
    checked : sequence of (argument name, operand, peaks)
        The arrays and their `peaks`.
    nonzero : str, optional
        What to try instead of a zero matrix; None allows zero.

    Raises
    ------
    ValueError
        A value is not finite, or a matrix is zero; names the first index.
    """
    xp = checked[0][1].xp
    fine = None
    for _, _, peak in checked:
        flag = xp.all(xp.isfinite(peak) if nonzero is None else xp.isfinite(peak) & (peak > 0))
        fine = flag if fine is None else fine & flag
    if bool(fine):
        return
    for argument, w, peak in checked:
        _blame(function, argument, w, to_host(peak)[..., 0, 0], nonzero)


def _blame(
    function: str,
    argument: str,
    w: Operand,
    peak: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    nonzero: str | None,
) -> None:
    if not np.isfinite(peak).all():
        refuse_nonfinite(function, argument, w)
    if nonzero is not None and not (peak > 0).all():
        where = tuple(int(i) for i in np.argwhere(~(peak > 0))[0])
        got = f"a zero matrix at stack index {where}" if where else "a zero matrix"
        raise ValueError(sentence(function, argument, "be nonzero", got, nonzero))


def refuse_nonfinite(function: str, argument: str, w: Operand) -> None:
    """
    Name the first value that is not finite, if there is one. Reads the whole array.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    w : Operand
        The array.

    Raises
    ------
    ValueError
        A value is NaN or inf.
    """
    got = first_nonfinite(w)
    if got is not None:
        raise ValueError(sentence(function, argument, "be finite", got, "looking at where it came from"))


def first_nonfinite(w: Operand) -> str | None:
    """
    Describe the first value that is not finite. Reads the whole array.

    Parameters
    ----------
    w : Operand
        The array.

    Returns
    -------
    str or None
        As "nan at index (0, 3)".
    """
    values = to_host(w.array).astype(np.float64)
    bad = ~np.isfinite(values)
    if not bad.any():
        return None
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    return f"{values[index]} at index {index}"
