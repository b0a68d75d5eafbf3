"""Is the answer a known wrong matrix, up to a factor?"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ...tolerances import match_bound
from ..dialect import Dialect
from ..evidence import Observation
from ..precision import Host
from ..truth import frobenius, truth

#: Beside the probes.
TELLING = ("well-square", "gaussian-tall", "gaussian-wide")


class Match(NamedTuple):
    """The factor and the relative distance that remains."""

    factor: float
    distance: float


def match(answer: Host, candidate: Host, eps: float) -> Match | None:
    """
    Compare an answer with a candidate, up to one positive factor.

    Parameters
    ----------
    answer, candidate : ndarray
        Of one shape.
    eps : float
        Of the dtype that the target computes in: what counts as equal.

    Returns
    -------
    Match or None
        None where they differ.
    """
    if answer.shape != candidate.shape or not (np.isfinite(answer).all() and np.isfinite(candidate).all()):
        return None
    size, square = float(np.linalg.norm(answer)), float(np.sum(candidate**2))
    if not size or not square:
        return None
    factor = float(np.sum(answer * candidate)) / square
    distance = float(np.linalg.norm(answer - factor * candidate)) / size
    return Match(factor, distance) if factor > 0 and distance <= match_bound(eps) else None


def isometric(Y: Host, eps: float) -> bool:
    """Whether the small Gram matrix of an answer is a multiple of the identity."""
    G = Y.T @ Y if Y.shape[0] >= Y.shape[1] else Y @ Y.T
    return match(G, np.eye(len(G)), eps) is not None


def telling(seen: Observation) -> bool:
    """Whether a case is general enough: no wrong matrix is near the right one on it."""
    return "probe" in seen.case.flags or seen.case.id in TELLING


def solved(W: Host, dialect: Dialect, norm: float | None = None) -> Host:
    """
    Apply a dialect's solver to one matrix, without gain.

    Parameters
    ----------
    W : ndarray, shape (m, n)
        Finite.
    dialect : Dialect
        Whose polynomial.
    norm : float, optional
        What to divide by instead of the dialect's own norm.

    Returns
    -------
    ndarray, shape (m, n)
    """
    if norm is not None:
        W, dialect = W / norm, replace(dialect, normalization="none")
    with np.errstate(all="ignore"):
        return truth(W, dialect, "matrix").value


def close(first: float, second: float, room: float) -> bool:
    """Whether two positive factors agree within a relative room."""
    return abs(first / second - 1) <= room


def total(W: Host) -> float:
    """Return the Frobenius norm of all of an array."""
    return float(frobenius(W.reshape(1, -1))[0, 0])
