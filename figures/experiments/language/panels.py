"""Which experiments with text there are, as data: panels, their sizes at each scale, and the arms of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from .sizes import BEST, TextSizes

#: Shrink and perturb is there at every value of the paper's grid: its best is what counts.
ARMS = ("base", "full-reset", "sp-0.2", "sp-0.5", "sp-0.8", "fire-5", "fire-5-rescaled", "fire-exact", "iso")
#: What FIRE takes in this network: linear layers, c_attn by queries, keys and values, the head and what is tied to it.
RECIPE = "gpt"


class TextPanel(NamedTuple):
    """
    One picture.

    Attributes
    ----------
    about : str
        What is compared in it.
    sizes : mapping of str to TextSizes
        At each scale.
    arms : tuple of str
        In the order of the pictures.
    """

    about: str
    sizes: Mapping[str, TextSizes]
    arms: tuple[str, ...] = ARMS


_MINUTE = {"layers": 1, "width": 16, "heads": 2, "context": 8, "batch": 4, "micro": 2, "evaluations": 2, "held": 4}
_PAPER = TextSizes(
    kind="warm",
    layers=12,
    width=768,
    heads=12,
    context=1024,
    vocabulary=50304,
    tokens="bpe",
    phases=2,
    first=0,
    # WikiText-103 four hundred times, and what comes after it twice.
    longest=96000,
    after=36800,
    # The whole of both texts is one of 9.1 GB, of which this is the old one.
    replayed=0.1 / 9.1,
    batch=480,
    micro=12,
    rate=6e-4,
    falling=True,
    warmest=2000,
    evaluations=48,
    held=2400,
    half=True,
)
PERMUTED: Mapping[str, TextSizes] = {
    "tiny": TextSizes(**{**_MINUTE, "phases": 3, "first": 400, "after": 6}),  # type: ignore[arg-type]
    "small": TextSizes(layers=2, width=64, after=2560),
    "full-small": TextSizes(layers=2, width=64, phases=12, after=2560),
}
WARM: Mapping[str, TextSizes] = {
    "tiny": TextSizes(**{**_MINUTE, "kind": "warm", "phases": 2, "first": 400, "longest": 8, "after": 6}),  # type: ignore[arg-type]
    "small": TextSizes(kind="warm", phases=2, longest=160 * 64, after=720, replayed=0.1 / 9.1, evaluations=8, held=48),
    "full-small": TextSizes(
        kind="warm", phases=2, first=65536, longest=160 * 128, after=2000, replayed=0.1 / 9.1, evaluations=10
    ),
    "paper": _PAPER,
}
#: Where phase A ends: after 5, 40 and 160 times through the book; the paper's three are its best, 30k and 60k updates.
ENDS: Mapping[str, Mapping[str, int]] = {
    "warm-best": {"tiny": 2, "small": 5 * 64, "full-small": 5 * 128, "paper": BEST},
    "warm-over": {"tiny": 4, "small": 40 * 64, "full-small": 40 * 128, "paper": 30000},
    "warm-far": {"tiny": 8, "small": 160 * 64, "full-small": 160 * 128, "paper": 60000},
}


def _warm(end: str, **other: object) -> dict[str, TextSizes]:
    return {
        scale: replace(sizes, before=ENDS[end][scale], **other)  # type: ignore[arg-type]
        for scale, sizes in WARM.items()
    }


PANELS: Mapping[str, TextPanel] = {
    "permuted-vocabulary": TextPanel("the same book, its bytes permuted anew in every task", PERMUTED),
    "warm-best": TextPanel("a small book read until it is known best, then a large one", _warm("warm-best")),
    "warm-over": TextPanel("a small book read too often, then a large one", _warm("warm-over")),
    "warm-far": TextPanel("a small book read far too often, then a large one", _warm("warm-far")),
    "warm-far-kept": TextPanel("the same, the optimiser's moments kept", _warm("warm-far", optimizer="kept")),
    "warm-far-untied": TextPanel(
        "the same, the embedding of tokens not tied to the head", _warm("warm-far", tied=False)
    ),
}
#: Which panels a figure has.
FIGURES: Mapping[str, tuple[str, ...]] = {
    "figL": ("permuted-vocabulary",),
    "fig3": ("warm-best", "warm-over", "warm-far"),
    "fig3-controls": ("warm-far-kept", "warm-far-untied"),
}
