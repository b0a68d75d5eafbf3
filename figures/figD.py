"""
Figure D: what four coefficient sets make of a singular value, and of DfI, step by step.

All by the closed form. Muon's coefficients never converge: they keep every value in a band, and DfI off zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from fire_ref import COEFFICIENTS, dfi, polar_decomposition, spectral_response
from fire_ref.arrays import to_host

from . import style
from .attractor import band, cycle, entered
from .catalogue import Data
from .gaussian import singular_values
from .layers import layers
from .settings import Settings, plain
from .waiting import watched

#: GPT's width, and how many Gaussian matrices of it.
SIZE, DRAWS = 768, 9
STEPS = 20
SHOWN = (1, 5, 10)
#: Least singular value shown.
LEAST = 1e-3
#: Columns from there to 1, and values in each: Polar Express turns hundreds of times in five steps.
COLUMNS, SAMPLES = 300, 128
#: Steps at which Muon has settled.
LATE = range(40, 61)
#: DfI over p below which nothing is drawn.
FLOOR = 1e-4
#: Those that go up and down in (0, 1); the others only rise.
TURNING = ("muon", "polar-express")
DASHES = {"cubic": "-", "muon": "-", "quintic": "--", "polar-express": "-"}


def compute(settings: Settings, *, size: int = SIZE, draws: int = DRAWS, columns: int = COLUMNS) -> Data:
    """
    Follow single values, Gaussian spectra and those of real layers.

    Parameters
    ----------
    settings : Settings
        Which networks, and where.
    size, draws : int
        Of the Gaussian matrices.
    columns : int
        Into how many pieces the axis of s is cut.

    Returns
    -------
    dict
        "responses" by name and step, the least and the largest answer in each column; "spectra", of each kind the
        median "dfi" over p by name, and "floor", the least and largest that Muon's comes to late; "band", "cycle" and
        "inside", the step after which all s are in the band.
    """
    ends = np.geomspace(LEAST, 1.0, columns + 1)
    s = np.geomspace(ends[:-1], ends[1:], SAMPLES, axis=-1)
    gaussian = [_gaussian(size, seed) for seed in watched(range(draws), "figD: Gaussian matrices")]
    every = [layer for name in settings.networks for layer in layers(name, settings)]
    real = [_normalised(layer.matrices) for layer in watched(every, "figD: layers")]
    found: Data = {
        "s": plain(np.sqrt(ends[:-1] * ends[1:])),
        "responses": {name: {f"{k}": _ends(_response(s, k, name)) for k in SHOWN} for name in COEFFICIENTS},
        "steps": list(range(STEPS + 1)),
        "spectra": {
            f"{draws} Gaussian matrices, {size} x {size}": followed(gaussian),
            f"{len(every)} layers of {_networks(len(settings.networks))}": followed(real),
        },
        "band": list(band("muon")),
        "cycle": cycle("muon"),
        "inside": entered("muon", s),
    }
    found["caption"] = _caption(found, settings)
    return found


def _gaussian(size: int, seed: int) -> Any:
    s = singular_values(size, np.random.default_rng([size, seed]))  # figure A's
    return s / np.linalg.norm(s)


def _normalised(matrices: Any) -> Any:
    """Return the singular values that the first step meets: those of W / ||W||_F, all taps in a row."""
    s = to_host(polar_decomposition(matrices).s).astype(np.float64)
    return (s / np.linalg.norm(s, axis=-1, keepdims=True)).ravel()


def _response(s: Any, k: int, name: str) -> Any:
    return spectral_response(s, k, coefficients=name)


def _ends(answers: Any) -> Data:
    return {"low": plain(answers.min(axis=-1)), "high": plain(answers.max(axis=-1))}


def followed(spectra: Sequence[Any]) -> Data:
    """
    Return DfI over p after each step, the median over spectra.

    Parameters
    ----------
    spectra : sequence of array
        Singular values after the normalisation.

    Returns
    -------
    dict
        dfi by name, and floor.
    """
    found = {name: np.median([path(s, range(STEPS + 1), name) for s in spectra], axis=0) for name in COEFFICIENTS}
    late = np.median([path(s, LATE, "muon") for s in spectra], axis=0)
    return {"dfi": {name: plain(values) for name, values in found.items()}, "floor": plain(np.sort(late)[[0, -1]])}


def path(s: Any, steps: Sequence[int], name: str) -> Any:
    """Return DfI over p after each of the steps: the mean over singular values, each a matrix of one entry."""
    entries = np.stack([_response(s, k, name) for k in steps])
    return dfi(entries[..., None, None]).mean(axis=-1)


def _caption(found: Data, settings: Settings) -> str:
    low, high = found["band"]
    between = " and ".join(
        f"{least:.3f} to {most:.3f}" for least, most in (x["floor"] for x in found["spectra"].values())
    )
    mean = np.mean(path(np.array(found["cycle"]), [0], "muon"))
    return (
        "The closed form on singular values. Below: medians; Gaussian spectra from their chi-bidiagonal form; "
        f"{', '.join(settings.networks)}. Shaded above: Muon's step maps [{low:.4f}, {high:.4f}] onto itself; all s "
        f"shown are in it after {found['inside']} steps. There almost every s > 0 ends going round "
        f"{', '.join(f'{value:.3f}' for value in found['cycle'])}: at full "
        f"rank DfI/p comes to average {mean:.4f} over four steps. Shaded below: what it stays in here, {between} "
        f"(steps {LATE[0]} to {LATE[-1]}). Polar Express is before its safety factor. The paper's figure 7 is the "
        "training counterpart, an experiment."
    )


def _networks(count: int) -> str:
    return "one network" if count == 1 else f"{count} networks"


def draw(data: Data) -> Any:
    """
    Draw the responses above, DfI below.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = style.new(style.PAGE, 4.7)
    grid = figure.add_gridspec(2, 6)
    for place, k in enumerate(SHOWN):
        axes = figure.add_subplot(grid[0, 2 * place : 2 * place + 2])
        _draw_response(axes, data, k)
        axes.set(title=f"k = {k}", ylabel="$p_k(s)$" if place == 0 else "")
        axes.set_xlabel(r"singular value $s$ of $W/\|W\|_F$" if place == 1 else "$s$")
    style.legend(figure, axes, columns=5)
    for place, (kind, one) in enumerate(data["spectra"].items()):
        axes = figure.add_subplot(grid[1, 3 * place : 3 * place + 3])
        _draw_dfi(axes, data["steps"], one)
        axes.set(
            title=kind, xlabel="Newton-Schulz steps k", ylabel="median DfI of $X_k$ over $p$" if place == 0 else ""
        )
    style.caption(figure, data["caption"])
    return figure


def _draw_response(axes: Any, data: Data, k: int) -> None:
    axes.axhspan(*data["band"], color=style.COLOURS["muon"], alpha=0.2, linewidth=0, label="Muon's band")
    for name, values in data["responses"].items():
        low, high = np.array(values[f"{k}"]["low"]), np.array(values[f"{k}"]["high"])
        colour, turns = style.COLOURS[name], name in TURNING
        if turns:  # more than once in a column, in places: that column is filled
            axes.fill_between(data["s"], low, high, color=colour, linewidth=0)
        width = 0.8 if turns else 1.2
        axes.plot(data["s"], (low + high) / 2, DASHES[name], color=colour, linewidth=width, label=name)
    top = max(max(values[f"{k}"]["high"]) for values in data["responses"].values())
    axes.set(xscale="log", xlim=(LEAST, 1), ylim=(0, 1.05 * top))


def _draw_dfi(axes: Any, steps: list[int], one: Data) -> None:
    low, high = one["floor"]
    axes.axhspan(low, high, color=style.COLOURS["muon"], alpha=0.4, linewidth=0)
    for name, values in one["dfi"].items():
        marker = style.MARKERS.get(name, "o")
        axes.plot(steps, values, DASHES[name] + marker, color=style.COLOURS[name], markersize=2.5)
    axes.text(steps[-1], 1.25 * high, f"Muon: {low:.3f} to {high:.3f}", ha="right", va="bottom", fontsize=style.SMALL)
    axes.set(yscale="log", ylim=(FLOOR, 12), xlim=(-0.3, steps[-1] + 0.3))
    axes.xaxis.get_major_locator().set_params(integer=True)
