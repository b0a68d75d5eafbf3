"""
Figure 6, middle and right: SFE and DfI after each Newton-Schulz step, on real layers, measured and predicted.

Measured: the iterates themselves, in the weight's dtype. Predicted: the closed form on its singular values. The paper
shows one and ten steps; its left panel, the accuracy, belongs to the experiments.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fire_ref import dfi, newton_schulz_iterates, polar_decomposition, sfe, spectral_response
from fire_ref.arrays import to_host

from . import style
from .catalogue import Data
from .layers import Layer, layers
from .settings import Settings
from .waiting import watched

STEPS = 20
MEASURES = ("sfe", "dfi")
#: DfI over p below which nothing is drawn.
FLOOR = 1e-4


def compute(settings: Settings, *, steps: int = STEPS) -> Data:
    """
    Iterate on every layer, and foretell the same.

    Parameters
    ----------
    settings : Settings
        Which networks, and where.
    steps : int
        The last step.

    Returns
    -------
    dict
        For each network and measure "measured" and "predicted", lists (layer, step); SFE of c X_k over ||W||_F^2, DfI
        of X_k over the number of singular values, so that 1 is a matrix of zeros.
    """
    found: Data = {"steps": list(range(steps + 1)), "networks": {}}
    for network in settings.networks:
        rows = [follow(layer, steps) for layer in watched(layers(network, settings), f"fig6: {network}")]
        found["networks"][network] = {
            "layers": [row["layer"] for row in rows],
            "before": [row["before"] for row in rows],
            **{key: {of: [row[key][of] for row in rows] for of in MEASURES} for key in ("measured", "predicted")},
        }
    found["apart"] = max(_apart(one) for one in found["networks"].values())
    count = sum(len(one["layers"]) for one in found["networks"].values())
    found["caption"] = (
        f"Median and 10 to 90 % band over the {count} layers of {', '.join(found['networks'])}. Lines: the closed form "
        f"on singular values; dots: the iterates, float32. They differ by {found['apart']:.0e} at most. Dotted: DfI of "
        "W itself, against its gain. SFE counts the gain; W is what was trained, at every step. The paper shows "
        "one network's accuracy beside it, which is an experiment."
    )
    return found


def follow(layer: Layer, steps: int) -> Data:
    """
    Measure and foretell one layer.

    Parameters
    ----------
    layer : Layer
        One weight.
    steps : int
        The last step.

    Returns
    -------
    dict
        layer, before, measured and predicted.
    """
    W, c = layer.matrices, layer.gain
    size = float(to_host(sfe(W, 0 * W)).sum())
    measured: dict[str, list[float]] = {of: [] for of in MEASURES}
    for X in newton_schulz_iterates(W, steps):
        measured["sfe"].append(float(to_host(sfe(W, c * X)).sum()) / size)
        measured["dfi"].append(float(to_host(dfi(X)).sum()) / layer.rank)
    s = to_host(polar_decomposition(W).s).astype(np.float64)
    norms = np.linalg.norm(s, axis=-1, keepdims=True)
    answers = [spectral_response(s / norms, k) for k in range(steps + 1)]
    # A tall or wide matrix differs from c X only along its singular directions, which both share.
    predicted = {
        "sfe": [float(np.sum((s - c * p) ** 2)) / size for p in answers],
        "dfi": [float(np.sum((1 - p * p) ** 2)) / layer.rank for p in answers],
    }
    before = float(to_host(dfi(W, gain=c)).sum()) / layer.rank
    return {"layer": layer.name, "before": before, "measured": measured, "predicted": predicted}


def _apart(network: Data) -> float:
    gaps = [np.abs(np.subtract(network["measured"][of], network["predicted"][of])).max() for of in MEASURES]
    return float(max(gaps))


def draw(data: Data) -> Any:
    """
    Draw both measures against the steps, all networks together.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = style.new(style.PAGE, 2.9)
    titles = {"sfe": r"SFE of $c X_k$ over $\|W\|_F^2$", "dfi": r"DfI of $X_k$ over $p$"}
    for axes, of in zip(figure.subplots(1, 2), MEASURES, strict=True):
        for kind in ("predicted", "measured"):
            every = np.concatenate([one[kind][of] for one in data["networks"].values()])
            low, middle, high = np.percentile(every, [10, 50, 90], axis=0)
            if kind == "predicted":
                colour = style.COLOURS["cubic"]
                axes.fill_between(data["steps"], low, high, color=colour, alpha=0.18, linewidth=0)
                axes.plot(data["steps"], middle, color=colour, label="predicted: median, 10 to 90 %")
            else:
                for values in (low, middle, high):
                    dots = axes.plot(data["steps"], values, "o", color="black", markersize=2)[0]
                dots.set_label("measured: the same")
        for k in (5, 10):
            axes.axvline(k, color=style.COLOURS[f"k = {k}"], linewidth=0.8, linestyle="--", zorder=0, label=f"k = {k}")
        axes.set(xlabel="Newton-Schulz steps k", ylabel=titles[of], xlim=(-0.3, data["steps"][-1] + 0.3))
        axes.set_ylim(0, None)
        axes.xaxis.get_major_locator().set_params(integer=True)
    before = float(np.median(np.concatenate([one["before"] for one in data["networks"].values()])))
    axes.axhline(before, color=style.COLOURS["W"], linewidth=0.8, linestyle=":", label="W itself, median")
    axes.set(yscale="log", ylim=(FLOOR, 2 * max(before, 1.0)))
    style.legend(figure, axes, columns=5)
    style.caption(figure, data["caption"])
    return figure
