"""
Figure E: FIRE of a convolution makes every tap an isometry, not the layer; a delta-orthogonal kernel is one.

For each kernel with more than one tap: DfI of its taps and of the circular convolution operator, per singular value,
and SFE. A 1 x 1 kernel is left out: its one tap is its operator, at every frequency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from . import style
from .catalogue import Data
from .kernels import SMALL, grid, measured
from .layers import layers
from .settings import Settings
from .waiting import watched

#: What becomes of a kernel, in the order of drawing, and what it is called.
ARMS = {"W": "before", "k = 10": "k = 10", "exact": "exact FIRE", "delta-orthogonal": "delta-orthogonal"}
#: DfI per singular value below which the axis is linear, and reaches zero.
LINEAR = 1e-2
#: Where the axis of DfI has numbers, up to what is there.
TICKS = (0, 1e-2, 1, 1e2, 1e4)
TITLES = {
    "taps": "taps: DfI per singular value",
    "operator": "operator: DfI per singular value",
    "sfe": r"SFE over $\|W\|_F^2$",
}
#: Inches: a row, and everything that is no row.
ROW, AROUND = 0.155, 1.75


def compute(settings: Settings) -> Data:
    """
    Measure every kernel with more than one tap, before and after.

    Parameters
    ----------
    settings : Settings
        Which networks, and where.

    Returns
    -------
    dict
        "networks": for each that has such kernels, its layers, see `measured`; "without", the others.

    Raises
    ------
    ValueError
        None has.
    """
    found: Data = {"networks": {}, "without": []}
    for network in settings.networks:
        kernels = [one for one in layers(network, settings) if one.tensor.ndim == 4 and len(one.matrices) > 1]
        if kernels:
            rows = [measured(one, grid(one)) for one in watched(kernels, f"figE: {network}")]
            found["networks"][network] = rows
        else:
            found["without"].append(network)
    if not found["networks"]:
        names = ", ".join(settings.weights)
        raise ValueError(
            f"figE: --weights must have convolutions with more than one tap; got {names}. Try --weights digits or"
            " --weights resnet50."
        )
    return found | {"caption": _caption(found)}


def _caption(found: Data) -> str:
    rows = [row for one in found["networks"].values() for row in one]
    fire_, delta = (float(np.median([row["sfe"][arm] for row in rows])) for arm in ("exact", "delta-orthogonal"))
    rest = found["without"]
    none = f"; {', '.join(rest)} {'has' if len(rest) == 1 else 'have'} none" if rest else ""
    left = float(np.median([row["operator"]["exact"] for row in rows]))
    zero = max(row["operator"]["delta-orthogonal"] for row in rows)
    return (
        f"DfI per singular value, against the gain, of the {len(rows)} kernels with more than one tap of "
        f"{', '.join(found['networks'])} (of 1 x 1, the tap is the operator{none}). Operator: circular, without "
        f"stride, on {_sides(rows)}; from 2k - 1 on, the side does not change it. After exact FIRE it has {left:.2f} "
        f"in the median{_span(rows)}. Delta-orthogonal, the nearest with only a centre tap: the polar factor of W's "
        f"times c = sqrt(out/in); the operator has {zero:.0e} at most, at a median SFE of {delta:.2f}; FIRE's is "
        f"{fire_:.2f}. Left of {LINEAR} the axes are linear. Not in the paper."
    )


def _sides(rows: Sequence[Data]) -> str:
    sides = sorted({row["side"] for row in rows})
    return ", ".join(f"{side} x {side}" for side in sides)


def _span(rows: Sequence[Data]) -> str:
    spans = [row["range"]["exact"] for row in rows if row["range"]["exact"]]
    if not spans:
        return ""
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    where = "" if len(spans) == len(rows) else f" (of the {len(spans)} with up to {SMALL} channels)"
    return f", its singular values between {low:.1g} c and {high:.2g} c{where}"


def draw(data: Data) -> Any:
    """
    Draw a row for each kernel: DfI of taps, DfI of the operator, SFE.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    labels, rows = _rows(data["networks"])
    figure = style.new(style.PAGE, AROUND + ROW * len(labels))
    panels = figure.subplots(1, 3, sharey=True, width_ratios=(1, 1, 0.8))
    for axes, (of, title) in zip(panels, TITLES.items(), strict=True):
        for place in rows:
            axes.axhline(place, color="#DDDDDD", linewidth=0.5, zorder=0)
        if of != "sfe":
            axes.axvline(1, color="black", linewidth=0.8, linestyle=":", zorder=1, label="a kernel of zeros")
            axes.hlines(list(rows), *_ends(rows, of), color=style.COLOURS["exact"], linewidth=0.8, alpha=0.5, zorder=1)
        for arm in ARMS if of != "sfe" else list(ARMS)[1:]:
            _dots(axes, rows, of, arm)
        axes.set_xlabel(title)
        axes.tick_params(axis="y", length=0)
    for axes in panels[:2]:
        axes.set_xscale("symlog", linthresh=LINEAR, linscale=0.7)
        axes.set(xlim=(-LINEAR / 2, _largest(rows)), xticks=TICKS)
    panels[2].set_xlim(0, 1.06 * panels[2].dataLim.x1)
    panels[0].set_yticks(range(len(labels)), labels, fontsize=style.SMALLEST)
    panels[0].set_ylim(len(labels) - 0.4, -0.6)
    for place, label in enumerate(panels[0].get_yticklabels()):
        label.set_fontweight("normal" if place in rows else "bold")
    style.legend(figure, panels[0], columns=len(ARMS) + 1)
    style.caption(figure, data["caption"])
    return figure


def _rows(networks: Data) -> tuple[list[str], dict[int, Data]]:
    """Return what is written at the left, from the top, and the kernels by their places; networks are headings."""
    labels: list[str] = []
    rows: dict[int, Data] = {}
    for network, kernels in networks.items():
        labels.append(network)
        for kernel in kernels:
            rows[len(labels)] = kernel
            labels.append(kernel["layer"].rpartition(".")[0] or kernel["layer"])
    return labels, rows


def _ends(rows: dict[int, Data], of: str) -> tuple[list[float], list[float]]:
    return [row[of]["W"] for row in rows.values()], [row[of]["exact"] for row in rows.values()]


def _largest(rows: dict[int, Data]) -> float:
    return 3 * max(float(value) for row in rows.values() for of in ("taps", "operator") for value in row[of].values())


def _dots(axes: Any, rows: dict[int, Data], of: str, arm: str) -> None:
    dots = axes.plot([row[of][arm] for row in rows.values()], list(rows), style.MARKERS[arm], label=ARMS[arm])[0]
    dots.set(color=style.COLOURS[arm], markersize=6 if arm == "exact" else 4, markeredgewidth=0, clip_on=False)
