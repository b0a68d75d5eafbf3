"""What can be proved of a claimed polar factor: the public function, its stacks and its scales."""

from __future__ import annotations

import math

import numpy as np

from ..arguments import matrix_shape, same_shape
from ..arrays import Array, dtype_name, to_host
from ..errors import sentence
from ..operands import operand
from ..values import refuse_nonfinite
from . import bounds
from .balls import Ball, BallMatrix, Host, ball, frobenius, matrix, outward, working
from .enclosing import Enclosure, enclosed
from .record import UNKNOWN, Certificate

#: Every integer up to here is a float64.
_LARGEST = 2**53


def certify(W: Array, Q: Array) -> Certificate | list[Certificate]:
    """
    Prove how far a claimed polar factor is from orthonormal, from the true one, and from the least SFE.

    Parameters
    ----------
    W : array, shape (..., m, n)
        Of any library.
    Q : array, shape (..., m, n)
        What is claimed to be its polar factor, right or wrong; of any library; compared on the host. For wide
        matrices the transposes are certified.

    Returns
    -------
    Certificate or list of Certificate
        A list for a stack: one for each matrix, in the order of ``W.reshape(-1, m, n)``.

    Raises
    ------
    TypeError
        Not arrays of real numbers.
    ValueError
        Not matrices, of different shapes, empty, NaN or inf.
    MissingExtraError
        python-flint is not installed.
    NotImplementedError
        A Dask array.

    Notes
    -----
    The numbers in W and Q, of whatever dtype, are taken as the exact rationals that they are. No SVD is used and no
    float64 result believed: the inequalities of `proofs/certified.v` and `proofs/certified_gap.v` are evaluated in
    balls of 192 or 320 bits, so that the ends of an interval agree to about 15 digits, however wrong Q is. W must have
    full rank by the one rule, with the eps of float64 whatever its dtype; where it has not, the reason is "rank". A
    zero Q, or another that has no polar factor of its own, is "rank of Q". Time grows as n^3: 0.3 s for n = 64, 1.5 s
    for n = 128, 10 s for n = 256.

    Examples
    --------
    >>> W = [[3.0, 0.0], [0.0, 2.0]]
    >>> certify(W, [[1.0, 0.0], [0.0, 1.0]]).distance[1] < 1e-50
    True
    >>> wrong = certify(W, [[1.0, 0.0], [0.0, -1.0]])
    >>> wrong.certified, wrong.distance[0] <= 2.0 <= wrong.distance[1], wrong.sfe_gap[0] <= 8.0 <= wrong.sfe_gap[1]
    (True, True, True)
    """
    w, q = _host("W", W), _host("Q", Q)
    matrix_shape("certify", "W", w.shape)
    same_shape("certify", ("W", "Q"), w.shape, q.shape)
    with working("certify"):
        if w.ndim == 2:
            return _one(w, q)
        stacks = (x.reshape(-1, *x.shape[-2:]) for x in (w, q))
        return [_one(A, B) for A, B in zip(*stacks, strict=True)]


def _host(argument: str, value: object) -> Host:
    found = operand("certify", argument, value, host=True, warn=False)
    refuse_nonfinite("certify", argument, found)
    given = value if hasattr(value, "dtype") else np.asarray(value)
    if not dtype_name(given).startswith(("int", "uint")):
        return np.asarray(to_host(found.array)).astype(np.float64)
    exact = to_host(given)  # an operand may have rounded it to float32
    if np.any((exact > _LARGEST) | (exact < -_LARGEST)):
        rule, advice = "hold integers that float64 holds, up to 2^53", "dividing both by a power of two"
        raise ValueError(sentence("certify", argument, rule, f"{np.abs(exact).max()}", advice))
    return exact.astype(np.float64)


def _one(W: Host, Q: Host) -> Certificate:
    if W.shape[0] < W.shape[1]:
        W, Q = W.T, Q.T
    exact = matrix(Q)
    orthonormality = outward(*bounds.defect(exact))
    unit, exponent = _scaled(W)
    true, reason = enclosed(unit)
    if true is None:
        return Certificate(False, orthonormality, UNKNOWN, UNKNOWN, reason)
    distance = outward(*bounds.shifted(frobenius(exact - true.factor), true.error))
    nearest, reason = enclosed(_scaled(Q)[0])
    if nearest is None:
        return Certificate(False, orthonormality, distance, UNKNOWN, "rank of Q" if reason == "rank" else reason)
    gap = outward(*(end * ball(2) ** exponent for end in _gap(nearest, true)))
    ends = (*orthonormality, *distance, *gap)
    reason = "precision" if any(map(math.isnan, ends)) else "" if all(map(math.isfinite, ends)) else "range"
    return Certificate(not reason, orthonormality, distance, gap, reason)


def _gap(nearest: Enclosure, true: Enclosure) -> tuple[Ball, Ball]:
    error = (nearest.error + true.error).upper()
    return bounds.gap(nearest.factor - true.factor, true.half, true.size, error, true.error)


def _scaled(A: Host) -> tuple[BallMatrix, int]:
    """Return A over a power of two, exactly, its largest magnitude in [1/2, 1), and the exponent."""
    exponent = int(np.frexp(np.abs(A).max())[1])
    return matrix(A) * ball(2) ** -exponent, exponent
