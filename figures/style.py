"""How figures look: one colour for each method everywhere, paper widths, letters that can be read at that size."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fire_ref.cli.plot import COLOURS as FRONT_COLOURS

#: Inches: one column and both columns of a paper.
COLUMN, PAGE = 3.25, 6.75
#: Points. Nothing is smaller than the smallest.
SMALLEST, SMALL, TEXT = 6.0, 7.0, 8.0

#: Method -> colour, by Okabe and Ito where they last, then by Tol: told apart by every kind of colour vision.
COLOURS = FRONT_COLOURS | {
    "front": "#0072B2",
    "cubic": FRONT_COLOURS["k = 5"],
    "muon": "#56B4E9",
    "quintic": "#117733",
    "polar-express": "#332288",
    "shrink and perturb": "#CC79A7",
    "full reset": "#999999",
    "norm-keeping isometry": "#F0E442",
    "random isometry": "#882255",
    "mean gain": "#999933",
    "delta-orthogonal": "#661100",
    # Findings about implementations: Tol's three that differ in lightness, too.
    "yes": "#6699CC",
    "error": "#994455",
    "limit": "#EECC66",
}
#: Method -> marker, so that a picture can be read without colours, too.
MARKERS = {
    "W": "o",
    "k = 5": "s",
    "k = 10": "D",
    "exact": "*",
    "muon": "v",
    "full reset": "X",
    "norm-keeping isometry": "P",
    "random isometry": "^",
    "mean gain": ">",
    "delta-orthogonal": "<",
}

#: Arm of an experiment -> its colour and marker: the method's own, where it has one. No two have one marker; some that
#: differ only in their steps share a colour, and the number of these is their marker.
ARMS = {
    "base": (COLOURS["W"], "o"),
    "full-reset": (COLOURS["full reset"], "X"),
    "sp-0.2": (COLOURS["shrink and perturb"], "<"),
    "sp-0.5": (COLOURS["shrink and perturb"], "v"),
    "sp-0.8": (COLOURS["shrink and perturb"], ">"),
    "dash": ("#AA4499", "x"),
    "l2-init": ("#44AA99", "h"),
    "parseval": ("#117733", "H"),
    "redo": ("#DDCC77", "1"),
    "cbp": ("#88CCEE", "2"),
    "snr": ("#661100", "3"),
    "muon": (COLOURS["muon"], "8"),
    "fire-0": (COLOURS["cubic"], "$0$"),
    "fire-1": (COLOURS["cubic"], "$1$"),
    "fire-2": (COLOURS["cubic"], "$2$"),
    "fire-3": (COLOURS["cubic"], "$3$"),
    "fire-5": (COLOURS["k = 5"], "s"),
    "fire-5-rescaled": ("#CC6677", "+"),
    "fire-10": (COLOURS["k = 10"], "D"),
    "fire-20": (COLOURS["k = 10"], "$20$"),
    "fire-exact": (COLOURS["exact"], "*"),
    "fire-muon-5": (COLOURS["muon"], "$5$"),
    "fire-muon-10": (COLOURS["muon"], "$10$"),
    "front": (COLOURS["front"], "d"),
    "norm": ("#6699CC", "p"),
    "iso": ("#999933", "P"),
    "ortho": (COLOURS["random isometry"], "^"),
}

RULES: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # it comes with matplotlib: the same picture everywhere
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.labelsize": TEXT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.2,
    "lines.markersize": 4.0,
    "svg.hashsalt": "fire_ref",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # letters that can be searched and copied
    "figure.dpi": 100,
}
#: Characters of a caption in an inch, at its size.
LETTERS = 21


@contextmanager
def applied() -> Iterator[None]:
    """Draw and write in this style; matplotlib's settings are put back afterwards."""
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever the user's own file says
        matplotlib.rcParams.update(RULES)
        yield


def new(width: float, height: float) -> Any:
    """
    Return an empty figure.

    Parameters
    ----------
    width, height : float
        Inches.

    Returns
    -------
    matplotlib.figure.Figure
        Of no global state.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)  # a canvas that can measure letters
    return figure


def legend(figure: Any, axes: Any, columns: int) -> None:
    """Write above a figure what the lines of one of its axes mean: there it covers none of them."""
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=columns)


def caption(figure: Any, text: str) -> None:
    """Write below a figure what it shows: it travels with the picture."""
    width = int(figure.get_figwidth() * LETTERS)
    lines = "\n".join(textwrap.wrap(text, width, break_long_words=False))
    figure.supxlabel(lines, x=0.01, ha="left", fontsize=SMALLEST, color="#444444", linespacing=1.25)
