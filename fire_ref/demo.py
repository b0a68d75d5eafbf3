"""What FIRE does to one real trained layer: the numbers behind `fire-ref demo`, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .arrays import Array, backend, to_host
from .measures import dfi
from .polar import polar_decomposition, polar_factor
from .prediction import steps_needed
from .schulz import newton_schulz
from .tradeoff import Front, excess, front, relax
from .weights import digits_mlp

LAYER = "fc2.weight"
TOL = 1e-6


@dataclass(frozen=True)
class Row:
    """One matrix beside the original: all dimensionless but SFE, which is in squared units of W."""

    name: str
    dfi: float
    sfe: float
    least_sfe: float
    response_min: float
    response_max: float
    steps_needed: int


@dataclass(frozen=True)
class Demo:
    """The layer, its rows, the front and the sentence."""

    layer: str
    shape: tuple[int, int]
    rows: tuple[Row, ...]
    front: Front
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; the front's infinite multiplier becomes null."""
        curve = {
            key: [None if np.isinf(x) else x for x in value.tolist()] for key, value in self.front._asdict().items()
        }
        return asdict(self) | {"shape": list(self.shape), "front": curve}


def compute(device: str = "cpu") -> Demo:
    """
    Measure W, k = 5, k = 10, exact FIRE and the front at the DfI of each k, for one shipped layer.

    Parameters
    ----------
    device : {"cpu", "cuda"}
        Where to compute.

    Returns
    -------
    Demo

    Raises
    ------
    BackendError
        No usable GPU for "cuda".

    Examples
    --------
    >>> [row.name for row in compute().rows]
    ['W', 'k = 5', 'k = 10', 'exact', 'front at k = 5', 'front at k = 10']
    """
    xp = backend("cupy" if device == "cuda" else "numpy")
    W = xp.asarray(digits_mlp()[LAYER])
    five, ten = newton_schulz(W, 5), newton_schulz(W, 10)
    rows = tuple(
        _row(name, W, V)
        for name, V in (
            ("W", W),
            ("k = 5", five),
            ("k = 10", ten),
            ("exact", polar_factor(W)),
            ("front at k = 5", relax(W, dfi=float(dfi(five)))),
            ("front at k = 10", relax(W, dfi=float(dfi(ten)))),
        )
    )
    return Demo(LAYER, (int(W.shape[0]), int(W.shape[1])), rows, front(W, points=60), sentence(rows))


def _row(name: str, W: Array, V: Array) -> Row:
    paid = excess(W, V)
    s = to_host(polar_decomposition(V).s)
    needed = steps_needed(V, tol=TOL)
    return Row(name, float(paid.dfi), float(paid.sfe), float(paid.least_sfe), float(s[-1]), float(s[0]), int(needed))


def sentence(rows: tuple[Row, ...]) -> str:
    """
    Say in plain words what k = 5 did, from the numbers alone.

    Parameters
    ----------
    rows : tuple of Row
        As `compute` orders them.

    Returns
    -------
    str
    """
    before, five, exact = rows[0], rows[1], rows[3]
    way = "towards" if five.dfi < before.dfi else "away from"
    first = f"k = 5 moved this layer {way} isometry (DfI {before.dfi:.4g} to {five.dfi:.4g})"
    if five.least_sfe == 0:
        price = f"and changed it by SFE {five.sfe:.4g}, where doing nothing has no more DfI"
    else:
        price = f"and changed it by SFE {five.sfe:.4g}, where {five.least_sfe:.4g} buys the same DfI"
    rest = (
        f"its weakest direction stands at {100 * five.response_min:.2g} % of isometry, and {before.steps_needed} "
        f"steps, not 5, bring every direction within {TOL:g}. Exact FIRE: DfI {exact.dfi:.1g}, SFE {exact.sfe:.4g}."
    )
    return f"{first} {price}; {rest}"
