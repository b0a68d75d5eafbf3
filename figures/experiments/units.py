"""Hidden units of a network: what arms that prune, regrow or renew neurons act on."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple


class Unit(NamedTuple):
    """
    One layer of hidden units, each an output of one layer that nothing but another reads.

    Attributes
    ----------
    incoming : torch.nn.Linear or torch.nn.Conv2d
        Makes them: its first axis is theirs.
    norm : torch.nn.BatchNorm2d or None
        Between it and the activation.
    activation : torch.nn.Module
        Gives them, on axis 1 of its output (of a transformer's the last).
    outgoing : torch.nn.Linear or torch.nn.Conv2d
        Reads them: its axis 1 is theirs, in equal runs where a feature map was flattened.
    """

    incoming: Any
    norm: Any
    activation: Any
    outgoing: Any


def units(model: Any) -> list[Unit]:
    """
    Return the layers of hidden units of a network.

    Parameters
    ----------
    model : torch.nn.Module
        With a method ``units()``, or a `torch.nn.Sequential` of linear layers and activations in turn.

    Returns
    -------
    list of Unit
        From input to output; without the stream that residual blocks add to.
    """
    import torch

    told = getattr(model, "units", None)
    if told is not None:
        return list(told())
    layers = list(model)
    places = [place for place, layer in enumerate(layers) if isinstance(layer, torch.nn.Linear)]
    return [Unit(layers[one], None, layers[one + 1], layers[other]) for one, other in pairwise(places)]
