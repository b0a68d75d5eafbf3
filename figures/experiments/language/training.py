"""Train through one phase: AdamW along the schedule, clipped gradients, looks at held-out text on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from ..arms.arm import Companion
from ..course import Watching
from .batches import drawn
from .looking import judged, precision, tensors
from .parts import Part
from .schedule import adamw, factor, follow
from .sizes import TextSizes

#: Updates made, mean training loss since the look before, loss on held-out new text, and on held-out old text.
Row: TypeAlias = list[float | None]


class Trained(NamedTuple):
    """
    How a phase went.

    Attributes
    ----------
    curve : list of list
        Of `Row`, one for each look; numbers that are not finite are there as they are.
    losses : list of float
        Of each update's windows, before it.
    optimizer : torch.optim.Optimizer
        What it was trained with.
    """

    curve: list[Row]
    losses: list[float]
    optimizer: Any


def trained(
    model: Any,
    texts: Part,
    sizes: TextSizes,
    *,
    seed: int,
    phase: int,
    device: str = "cpu",
    optimizer: Any = None,
    penalty: Callable[[Any], Any] | None = None,
    companion: Companion | None = None,
    watch: Watching | None = None,
    looked: Callable[[Row], None] | None = None,
    first: int = 0,
    last: int | None = None,
) -> Trained:
    """
    Train a network through one phase, or a part of it.

    Parameters
    ----------
    model : torch.nn.Module
        The network, which is changed.
    texts : Part
        What it reads.
    sizes : TextSizes
        How it is trained.
    seed, phase : int
        Decide which windows it reads.
    device : str
        Where it is.
    optimizer : torch.optim.Optimizer, optional
        One that is kept, or another kind; default: AdamW, new.
    penalty : callable, optional
        From the model to what is added to the loss.
    companion : Companion, optional
        Goes along; whoever made it closes it.
    watch : Watching, optional
        Is told after every update.
    looked : callable, optional
        Is given every row when it is there.
    first, last : int, optional
        Updates of the phase to begin with and to end before; default: all.

    Returns
    -------
    Trained
    """
    optimizer = adamw(model, sizes) if optimizer is None else optimizer
    last = sizes.updates_in(phase) if last is None else last
    looks = _looks(sizes.updates_in(phase), sizes.evaluations)
    curve: list[Row] = []
    losses: list[Any] = []
    since = 0

    def look(updates: int) -> None:
        nonlocal since
        train = float(sum(losses[since:])) / (len(losses) - since) if losses[since:] else None
        since = len(losses)
        old = None if texts.old is None else judged(model, texts.old.held, sizes, device)[0]
        curve.append([updates, train, judged(model, texts.new.held, sizes, device)[0], old])
        if looked is not None:
            looked(curve[-1])

    if first == 0:
        look(0)
    for update in range(first, last):
        follow(optimizer, factor(sizes, phase, update))
        losses.append(_updated(model, optimizer, drawn(texts, sizes, seed, phase, update), sizes, device, penalty))
        if companion is not None:
            companion.updated()
        if watch is not None:
            watch.updated(update + 1)
        if update + 1 in looks or update + 1 == last:
            look(update + 1)
    return Trained(curve, [float(loss) for loss in losses], optimizer)


def _updated(model: Any, optimizer: Any, batch: Any, sizes: TextSizes, device: str, penalty: Any) -> Any:
    """Make one update, of as many windows at a time as fit; return the loss before it, without what is added."""
    import torch

    optimizer.zero_grad(set_to_none=True)
    total = 0.0
    inputs, targets = tensors(batch, device)
    for some, wanted in zip(inputs.split(sizes.micro), targets.split(sizes.micro), strict=True):
        with precision(sizes, device):
            told = model(some)
            loss = torch.nn.functional.cross_entropy(told, wanted.flatten()) * (len(some) / len(inputs))
        loss.backward()
        total = total + loss.detach()
    if penalty is not None:
        penalty(model).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), sizes.clip)
    optimizer.step()
    return total


def _looks(updates: int, evaluations: int) -> frozenset[int]:
    return frozenset(round(updates * (look + 1) / evaluations) for look in range(evaluations))
