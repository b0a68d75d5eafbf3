"""The sums over a network's layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from ..models import Row
from ..models.record import Key
from ..models.rows import TOL
from ..spectrum import Host
from .curve import layers, least_sfe


@dataclass(frozen=True)
class Totals:
    """
    A network under FIRE: sums over the rows whose action is "fire".

    Attributes
    ----------
    weights, parameters, directions : int
        How many tensors, entries and singular values.
    refused, kept : int
        Tensors that hold NaN or inf, and those that the recipe leaves alone.
    dfi_before : float
        Sum of the rows'.
    dfi_gain : float
        DfI of the network as it is, each layer against its own gain.
    dfi, sfe : dict
        Sums of the rows', by steps and "exact".
    least_sfe : dict
        Least SFE that buys each DfI, on the network's front: one multiplier for all layers.
    sfe_isotropy, sfe_gain : float
        The two parts of exact FIRE's SFE.
    squared_norm : float
        Sum of ||W||_F^2.
    moved_away : dict
        For each k, the layers that X_k leaves further from isometry than they are, each at its own scale.
    enough : dict
        For each k, the layers that need no more steps.
    steps_needed : int or None
        The most that a layer needs, for every direction that is not zero.
    dead_units : int
        Of all layers.
    rank_deficient : int
        Layers with a direction that does not count.
    """

    weights: int
    parameters: int
    directions: int
    refused: int
    kept: int
    dfi_before: float
    dfi_gain: float
    dfi: dict[Key, float]
    sfe: dict[Key, float]
    least_sfe: dict[Key, float]
    sfe_isotropy: float
    sfe_gain: float
    squared_norm: float
    moved_away: dict[int, int]
    enough: dict[int, int]
    steps_needed: int | None
    dead_units: int
    rank_deficient: int


def fired(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that FIRE takes."""
    return [row for row in rows if row.action == "fire"]


def moves_away(row: Row, k: int) -> bool:
    """Say whether k steps leave a weight further from isometry than it is, and not within 1e-6 of it."""
    return row.dfi[k] > row.dfi_before and row.deviation[k] > TOL


def total(rows: Sequence[Row], spectra: Mapping[str, Host], steps: Sequence[int]) -> Totals:
    """
    Sum up a network.

    Parameters
    ----------
    rows : sequence of Row
        All of them.
    spectra : mapping of str to ndarray
        Their singular values.
    steps : sequence of int
        That the rows foretell.

    Returns
    -------
    Totals
    """
    taken = fired(rows)
    keys: tuple[Key, ...] = (*steps, "exact")
    network = layers([(spectra[row.name], row.gain) for row in taken])
    dfi = {key: sum(row.dfi[key] for row in taken) for key in keys}
    return Totals(
        weights=len(taken),
        parameters=sum(prod(row.shape) for row in taken),
        directions=sum(row.directions for row in taken),
        refused=sum(row.action == "refuse" for row in rows),
        kept=sum(row.action == "keep" for row in rows),
        dfi_before=sum(row.dfi_before for row in taken),
        dfi_gain=sum(row.dfi_gain for row in taken),
        dfi=dfi,
        sfe={key: sum(row.sfe[key] for row in taken) for key in keys},
        least_sfe={key: least_sfe(network, dfi[key]) for key in keys},
        sfe_isotropy=sum(row.sfe_isotropy for row in taken),
        sfe_gain=sum(row.sfe_gain for row in taken),
        squared_norm=sum(row.squared_norm for row in taken),
        moved_away={k: sum(moves_away(row, k) for row in taken) for k in steps},
        enough={k: sum(row.steps_all is not None and row.steps_all <= k for row in taken) for k in steps},
        steps_needed=max((row.steps_all for row in taken if row.steps_all is not None), default=None),
        dead_units=sum(row.dead_units or 0 for row in taken),
        rank_deficient=sum(row.rank is not None and row.rank < row.directions for row in taken),
    )
