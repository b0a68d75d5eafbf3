"""The exact front of a network whose layers have gains of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..arrays import quiet
from ..spectrum import Host
from ..tradeoff import Front
from ..tradeoff.multiplier import point

#: The multipliers that float64 holds, as logarithms; halvings of that interval leave 1e-9 of the multiplier.
LOWEST, HIGHEST, HALVINGS = -744.0, 709.0, 40


class Layers(NamedTuple):
    """All singular values of a network over their layers' gains, and the gain of each; both of shape (q,)."""

    unit: Host
    gain: Host


def layers(spectra: Sequence[tuple[Host, float]]) -> Layers:
    """
    Put the spectra of a network together.

    Parameters
    ----------
    spectra : sequence of (ndarray, float)
        Singular values and gain of each layer; those that float64 cannot hold over the gain are left out.

    Returns
    -------
    Layers
    """
    with quiet():
        units = [(values.ravel() / gain, gain) for values, gain in spectra]
    kept = [(unit, np.full(unit.shape, gain)) for unit, gain in units if np.isfinite(unit).all()]
    if not kept:
        return Layers(np.empty(0), np.empty(0))
    return Layers(np.concatenate([u for u, _ in kept]), np.concatenate([c for _, c in kept]))


def place(network: Layers, weight: float) -> tuple[float, float]:
    """
    Return SFE and DfI of the network where one multiplier puts it.

    Minimising ``sum ||W_l - V_l||^2 + lam sum ||V_l^T V_l / c_l^2 - I||^2`` puts every singular value of layer l where
    the multiplier ``lam / c_l^2`` puts it in units of c_l.

    Parameters
    ----------
    network : Layers
        From `layers`.
    weight : float
        lam, in [0, inf], in squared units of W.

    Returns
    -------
    sfe, dfi : float

    Examples
    --------
    >>> place(layers([(np.array([3.0, 1.0]), 2.0)]), np.inf)
    (2.0, 0.0)
    """
    with quiet():
        at = point(network.unit, weight / network.gain / network.gain)
        return float(np.sum((network.gain * at.gap) ** 2)), float(np.sum(at.defect**2))


def least_sfe(network: Layers, dfi: float) -> float:
    """
    Return the least SFE that brings the network's DfI down to `dfi`.

    Parameters
    ----------
    network : Layers
        From `layers`.
    dfi : float
        At least 0.

    Returns
    -------
    float
        0 where the network has no more DfI as it is.
    """
    if place(network, 0.0)[1] <= dfi:
        return 0.0
    return place(network, _weight(network, dfi, HALVINGS))[0]


def front_of(network: Layers, points: int) -> Front:
    """
    Trace the network's front from doing nothing to exact FIRE.

    Parameters
    ----------
    network : Layers
        From `layers`.
    points : int
        At least 2.

    Returns
    -------
    Front
        weight, sfe, dfi, each of shape (points,), or empty for a network without weights.
    """
    if not len(network.unit):
        return Front(np.empty(0), np.empty(0), np.empty(0))
    whole = place(network, 0.0)[1]
    least = 1e-4 * min(whole, len(network.unit))
    # An isometry stays where it is at every multiplier.
    ends = (_weight(network, dfi, HALVINGS // 2) if whole > 0 else 1.0 for dfi in (0.99 * whole, least))
    low, high = (min(weight, float(np.exp(HIGHEST))) for weight in ends)
    weights = np.concatenate([[0.0], np.geomspace(low, high, points - 2), [np.inf]])
    sfe, dfi = np.array([place(network, float(weight)) for weight in weights]).T
    return Front(weights, sfe, dfi)


def _weight(network: Layers, dfi: float, halvings: int) -> float:
    """Bisect for the least multiplier at which DfI, which falls as it grows, has come down to `dfi`."""
    low, high = LOWEST, HIGHEST
    if dfi <= 0 or place(network, float(np.exp(high)))[1] > dfi:
        return float("inf")
    for _ in range(halvings):
        middle = (low + high) / 2
        if place(network, float(np.exp(middle)))[1] > dfi:
            low = middle
        else:
            high = middle
    return float(np.exp(high))
