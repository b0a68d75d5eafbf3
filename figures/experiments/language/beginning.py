"""Phase A, which all arms share: one run, and a checkpoint wherever some panel begins."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from math import inf
from typing import Any

from .moments import gathered
from .parts import Part
from .sizes import BEST, TextSizes
from .training import Trained, trained


def begun(
    model: Any,
    texts: Part,
    sizes: TextSizes,
    *,
    seed: int,
    ends: Collection[int],
    keep: Callable[[int, dict[str, Any]], None],
    device: str = "cpu",
) -> Trained:
    """
    Train through phase A as far as its checkpoints lie.

    Parameters
    ----------
    model : torch.nn.Module
        A new network, which is changed.
    texts : Part
        Of phase 0.
    sizes : TextSizes
        How it is trained; its `before` plays no part.
    seed : int
        Of the run.
    ends : collection of int
        Updates after which a checkpoint is kept; `BEST` for the look with the least loss on held-out text.
    keep : callable
        Is given each of `ends` and the state then, with the optimiser's moments; that of `BEST` last.
    device : str
        Where it is.

    Returns
    -------
    Trained
        All of it.
    """
    sizes = replace(sizes, before=0)
    whole = Trained([], [], None)
    least, best = inf, dict[str, Any]()
    places = sorted(end for end in ends if end != BEST)
    looks = _looks(sizes) if BEST in ends else []
    for start, stop in zip([0, *(marks := sorted({*places, *looks}))], marks, strict=False):
        course = trained(
            model, texts, sizes, seed=seed, phase=0, device=device, optimizer=whole.optimizer, first=start, last=stop
        )
        whole = Trained(whole.curve + course.curve, whole.losses + course.losses, course.optimizer)
        held = whole.curve[-1][2]
        if stop in places:
            keep(stop, _state(model, whole.optimizer))
        if BEST in ends and held is not None and held < least:
            least, best = held, _state(model, whole.optimizer)
    if BEST in ends:
        keep(BEST, best)
    return whole


def _looks(sizes: TextSizes) -> list[int]:
    return [round(sizes.longest * (look + 1) / sizes.evaluations) for look in range(sizes.evaluations)]


def _state(model: Any, optimizer: Any) -> dict[str, Any]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()} | gathered(model, optimizer)
