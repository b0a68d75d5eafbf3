"""
Figure 1, solved: FIRE of one 2 x 2 matrix, where everything that is shown can be computed.

W, the initial matrix W_0, shrink and perturb, the Newton-Schulz path, Q and all rotations are maps z -> alpha z +
t e^(i psi) conj(z) of one psi: three real coordinates, in which SFE is twice the squared distance. The paper's figure
is a sketch.
"""

from __future__ import annotations

from math import radians
from typing import Any

import numpy as np

from fire_ref import excess, front, newton_schulz_iterates, polar_factor, relax, sfe

from . import style
from .catalogue import Data
from .labels import Label, place
from .settings import Settings
from .two_by_two import levels, located, member, ring

#: Trained and initial: |alpha|, its angle, t. The singular values are |alpha| + t and |alpha| - t.
TRAINED, INITIAL = (1.28, radians(25), 1.12), (0.65, radians(105), 0.15)
STEPS, POINTS = 10, 181
#: The shares of W_0 in shrink and perturb that are marked; the paper's is the last.
SHARES = (0.2, 0.4, 0.6, 0.8)
#: Level curves, of SFE beside that of Q.
SFES, DFIS = (1.0, 5.0, 8.0), (0.1, 1.0, 10.0)

#: How level curves and the mean are drawn, and what the points are called.
LEVEL: dict[str, dict[str, Any]] = {
    "sfe": {"linestyle": ":", "color": style.COLOURS["W"], "linewidth": 0.7},
    "dfi": {"linestyle": "-", "color": style.COLOURS["exact"], "linewidth": 0.7},
}
MEAN = {"color": style.COLOURS["random isometry"], "linewidth": 0.8}
LEGEND = {"W": "$W$", "exact": "exact FIRE, $Q$", "full reset": "full reset, $W_0$"}


def compute(settings: Settings, *, points: int = POINTS) -> Data:
    """
    Solve the geometry.

    Parameters
    ----------
    settings : Settings
        The device; no network is shown.
    points : int
        Of each curve.

    Returns
    -------
    dict
        For each path and point "alpha" as [re, im], "t", and "s", its two singular values; "levels" of SFE in the
        plane of alpha at t = 0 and in that of singular values, of DfI in the latter; "ring", SFE of all isometries.
    """
    W, fresh = (settings.to_device(member(*one)) for one in (TRAINED, INITIAL))
    iterates = list(newton_schulz_iterates(W, STEPS))
    shares = np.linspace(0, 1, points)
    Q = polar_factor(W)
    least = float(sfe(W, Q))
    found: Data = {
        "points": {"W": located(W), "exact": located(Q), "full reset": located(fresh)},
        "steps": [located(X) for X in iterates],
        "front": [located(relax(W, weight=float(one))) for one in front(W, points=points).weight],
        "mixed": [located((1 - share) * W + share * fresh) for share in shares],
        "marked": [located((1 - share) * W + share * fresh) for share in SHARES],
        "least": least,
        "levels": levels(W, (least, *SFES), DFIS, points),
        "ring": ring(W, points),
    }
    found["caption"] = _caption(found, W, iterates[5], sfe(W, fresh))
    return found


def _caption(found: Data, W: Any, five: Any, reset: Any) -> str:
    (first, second), paid = found["points"]["W"]["s"], excess(W, five)
    shares = ", ".join(map(str, SHARES))
    return (
        f"2 x 2 matrices z → αz + t e^(iψ) conj(z), one ψ: exact. W has singular values {first:.2f} and "
        f"{second:.2f}; W₀ is chosen, not drawn. Left: α; level curves of SFE at t = 0, where the isometries are; "
        "W, W₀ and the paths seen along t. Middle: singular values; SFE at W's singular vectors, which FIRE keeps "
        f"and shrink and perturb does not. Dots: its shares {shares} of W₀, and X_k, k = 0 to {STEPS}. Right: Q is "
        f"the nearest of all isometries: SFE {found['least']:.2f}; the best reflection pays 4 s₂ = {4 * second:.2f} "
        f"more. Five steps pay {float(paid.sfe):.2f} for what {float(paid.least_sfe):.2f} buys, full reset "
        f"{float(reset):.2f}. The paper's figure is an illustration."
    )


def draw(data: Data) -> Any:
    """
    Draw the plane of alpha, that of singular values, and SFE round the isometries.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = style.new(style.PAGE, 3.25)
    left, middle, right = figure.subplots(1, 3, width_ratios=(2.0, 2.5, 1.9))
    _draw_alpha(left, data)
    _draw_values(middle, data)
    _draw_ring(right, data)
    style.legend(figure, middle, columns=5)
    style.caption(figure, data["caption"])
    return figure


def _draw_alpha(axes: Any, data: Data) -> None:
    turn = np.linspace(0, 2 * np.pi, POINTS)
    axes.plot(np.cos(turn), np.sin(turn), color=style.COLOURS["exact"])
    curves = {level: np.array(curve) for level, curve in data["levels"]["alpha"].items()}
    for curve in curves.values():
        axes.plot(*curve, **LEVEL["sfe"])
    _draw_paths(axes, data, "alpha")
    axes.set(xlim=(-1.3, 1.7), ylim=(-1.3, 1.7), xticks=(-1, 0, 1), yticks=(-1, 0, 1), aspect="equal")
    axes.set(xlabel=r"Re $\alpha$", ylabel=r"Im $\alpha$", title=r"the part $\alpha$ of each matrix")
    # Numbers stand where the circles are lowest, or else farthest left.
    ends = {level: curve[:, curve[1 if curve[1].min() > -1.2 else 0].argmin()] for level, curve in curves.items()}
    labels = [Label(level, x, y, style.COLOURS["W"]) for level, (x, y) in ends.items()]
    place(axes, [*_iterates(data, "alpha", 0), *labels], style.SMALL, beside_lines=True)


def _draw_values(axes: Any, data: Data) -> None:
    labels = _iterates(data, "s", 0, 5)
    for of in ("dfi", "sfe"):
        for level, curve in data["levels"][of].items():
            x, y = np.array(curve)
            lower = y <= x  # s_1 is the larger
            axes.plot(x, np.where(lower, y, np.nan), **LEVEL[of])
            # Its number stands where the curve is highest, in sight.
            seen = lower & (np.abs(x - 1.6) < 0.9) & (np.abs(y - 0.7) < 0.65)
            if seen.any():
                top = np.where(seen, y, -1.0).argmax()
                labels.append(Label(level, x[top], y[top], LEVEL[of]["color"]))
    axes.plot([0, 3], [0, 3], color=style.COLOURS["W"], linewidth=0.5)
    for name, how in (("DfI", LEVEL["dfi"]), ("SFE from $W$", LEVEL["sfe"]), ("random isometry, mean", MEAN)):
        axes.plot([], [], label=name, **how)  # for the legend of all three
    _draw_paths(axes, data, "s")
    axes.set(xlim=(0.6, 2.6), ylim=(0, 1.5), xlabel="$s_1$", ylabel="$s_2$", aspect="equal", title="singular values")
    place(axes, labels, style.SMALL, beside_lines=True)


def _draw_paths(axes: Any, data: Data, key: str) -> None:
    def drawn(name: str, dashes: str, **how: Any) -> None:
        axes.plot(*np.transpose([one[key] for one in data[name]]), dashes, markersize=2.5, **how)

    colours = style.COLOURS
    drawn("front", "-", color=colours["front"], linewidth=1.6, label="exact front")
    drawn("mixed", "-", color=colours["shrink and perturb"], label="shrink and perturb")
    drawn("marked", "o", color=colours["shrink and perturb"])
    drawn("steps", "-o", color=colours["cubic"], linewidth=0.9, label="Newton-Schulz, $X_k$")
    for name, one in data["points"].items():
        size = 8 if name == "exact" else 5
        axes.plot(*one[key], style.MARKERS[name], color=colours[name], markersize=size, label=LEGEND[name], zorder=3)


def _iterates(data: Data, key: str, *which: int) -> list[Label]:
    places = [data["steps"][k][key] for k in which]
    return [Label(f"$X_{k}$", x, y, style.COLOURS["cubic"]) for k, (x, y) in zip(which, places, strict=True)]


def _draw_ring(axes: Any, data: Data) -> None:
    found, green = data["ring"], style.COLOURS["exact"]
    angles, labels = np.degrees(found["angles"]), []
    for kind, dashes in (("rotations", "-"), ("reflections", "--")):
        axes.plot(angles, found[kind], dashes, color=green)
        top = int(np.argmax(found[kind]))
        labels.append(Label(kind, angles[top], found[kind][top], green))
    axes.axhline(found["mean"], **MEAN)
    angle = np.degrees(np.angle(complex(*data["points"]["exact"]["alpha"])))
    axes.plot(angle, data["least"], style.MARKERS["exact"], color=green, markersize=8)
    labels.append(Label(f"$Q$: {data['least']:.2f}", angle, data["least"], green))
    axes.set(
        xlim=(-180, 180),
        ylim=(0, 16),
        xticks=(-180, -90, 0, 90, 180),
        xlabel="angle, degrees",
        title="SFE of each isometry",
    )
    axes.set_box_aspect(1)
    place(axes, labels, style.SMALL, beside_lines=True)
