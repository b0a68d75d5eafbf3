"""What can be drawn: one line, the scale and the time of each figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias, cast

from .settings import Settings

#: Strings, numbers, None, lists and dicts of them: what JSON holds.
Data: TypeAlias = dict[str, Any]


class Entry(NamedTuple):
    """
    One figure.

    Attributes
    ----------
    about : str
        What it shows, in one line.
    scale : str
        On what.
    seconds : int
        About how long it takes on two cores, with the shipped weights.
    apart : bool
        Drawn only when named: `all` leaves it out.
    trains : bool
        An experiment: PyTorch trains networks, and the results are kept as lines of JSON.
    """

    about: str
    scale: str
    seconds: int
    apart: bool = False
    trains: bool = False


class Drawing(NamedTuple):
    """
    The halves of a figure: `compute` gives plain data, `draw` only draws them; `tables` writes them in Markdown.

    `gathered` gives the data of an experiment from whatever results a folder holds, and None where it holds none.
    """

    compute: Callable[[Settings], Data]
    draw: Callable[[Data], Any]
    tables: Callable[[Data], str] | None = None
    gathered: Callable[[Path], Data | None] | None = None


def _trained(about: str, on: str, seconds: int) -> Entry:
    return Entry(f"{about}; not in all", f"an experiment: {on}", seconds, apart=True, trains=True)


FIGURES: Mapping[str, Entry] = {
    "fig1": Entry("the geometry of FIRE, solved: SFE, isometries and every path", "one 2 x 2 matrix, exact", 1),
    "fig2a": _trained("warm start: a tenth of the images first, then all", "19 arms on CIFAR-10", 1800),
    "fig2b": _trained("growing data: ten chunks of images", "19 arms on CIFAR-10", 1600),
    "fig2c": _trained("growing classes: two more in each chunk", "19 arms on CIFAR-10", 1300),
    "fig3": _trained("a language model, over-trained on a small book, reads more", "9 arms, bytes", 2000),
    "fig3b": _trained("the same with moments kept, and untied", "9 arms, bytes", 2000),
    "fig5a": _trained("the warm start after 0 to 20 Newton-Schulz steps (and figure 6, left)", "figure 2a's runs", 900),
    "fig5b": Entry("the stability-plasticity plane, its front, and the curvature", "every layer, exact", 30),
    "fig6": Entry("SFE and DfI after each step, measured and predicted", "every layer, exact", 3),
    "fig7": _trained("the warm start with Muon's coefficients", "figure 2a's runs", 700),
    "figA": Entry("what k steps really do at width n, and the k that are needed", "n to 4096 and every layer", 20),
    "figB": Entry("when the theorems speak: the hypotheses of each layer at each stage", "every layer, exact", 2),
    "figC": Entry("what each known implementation gets right and wrong", "those installed, of 30", 90),
    "figD": Entry(
        "what each coefficient set does to a singular value and to DfI", "Gaussian and every layer, exact", 5
    ),
    "figE": Entry("taps against the operator of each convolution, and an exact isometry", "kernels, exact", 1),
    "figF": _trained(
        "does FIRE restore plasticity, and what in it: isotropy, scale or memory", "12 arms on MNIST", 1000
    ),
    "figG": Entry("the loss of whole networks after each method and along the front", "networks, run forwards", 8),
    "figL": _trained("the same book, its bytes permuted anew in each task", "9 arms, bytes", 1300),
    "table1": Entry(
        "what FIRE costs here, beside SciPy, torch, JAX and the official code; not in all", "times", 750, apart=True
    ),
}


#: What other commands write, with what it is.
ALSO: Mapping[str, str] = {
    "python -m figures.known_table": "the table of known implementations, known.md; --from takes figC.json",
    "python -m figures.benchmarks.summary": "the README's table of speed, from table1.json; --into puts it there",
    "python -m figures.claimed": "the tables of claims of the experiments; --into puts them into figures/README.md",
    "python -m figures.audit_page": "the picture of the audit's page (Chromium)",
    "python -m proofs.answers": "seven questions about the theorems, answered from numbers",
    "fire-ref demo --plot FILE": "the front of one shipped layer",
}


def drawing(name: str) -> Drawing:
    """
    Import one figure.

    Parameters
    ----------
    name : str
        Of `FIGURES`.

    Returns
    -------
    Drawing
    """
    module = cast(Any, import_module(f"{__package__}.{name}"))
    return Drawing(module.compute, module.draw, getattr(module, "tables", None), getattr(module, "gathered", None))
