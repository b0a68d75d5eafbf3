"""The picture of the front: what k steps pay, and what the same DfI costs at least (extra `figures`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..demo import Demo
from ..errors import missing_extra, sentence

FORMATS = (".png", ".svg", ".pdf")
# Okabe-Ito, told apart by every kind of colour vision.
COLOURS = {"W": "#000000", "k = 5": "#D55E00", "k = 10": "#E69F00", "exact": "#009E73"}


def check_plot(path: Path) -> None:
    """
    Refuse a picture that could not be drawn, before any work is done.

    Parameters
    ----------
    path : Path
        The file asked for.

    Raises
    ------
    ValueError
        Another format than png, svg or pdf.
    MissingExtraError
        matplotlib is not installed.
    """
    if path.suffix.lower() not in FORMATS:
        rule = f"end in {', '.join(FORMATS)}"
        raise ValueError(
            sentence("fire-ref demo", "--plot", rule, repr(str(path)), f"--plot {path.stem or 'front'}.png")
        )
    try:
        import matplotlib  # noqa: F401 # only whether it is there
    except ImportError:
        error = missing_extra("fire-ref demo --plot", "matplotlib", "figures")
        raise error from None


def draw(found: Demo) -> Any:
    """
    Draw the front of the layer with its points.

    Parameters
    ----------
    found : Demo
        From `compute`.

    Returns
    -------
    matplotlib.figure.Figure
        Without any global state of pyplot.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.75, 4.0), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(found.front.sfe, found.front.dfi, color="#0072B2", linewidth=2, label="exact front (least SFE)")
    rows = {row.name: row for row in found.rows}
    for name, colour in COLOURS.items():
        row = rows[name]
        axes.plot(row.sfe, row.dfi, "o", color=colour, markersize=7, label=name, zorder=3, clip_on=False)
        on_front = rows.get(f"front at {name}")
        if on_front is not None:
            axes.plot([on_front.sfe, row.sfe], [row.dfi, row.dfi], "--", color=colour, linewidth=1)
            axes.plot(on_front.sfe, on_front.dfi, "o", color=colour, markerfacecolor="white", markersize=7, zorder=3)
            text = f"pays {row.sfe:.4g}, needs {row.least_sfe:.4g}"
            axes.annotate(text, (row.sfe, row.dfi), (8, -3), textcoords="offset points", fontsize=8)
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(0, 2 * found.front.dfi[0])
    axes.set_xlim(0, 1.35 * max(row.sfe for row in found.rows))
    axes.set_xlabel(r"SFE, $\|W - V\|_F^2$ (what is forgotten)")
    axes.set_ylabel(r"DfI, $\|V^T V - I\|_F^2$ (plasticity lost; linear below 1)")
    m, n = found.shape
    axes.set_title(f"FIRE on {found.layer} ({m} x {n}), digits network: stability against plasticity", fontsize=10)
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def save(figure: Any, path: Path, kind: str) -> None:
    """
    Write a figure so that the same data give the same bytes: no date, no random identifiers.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        From `draw`.
    path : Path
        Where to.
    kind : {"png", "svg", "pdf"}
        The format, whatever the path is called.
    """
    import matplotlib

    undated = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
    with matplotlib.rc_context({"svg.hashsalt": "fire_ref"}):
        figure.savefig(path, format=kind, dpi=160, metadata=undated)
