"""An optimiser's moments as named tensors: a checkpoint holds them, and a new optimiser may go on with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fire_ref.arrays import to_host

#: How their names begin: no parameter's name does.
PREFIX = "optimizer/"


def gathered(model: Any, optimizer: Any) -> dict[str, Any]:
    """
    Return copies of an optimiser's moments.

    Parameters
    ----------
    model : torch.nn.Module
        Whose parameters it updates.
    optimizer : torch.optim.Optimizer
        The optimiser.

    Returns
    -------
    dict of str to tensor
        ``optimizer/kind/parameter`` -> its value.
    """
    import torch

    return {
        f"{PREFIX}{kind}/{name}": torch.as_tensor(value).detach().clone()
        for name, parameter in model.named_parameters()
        for kind, value in optimizer.state.get(parameter, {}).items()
        if value is not None
    }


def given(model: Any, optimizer: Any, tensors: Mapping[str, Any]) -> None:
    """
    Give an optimiser the moments of another.

    Parameters
    ----------
    model : torch.nn.Module
        Whose parameters it updates.
    optimizer : torch.optim.Optimizer
        Of the same kind, with any rates.
    tensors : mapping of str to tensor or ndarray
        Of `gathered`; other names are passed over.
    """
    import torch

    parameters = dict(model.named_parameters())
    for kind, name, value in _parts(tensors):
        parameter = parameters[name]
        # A file may have made a row of a single number. The count of steps stays on the host, where AdamW keeps it.
        shape = parameter.shape if value.size == parameter.shape.numel() else ()
        tensor = torch.from_numpy(value.copy()).reshape(shape)
        optimizer.state[parameter][kind] = tensor.to(parameter.device) if shape == parameter.shape else tensor


def without(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a checkpoint is the network's."""
    return {name: tensor for name, tensor in tensors.items() if not name.startswith(PREFIX)}


def _parts(tensors: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for key, value in tensors.items():
        if key.startswith(PREFIX):
            kind, name = key.removeprefix(PREFIX).split("/", 1)
            yield kind, name, to_host(value)
