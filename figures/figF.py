"""
Figure F: does FIRE restore plasticity, and what in it does: isotropy, scale, or memory?

An experiment: networks are trained on one task after another, random labels of MNIST images or true labels under a new
order of pixels, and reinitialised between them by one arm each. `figures.experiments` makes and keeps the runs; what is
drawn is what they gave, of as many as there are.
"""

from __future__ import annotations

from typing import Any

from . import style, trained
from .catalogue import Data
from .frame import Frame

NAME = "figF"
TITLES = {"random-labels": "random labels", "permuted-inputs": "permuted inputs"}
LACKING = (
    "a grid for shrink and perturb (two values; the better one is compared) and for L2 init (one)",
    "a checkpoint that all share before each change (only before the first: then each arm goes its own way)",
)


def _about(data: Data) -> str:
    sizes = data["sizes"]
    return (
        f"MNIST, {sizes['images']} images; {sizes['tasks']} tasks of {sizes['epochs']} epochs, batch {sizes['batch']}, "
        f"MLP of width {sizes['width']}, Adam {sizes['rate']:g} made anew for each task. Left: online training "
        f"accuracy of each task. Middle: {data['metric']}: paired seeds (bars), mean and 95 % bootstrap interval. "
        f"Right: accuracy on the task before: at its end (hollow), right after the change (filled), 100 updates of the "
        f"next one later (small)"
    )


def _learning(axes: Any, arms: Data) -> None:
    for name, one in arms.items():
        colour, marker = style.ARMS[name]
        axes.plot(one["updates"], one["online"], color=colour, marker=marker, markersize=2.5, linewidth=0.9)
    axes.set(ylabel="online accuracy of the task", xlim=(0, None))


FRAME = Frame(
    NAME,
    TITLES,
    _about,
    _learning,
    ("updates", "online accuracy, last fifth", "accuracy on the old task"),
    LACKING,
    (7, 3),
)


compute, draw, tables, gathered = trained.figure(FRAME)
