"""
Figure A: what k Newton-Schulz steps do at width n, for Gaussian matrices and for real layers; the k that are needed.

The paper takes ten steps for vision and five for GPT at n = 768, whatever the width.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import style
from .audited import audited
from .catalogue import Data
from .gaussian import singular_values
from .settings import Settings
from .stepping import needed, stepped
from .waiting import watched

#: Powers of two, and the width of GPT.
WIDTHS = (16, 32, 64, 128, 256, 512, 768, 1024, 2048, 4096)
STEPS = 30
#: Draws at the largest width, where one takes seconds; more where it costs less.
FEWEST, MOST = 9, 199
#: The numbers of steps that have a curve of their own, and those that the paper takes.
SHOWN = (5, 10, 15, 20, 30)
PAPER = {5: "the paper's for GPT (n = 768)", 10: "the paper's for vision (n = 64 to 1024)"}
#: Where the paper takes them: GPT's width, and those of ResNet-18, ViT-Tiny and VGG-16.
GPT, VISION = 768, (64, 1024)
#: Contours of DfI / n that are named.
LEVELS = (0.001, 0.1, 0.5, 0.9)


def compute(settings: Settings, *, widths: tuple[int, ...] = WIDTHS, steps: int = STEPS) -> Data:
    """
    Step through Gaussian spectra of every width, and through the spectra of real layers.

    Parameters
    ----------
    settings : Settings
        Which networks, and where.
    widths : tuple of int
        n of the Gaussian matrices.
    steps : int
        The last k.

    Returns
    -------
    dict
        "gaussian": for each width the medians over draws by k ("dfi" is over n), and percentiles 10, 50, 90 of the
        steps needed; "networks": for each layer the same of its one spectrum, "dfi" over p.
    """
    ordered = sorted(widths, reverse=True)  # the slow ones first: the bar errs on the safe side
    gaussian = [_gaussian(n, draws(n), steps) for n in watched(ordered, "figA: Gaussian spectra")][::-1]
    networks = {name: _layers(name, settings, steps) for name in settings.networks}
    data: Data = {"steps": list(range(steps + 1)), "gaussian": gaussian, "networks": networks}
    return data | {"caption": _caption(data)}


def draws(n: int) -> int:
    """Return how many Gaussian spectra of a width are drawn: odd, so that the median is one of them."""
    return max(FEWEST, min(MOST, 2 * (16384 // n) + 1))


def _gaussian(n: int, count: int, steps: int) -> Data:
    spectra = [singular_values(n, np.random.default_rng([n, seed])) for seed in range(count)]
    paths = [stepped(s, steps) for s in spectra]
    enough = [needed(s) for s in spectra]
    medians = {of: np.median([getattr(path, of) for path in paths], axis=0).tolist() for of in ("dfi", "low", "high")}
    band = {key: np.percentile([one[key] for one in enough], [10, 50, 90]).tolist() for key in ("all", "most")}
    return {"n": n, "draws": count, **medians, "needed": band}


def _layers(name: str, settings: Settings, steps: int) -> list[Data]:
    found = audited(name, settings)
    rows: list[Data] = []
    for row in found.rows:
        s = found.spectra[row.name]
        # The values of all matrices at once; the steps are those of the slowest, in the weight's own precision.
        path = stepped(s[s.max(axis=-1) > 0], steps)
        rows.append({"layer": row.name, "p": s.shape[-1], "needed": row.steps_needed, **path._asdict()})
    return rows


def _caption(data: Data) -> str:
    rows = [row for rows in data["networks"].values() for row in rows]
    told = [one["draws"] for one in data["gaussian"]]
    late = sum(row["needed"] > 10 for row in rows)
    last = data["steps"][-1]
    five, ten = (float(np.median([row["dfi"][min(k, last)] for row in rows])) for k in PAPER)
    return (
        f"Closed form, exact in k. Lines: Gaussian n x n, medians over {min(told)} to {max(told)} draws of their exact "
        f"singular value distribution{_gpt(data)}. Dots: the {len(rows)} layers of {', '.join(data['networks'])} at "
        f"their short side p, a kernel over all its taps; most are not square. The median layer keeps DfI / p = "
        f"{five:.2g} after five steps and {ten:.2g} after ten; {late} of {len(rows)} need more than ten until every "
        "singular value that float32 tells from zero is within 1e-6 of 1, the slowest "
        f"{max(row['needed'] for row in rows)}. Dashed: until DfI / n is 0.001. Markers in the map: the paper's k at "
        "its networks' widths; it shows accuracy against k only."
    )


def _gpt(data: Data) -> str:
    at = next((one for one in data["gaussian"] if one["n"] == GPT and len(one["dfi"]) > 5), None)
    if at is None:
        return ""
    return f"; at n = {GPT}, k = 5 leaves DfI / n = {at['dfi'][5]:.2f} and {at['needed']['all'][1]:.0f} are needed"


def draw(data: Data) -> Any:
    """
    Draw DfI over width and steps, the range of the response, the real layers, and the steps needed.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = style.new(style.PAGE, 5.6)
    (field, reach), (real, enough) = figure.subplots(2, 2)
    rows = [row for rows in data["networks"].values() for row in rows]
    sides = [row["p"] for row in rows]
    widths = [one["n"] for one in data["gaussian"]]
    _across(field, widths, "width n")
    for axes in (reach, real, enough):
        _across(axes, [*sides, *widths], "width n, or short side p of a layer")
    _field(field, data, widths)
    _reach(reach, data, widths, rows)
    _real(real, data, widths, rows)
    _enough(enough, data, widths, rows)
    style.legend(figure, real, columns=2)
    style.caption(figure, data["caption"])
    return figure


def _field(axes: Any, data: Data, n: list[int]) -> None:
    left = np.array([one["dfi"] for one in data["gaussian"]]).T
    axes.contourf(n, data["steps"], left, levels=np.linspace(0, 1, 11), cmap="Greys", vmax=1.6)
    axes.contour(n, data["steps"], left, levels=LEVELS, colors="black", linewidths=0.6)
    # Each contour is named where it ends, outside: there is no room for letters on the map.
    _named(axes, {f"{level:g}": float(np.interp(-level, -left[:, -1], data["steps"])) for level in LEVELS})
    for k, at in ((5, (GPT,)), (10, VISION)):
        look = f"{style.MARKERS[f'k = {k}']}-"
        axes.plot(at, [k] * len(at), look, color=_colour(k), markeredgecolor="white", clip_on=False, zorder=3)
    axes.set(ylabel="steps k", ylim=(0, data["steps"][-1]), title="Gaussian: DfI of $X_k$ over n")


def _reach(axes: Any, data: Data, n: list[int], rows: list[Data]) -> None:
    axes.set_yscale("log")
    shown = [k for k in SHOWN if k <= data["steps"][-1]]
    for k in shown:
        axes.plot(n, _column(data, "low", k), color=_colour(k))
        axes.plot(n, _column(data, "high", k), color=_colour(k), linestyle=":")
        if k in PAPER:
            _dots(axes, k, rows, "low")
    ends = {f"k = {k}": _column(data, "low", k)[-1] for k in shown}
    there = sum(end > 0.3 for end in ends.values())  # they all but meet: the first names them
    _named(axes, dict(list(ends.items())[: len(ends) - max(there - 1, 0)]))
    axes.set(ylabel="singular values of $X_k$", title="Smallest, and largest (dotted)")


def _real(axes: Any, data: Data, n: list[int], rows: list[Data]) -> None:
    for k, where in PAPER.items():
        if k <= data["steps"][-1]:
            axes.plot(n, _column(data, "dfi", k), color=_colour(k))
            _dots(axes, k, rows, "dfi")
            axes.plot([], [], f"{style.MARKERS[f'k = {k}']}-", color=_colour(k), label=f"k = {k}, {where}")
    axes.set(ylabel="DfI of $X_k$ over p", ylim=(0, 1), title="DfI that is left: Gaussian, real layers (dots)")


def _enough(axes: Any, data: Data, n: list[int], rows: list[Data]) -> None:
    low, middle, high = np.array([one["needed"]["all"] for one in data["gaussian"]]).T
    axes.fill_between(n, low, high, color="black", alpha=0.15, linewidth=0)
    axes.plot(n, middle, color="black")
    axes.plot(n, [one["needed"]["most"][1] for one in data["gaussian"]], color="black", linestyle="--")
    dots = {"color": "black", "markersize": 2.5, "markeredgewidth": 0, "alpha": 0.6, "clip_on": False}
    axes.plot([row["p"] for row in rows], [row["needed"] for row in rows], "o", **dots)
    for k in PAPER:
        axes.axhline(k, color=_colour(k), linewidth=1.0, zorder=0)
    axes.set(ylabel="steps k", title="Steps for all directions, for most (dashed)")
    axes.set_ylim(0, None)


def _column(data: Data, of: str, k: int) -> list[float]:
    return [one[of][k] for one in data["gaussian"]]


def _colour(k: int) -> str:
    return style.COLOURS[f"k = {k}"] if k in PAPER else "#777777"


def _dots(axes: Any, k: int, rows: list[Data], of: str) -> None:
    look = {"color": _colour(k), "markersize": 2.5, "markeredgewidth": 0, "alpha": 0.6, "clip_on": False}
    axes.plot([row["p"] for row in rows], [row[of][k] for row in rows], style.MARKERS[f"k = {k}"], **look)


def _named(axes: Any, ends: dict[str, float]) -> None:
    """Write on the right what each line is called, where it ends."""
    beside = axes.secondary_yaxis("right")
    beside.set_yticks(list(ends.values()), list(ends), fontsize=style.SMALLEST)
    beside.tick_params(which="major", length=2, pad=1)
    beside.tick_params(which="minor", length=0)
    beside.spines["right"].set_visible(False)


def _across(axes: Any, widths: list[int], label: str) -> None:
    axes.set_xscale("log", base=2)
    axes.set_xlim(min(widths), max(widths))
    ticks = [4**i for i in range(8) if min(widths) <= 4**i <= max(widths)]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel(label)
