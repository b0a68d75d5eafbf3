"""
Real 2 x 2 matrices as two complex numbers: M is the map z -> alpha z + beta conj(z) of the plane.

Rotations are |alpha| = 1, beta = 0; reflections alpha = 0, |beta| = 1. The singular values are |alpha| + |beta| and
||alpha| - |beta||, and ||M||_F^2 = 2 (|alpha|^2 + |beta|^2), so that SFE is twice a squared distance.
Matrices whose beta share one phase are a family of three real coordinates, alpha and t.
"""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from math import radians
from typing import Any

import numpy as np

from fire_ref import polar_decomposition, sfe
from fire_ref.arrays import to_host

from .catalogue import Data
from .settings import plain

#: The phase that all beta share; no SFE here depends on it.
PSI = radians(140)


def matrix(alpha: Any, beta: Any) -> Any:
    """
    Return the matrices of given parts.

    Parameters
    ----------
    alpha, beta : array of complex, shape (...)
        The parts.

    Returns
    -------
    array, shape (..., 2, 2)
        float64.
    """
    alpha, beta = np.broadcast_arrays(np.asarray(alpha, dtype=complex), np.asarray(beta, dtype=complex))
    first, second = alpha + beta, 1j * (alpha - beta)  # where 1 and i go
    columns = np.stack([first, second], axis=-1)
    return np.stack([columns.real, columns.imag], axis=-2)


def parts(M: Any) -> tuple[Any, Any]:
    """
    Return the parts of given matrices.

    Parameters
    ----------
    M : array, shape (..., 2, 2)
        On the host.

    Returns
    -------
    tuple of array
        alpha and beta, complex.
    """
    first, second = (M[..., 0, i] + 1j * M[..., 1, i] for i in (0, 1))
    return (first - 1j * second) / 2, (first + 1j * second) / 2


def member(radius: float, angle: float, t: float) -> Any:
    """Return a matrix of the family, or several."""
    return matrix(radius * np.exp(1j * angle), t * cmath.exp(1j * PSI))


def located(M: Any) -> Data:
    """Return the coordinates and singular values of one matrix of the family."""
    alpha, beta = parts(to_host(M))
    t = (beta * cmath.exp(-1j * PSI)).real
    return {"alpha": [float(alpha.real), float(alpha.imag)], "t": float(t), "s": plain(polar_decomposition(M).s)}


def levels(W: Any, sfes: Sequence[float], dfis: Sequence[float], points: int) -> Data:
    """
    Solve for the level curves.

    Parameters
    ----------
    W : array, shape (2, 2)
        Where SFE is measured from.
    sfes, dfis : sequence of float
        Of SFE, and of DfI, up to 1 or from 2.
    points : int
        Of each curve.

    Returns
    -------
    dict
        "alpha" and "sfe": level -> two rows, at t = 0 and at W's singular vectors; "dfi", the same for DfI. A level
        that is not reached at t = 0 is left out there.
    """
    here = located(W)
    round_ = np.stack([np.cos(turn := np.linspace(-np.pi, np.pi, points)), np.sin(turn)])
    centre, s = np.array(here["alpha"])[:, None], np.array(here["s"])[:, None]
    flat = {one: one / 2 - here["t"] ** 2 for one in sfes}
    return {
        "alpha": {f"{one:.3g}": plain(centre + squared**0.5 * round_) for one, squared in flat.items() if squared > 0},
        "sfe": {f"{one:.3g}": plain(s + one**0.5 * round_) for one in sfes},
        "dfi": {f"{one:g}": plain(dfi_level(one, points)) for one in dfis},
    }


def dfi_level(level: float, points: int) -> Any:
    """Solve (s_1^2 - 1)^2 + (s_2^2 - 1)^2 = level, up to 1 or from 2: a circle of squares, where none is negative."""
    turn = np.linspace(-np.pi, np.pi, points)
    if level > 1:
        beyond = np.arcsin(level**-0.5)
        turn = np.linspace(-beyond, np.pi / 2 + beyond, points)
    return np.maximum(1 + level**0.5 * np.stack([np.cos(turn), np.sin(turn)]), 0.0) ** 0.5


def ring(W: Any, points: int) -> Data:
    """Return SFE between W and all rotations, all reflections, and its mean over both."""
    angles = np.linspace(-np.pi, np.pi, points)
    turned = matrix(np.exp(1j * angles), 0), matrix(0, np.exp(1j * angles))
    paid = [sfe(np.broadcast_to(to_host(W), M.shape), M) for M in turned]
    # The last angle is the first again.
    mean = float(np.mean([one[1:].mean() for one in paid]))
    return {"angles": plain(angles), "rotations": plain(paid[0]), "reflections": plain(paid[1]), "mean": mean}
