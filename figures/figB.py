"""
Figure B: when do the theorems speak? The hypotheses of each layer of real networks, before and after FIRE.

The paper's theorems ask eps = sqrt(DfI) < 1; all that the proofs need is that the spectral deviation is below 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fire_ref import Row, dfi, polar_factor
from fire_ref.arrays import to_host

from . import style
from .audited import audited
from .catalogue import Data
from .layers import Layer, layers
from .settings import Settings
from .waiting import watched

#: Stage -> its key in an audit.
STAGES: dict[str, int | str] = {"W": "before", "k = 5": 5, "k = 10": 10, "exact": "exact"}
MEASURES = ("root_dfi", "deviation")
#: By number; what `fire_ref.theory.Standing` calls them.
THEOREMS = ("drift", "curvature", "rank", "activity")
#: Below it the axis is linear, so that zero can be shown.
LINEAR = 0.1
#: The least share of the page's width that a network gets: its name must fit.
LEAST = 0.13


def compute(settings: Settings) -> Data:
    """
    Read off where each layer stands at each stage.

    Parameters
    ----------
    settings : Settings
        Which networks, and where.

    Returns
    -------
    dict
        "networks": name -> "layers", and for each stage of `STAGES` the lists "root_dfi", "deviation" and "speaks"
        (the numbers of the theorems that say something); "rounding", the largest sqrt(DfI) of a computed exact factor.
    """
    networks: Data = {}
    rounding = 0.0
    for name in settings.networks:
        rows = audited(name, settings).rows
        networks[name] = {
            "layers": [row.name for row in rows],
            "stages": {stage: stand(rows, key) for stage, key in STAGES.items()},
        }
        here = watched(layers(name, settings), f"figB: exact factors of {name}")
        rounding = max(rounding, *(left(layer) for layer in here))
    data: Data = {"networks": networks, "rounding": rounding}
    return data | {"caption": _caption(data)}


def stand(rows: tuple[Row, ...], key: int | str) -> Data:
    """
    Say where the layers of a network stand at one stage.

    Parameters
    ----------
    rows : tuple of Row
        Of an audit with theory.
    key : int or str
        Of `STAGES`.

    Returns
    -------
    dict
        "root_dfi", "deviation" and "speaks", a list each.
    """
    told = [row.theory[key] for row in rows if row.theory is not None]
    found: Data = {of: [getattr(one, of) for one in told] for of in MEASURES}
    found["speaks"] = [[i for i, of in enumerate(THEOREMS, start=1) if getattr(one, of)] for one in told]
    return found


def left(layer: Layer) -> float:
    """
    Measure sqrt(DfI) of a layer's exact factor as it is computed, in the weight's dtype.

    Parameters
    ----------
    layer : Layer
        Of any network.

    Returns
    -------
    float
        Rounding, and nothing else.
    """
    return float(np.sqrt(to_host(dfi(polar_factor(layer.matrices))).sum()))


def small(data: Data, of: str, stage: str) -> int:
    """
    Count the layers of which a measure is below 1.

    Parameters
    ----------
    data : dict
        Of `compute`.
    of : {"root_dfi", "deviation"}
        The measure.
    stage : str
        Of `STAGES`.

    Returns
    -------
    int
    """
    return sum(value < 1 for one in data["networks"].values() for value in one["stages"][stage][of])


def _caption(data: Data) -> str:
    count = sum(len(one["layers"]) for one in data["networks"].values())
    eps, near = ({stage: small(data, of, stage) for stage in STAGES} for of in MEASURES)
    nearest = max(value for one in data["networks"].values() for value in one["stages"]["k = 5"]["deviation"])
    return (
        f"The {count} layers of {', '.join(data['networks'])}, in order; a kernel over all its taps. The paper's "
        f"hypothesis, eps = sqrt(DfI) < 1, holds of {eps['W']} before, {eps['k = 5']} after five steps, "
        f"{eps['k = 10']} after ten, {eps['exact']} after exact FIRE. The spectral deviation, which is all that proofs "
        f"need, is below 1 of {near['W']}, {near['k = 5']}, {near['k = 10']} and {near['exact']}; after five steps it "
        f"comes within {1 - nearest:.0e} of 1, which says little. Before is at W's mean singular value, after at 1. "
        f"Exact is 0 (computed in float32: at most {data['rounding']:.0e}); axes are linear below {LINEAR:g}. Bottom: "
        "where each theorem gives more than holds of anything; 1 and 2 compare with before. Not in the paper."
    )


def draw(data: Data) -> Any:
    """
    Draw both measures and the theorems that speak, layer by layer, one column for each network.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = style.new(style.PAGE, 5.6)
    networks = data["networks"]
    counts = np.array([len(one["layers"]) for one in networks.values()])
    size = 4.0 if counts.sum() < 40 else 2.2
    grid = figure.subplots(
        3,
        len(counts),
        squeeze=False,
        sharex="col",
        sharey="row",
        width_ratios=np.maximum(counts, LEAST * counts.sum()),
        height_ratios=(3, 2.2, 2.6),
    )
    for column, (name, one) in zip(grid.T, networks.items(), strict=True):
        column[0].set_title(name, fontsize=style.SMALL)
        for axes, of in zip(column, MEASURES, strict=False):
            _measure(axes, one, of, size)
        _speaking(column[2], one, size)
    for axes, of in zip(grid[:, 0], MEASURES, strict=False):
        _height(axes, data, of)
    grid[0, 0].set_ylabel(r"$\epsilon$ = sqrt(DfI)")
    grid[1, 0].set_ylabel("spectral deviation")
    style.legend(figure, grid[0, 0], columns=5)
    style.caption(figure, data["caption"])
    return figure


def _measure(axes: Any, network: Data, of: str, size: float) -> None:
    x = np.arange(len(network["layers"])) + 1
    for stage in STAGES:
        # Zero is the end of the axis: what lies there is drawn whole, and the star looks out from behind the others.
        look = _look(stage, size) | {"clip_on": False, "zorder": 2.5 if stage == "exact" else 3}
        axes.plot(x, network["stages"][stage][of], label="before" if stage == "W" else stage, **look)
    axes.axhline(1, color="black", linewidth=0.8, linestyle="--", zorder=1, label=r"$\epsilon$ = 1")


def _height(axes: Any, data: Data, of: str) -> None:
    stages = [one["stages"][stage] for one in data["networks"].values() for stage in STAGES]
    top = max(max(stage[of]) for stage in stages)
    axes.set_yscale("symlog", linthresh=LINEAR, linscale=0.5)
    ticks = [0, *(10.0**i for i in range(-1, 6) if 10.0**i <= 2 * top)]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_ylim(0, max(2 * top, 2))


def _speaking(axes: Any, network: Data, size: float) -> None:
    for place, stage in enumerate(STAGES):
        said = network["stages"][stage]["speaks"]
        x = [i for i, theorems in enumerate(said, start=1) for _ in theorems]
        y = [theorem + (place - 1.5) / 5 for theorems in said for theorem in theorems]
        axes.plot(x, y, **_look(stage, 0.8 * size))
    for theorem in range(1, len(THEOREMS)):
        axes.axhline(theorem + 0.5, color="black", linewidth=0.3)
    axes.set_ylim(len(THEOREMS) + 0.5, 0.5)
    axes.set_yticks(range(1, len(THEOREMS) + 1), [f"{i} {of}" for i, of in enumerate(THEOREMS, start=1)])
    axes.tick_params(axis="y", length=0)
    last = len(network["layers"])
    axes.set(xlim=(0.3, last + 0.7), xlabel="layer")
    axes.set_xticks(sorted({1, last}))


def _look(stage: str, size: float) -> dict[str, Any]:
    size = 1.7 * size if stage == "exact" else size  # a star is thin
    return {
        "color": style.COLOURS[stage],
        "marker": style.MARKERS[stage],
        "markersize": size,
        "markeredgewidth": 0,
        "linestyle": "",
    }
