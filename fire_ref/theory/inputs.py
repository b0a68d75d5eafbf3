"""What the theorems are asked about: finite float64 matrices on the host, and layers that fit each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..arguments import matrix_shape, real
from ..arrays import quiet, to_host
from ..errors import sentence
from ..layout import parse
from ..measures import dfi
from ..operands import operand
from ..scaling import Scaled, normalise
from ..spectrum import Host
from ..values import refuse_nonfinite


def matrix(function: str, argument: str, value: Any) -> Host:
    """
    Accept one matrix of any library.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    value : array, shape (m, n)
        Of any library and real dtype.

    Returns
    -------
    ndarray of float64, shape (m, n)

    Raises
    ------
    TypeError
        Not an array, or of an unsupported dtype.
    ValueError
        Not a matrix, empty, or not finite.
    """
    found = operand(function, argument, value, host=True, warn=False)
    matrix_shape(function, argument, found.shape)
    if len(found.shape) != 2:
        raise ValueError(sentence(function, argument, "be one matrix", f"shape {found.shape}", "one tap of a kernel"))
    refuse_nonfinite(function, argument, found)
    return np.asarray(to_host(found.array), dtype=np.float64)


def vector(function: str, argument: str, value: Any, size: int) -> Host:
    """
    Accept one vector of any library, as a bias.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    value : array, shape (size,)
        Of any library and real dtype.
    size : int
        That it must have.

    Returns
    -------
    ndarray of float64, shape (size,)

    Raises
    ------
    TypeError
        Not an array, or of an unsupported dtype.
    ValueError
        Of another shape, or not finite.
    """
    found = operand(function, argument, value, host=True, warn=False)
    if found.shape != (size,):
        rule = f"have the shape ({size},), one for each output"
        raise ValueError(sentence(function, argument, rule, f"shape {found.shape}", "the layer's own bias"))
    refuse_nonfinite(function, argument, found)
    return np.asarray(to_host(found.array), dtype=np.float64)


def scaled(A: Host) -> Scaled:
    """Return A by the power of two that brings its peak into [1/2, 1), one for all of it."""
    return normalise(np, A, np.max(np.abs(A), keepdims=True))


def layers(function: str, argument: str, values: Sequence[Any]) -> list[Host]:
    """
    Accept the weights of a dense network, first layer first.

    Parameters
    ----------
    function, argument : str
        Where they were given.
    values : sequence of array, shape (d_out, d_in)
        Each layer takes what the one before gives.

    Returns
    -------
    list of ndarray

    Raises
    ------
    TypeError
        Not a sequence of arrays.
    ValueError
        None, not matrices, not finite, or shapes that do not follow each other.
    """
    if not isinstance(values, (list, tuple)) or not values:
        got = "an empty list" if isinstance(values, (list, tuple)) else type(values).__name__
        raise TypeError(sentence(function, argument, "be a list of weights, one for each layer", got, "[W1, W2]"))
    found = [matrix(function, f"{argument}[{i}]", value) for i, value in enumerate(values)]
    for i in range(1, len(found)):
        rows, columns = found[i - 1].shape[0], found[i].shape[1]
        if rows != columns:
            rule, got = f"take the {rows} outputs of the layer before", f"{columns} columns"
            raise ValueError(sentence(function, f"{argument}[{i}]", rule, got, "weights of shape (d_out, d_in)"))
    return found


def samples(function: str, argument: str, value: Any, width: int) -> Host:
    """
    Accept inputs, one sample a row.

    Parameters
    ----------
    function, argument : str
        Where they were given.
    value : array, shape (samples, width)
        Of any library.
    width : int
        That the first layer takes.

    Returns
    -------
    ndarray, shape (samples, width)

    Raises
    ------
    ValueError
        Not a matrix of that width, or not finite.
    """
    found = matrix(function, argument, value)
    if found.shape[1] != width:
        rule = f"have {width} columns, one for each input"
        raise ValueError(sentence(function, argument, rule, f"shape {found.shape}", "one sample in each row"))
    return found


def gain_of(function: str, gain: float | None, W: Host, argument: str = "gain") -> float:
    """
    Return the gain that a weight is measured against.

    Parameters
    ----------
    function : str
        Who asks.
    gain : float or None
        Positive; None for sqrt(d_out / d_in).
    W : ndarray, shape (d_out, d_in)
        The weight.
    argument : str
        What the caller named it.

    Returns
    -------
    float
    """
    if gain is None:
        return parse(function, "OI", W.shape).fan_gain(W.shape)
    return real(function, argument, gain, least=0.0, advice="gain=1.0", strict=True)


def norm(A: Host) -> float:
    """Return ||A||_F, at every scale; inf only where it exceeds float64."""
    unit = scaled(A)
    with quiet():
        return float(unit.restore(np.linalg.norm(unit.array)).item())


def spectral(W: Host) -> float:
    """Return ||W||_2, at every scale; inf only where it exceeds float64."""
    unit = scaled(W)
    with quiet():
        return float(unit.restore(np.linalg.norm(unit.array, 2)).item())


def root_dfi(W: Host, gain: float) -> float:
    """Return sqrt(DfI) of the short side, ||G / gain^2 - I||_F."""
    with quiet():
        return float(np.sqrt(dfi(W, gain=gain)))
