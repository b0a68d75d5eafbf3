"""
DASH (Shin, Oh, Cho and Yun, 2024): every weight vector is shrunk, the less the more the new data want it larger.

The gradient on the data to come, averaged exponentially over its batches, is compared with the weights: of a linear
layer row by row, of a convolution for each pair of an output and an input over the positions of its kernel, of the bias
of either as a whole. What points where the loss falls is kept; what does not is shrunk by the least factor. Norms and
embeddings are left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fire_ref.errors import sentence

from ..refusing import UnusableError
from .arm import Change, Moment, State

#: The paper on FIRE's values for ResNet-18: the weight of the newest batch, and the least factor.
ALPHA, LEAST = 0.3, 0.05


def shrinking(alpha: float = ALPHA, least: float = LEAST) -> Callable[[Moment], Change]:
    """
    Shrink by direction.

    Parameters
    ----------
    alpha : float
        The share of a batch's gradient in the average after it.
    least : float
        lambda: what is shrunk most is multiplied by this.

    Returns
    -------
    callable
        From a moment with gradients to a change.
    """

    def change(moment: Moment) -> Change:
        if moment.gradients is None:
            rule, advice = "be given gradients on the data to come", "a figure whose data DASH can look at"
            raise UnusableError(sentence("figures", "dash", rule, "none", advice))
        average = averaged(moment.gradients(), alpha)
        state = dict(moment.model.state_dict())
        for names in _parameters(moment.model):
            gradient = next(average[name] for name in names if name in average)
            state |= dict.fromkeys(names, shrunk(state[names[0]], gradient, least))
        return Change(state)

    return change


def averaged(gradients: Iterable[State], alpha: float) -> State:
    """
    Average gradients exponentially, from zero on.

    Parameters
    ----------
    gradients : iterable of mapping of str to tensor
        Batch after batch, at the same weights.
    alpha : float
        The share of the newest.

    Returns
    -------
    mapping of str to tensor
        By name.

    Raises
    ------
    UnusableError
        There is no batch.
    """
    average: dict[str, Any] = {}
    for gradient in gradients:
        for name, tensor in gradient.items():
            average[name] = (1 - alpha) * average.get(name, 0.0) + alpha * tensor
    if not average:
        raise UnusableError(sentence("figures", "dash", "be given a batch at least", "none", "more images"))
    return average


def shrunk(tensor: Any, gradient: Any, least: float) -> Any:
    """
    Shrink the vectors of a parameter.

    Parameters
    ----------
    tensor, gradient : tensor, shape (out, in), (out, in, height, width) or (out,)
        The parameter, and the loss's gradient.
    least : float
        The least factor.

    Returns
    -------
    tensor
        Each vector times its cosine with the negative gradient, but at least `least`.
    """
    import torch

    vectors = tensor.flatten(2) if tensor.ndim > 2 else tensor
    cosine = torch.nn.functional.cosine_similarity(vectors, -gradient.reshape(vectors.shape), dim=-1)
    factor = cosine.clamp(least, 1.0)
    return tensor * factor.reshape(*factor.shape, *[1] * (tensor.ndim - factor.ndim))


def _parameters(model: Any) -> list[list[str]]:
    """Name the weights and biases of the linear layers and convolutions; of a tied one all names together."""
    import torch

    layers = (torch.nn.Linear, torch.nn.Conv2d)
    mine = {id(p) for layer in model.modules() if isinstance(layer, layers) for p in layer.parameters(recurse=False)}
    names: dict[int, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        if id(parameter) in mine:
            names.setdefault(id(parameter), []).append(name)
    return list(names.values())
