"""A hidden unit is made new: drawn as PyTorch draws a layer, silent at first, and without a past in the optimiser."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..units import Unit


def renew(layers: Sequence[Unit], which: Sequence[Any], optimizer: Any, rng: np.random.Generator) -> None:
    """
    Make some units of every layer new.

    Parameters
    ----------
    layers : sequence of Unit
        Of `units.units`.
    which : sequence of tensor of int64, each of shape (count,)
        For each layer its units, by number.
    optimizer : torch.optim.Optimizer
        What it keeps of the weights that are new becomes zero. Adam's count of updates is that of a whole tensor, and
        stays.
    rng : numpy.random.Generator
        For what is drawn.
    """
    # From the last to the first: a weight between two new units is an outgoing one, zero, in the end.
    for layer, who in reversed(list(zip(layers, which, strict=True))):
        if len(who):
            renewed(layer, who, optimizer, rng)


def renewed(layer: Unit, which: Any, optimizer: Any, rng: np.random.Generator) -> None:
    """
    Make some units of one layer new.

    Parameters
    ----------
    layer : Unit
        Incoming weights and biases are drawn, uniform up to the root of 1 over the inputs; outgoing weights become
        zero; in BatchNorm scale and variance become 1, shift and mean 0.
    which : tensor of int64, shape (count,)
        The units, by number.
    optimizer, rng
        As in `renew`.
    """
    import torch

    with torch.no_grad():
        for parameter in filter(lambda one: one is not None, (layer.incoming.weight, layer.incoming.bias)):
            bound = layer.incoming.weight[0].numel() ** -0.5
            drawn = rng.uniform(-bound, bound, (len(which), *parameter.shape[1:]))
            parameter[which] = parameter.new_tensor(drawn)
            _forget(optimizer, parameter, which)
        if layer.norm is not None:
            for parameter, value in ((layer.norm.weight, 1.0), (layer.norm.bias, 0.0)):
                parameter[which] = value
                _forget(optimizer, parameter, which)
            layer.norm.running_mean[which] = 0.0
            layer.norm.running_var[which] = 1.0
        columns = read(layer, which)
        layer.outgoing.weight[:, columns] = 0.0
        _forget(optimizer, layer.outgoing.weight, (slice(None), columns))


def read(layer: Unit, which: Any) -> Any:
    """
    Return where the next layer reads units.

    Parameters
    ----------
    layer : Unit
        The layer.
    which : tensor of int64, shape (count,)
        Its units.

    Returns
    -------
    tensor of int64
        Places on axis 1 of the outgoing weight: a run for each unit where a feature map was flattened.
    """
    import torch

    run = layer.outgoing.weight.shape[1] // layer.incoming.weight.shape[0]
    return (which[:, None] * run + torch.arange(run, device=which.device)).flatten()


def _forget(optimizer: Any, parameter: Any, place: Any) -> None:
    for kept in optimizer.state.get(parameter, {}).values():
        if getattr(kept, "shape", None) == parameter.shape:
            kept[place] = 0.0
