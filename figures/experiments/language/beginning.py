"""Phase A where it is trained the longest, and the network as it was when it knew held-out text best."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isnan
from typing import Any

from .moments import gathered
from .parts import Part
from .schedule import adamw
from .sizes import TextSizes
from .training import Row, Trained, trained


def best(
    model: Any, texts: Part, sizes: TextSizes, *, seed: int, device: str = "cpu"
) -> tuple[Trained, dict[str, Any]]:
    """
    Train through all of phase A.

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
    device : str
        Where it is.

    Returns
    -------
    course : Trained
        All of it.
    state : dict
        At the look with the least loss on held-out text, with the optimiser's moments; that before any update is none.
    """
    sizes = replace(sizes, before=0)
    optimizer = adamw(model, sizes)
    least, state = inf, dict[str, Any]()

    def looked(row: Row) -> None:
        nonlocal least, state
        held = inf if row[2] is None or isnan(row[2]) else row[2]
        if row[0] and (held < least or not state):  # one that diverged at once has a state, too
            network = {name: tensor.clone() for name, tensor in model.state_dict().items()}
            least, state = held, network | gathered(model, optimizer)

    course = trained(model, texts, sizes, seed=seed, phase=0, device=device, optimizer=optimizer, looked=looked)
    return course, state
