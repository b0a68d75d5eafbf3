"""
The matrices of a network that FIRE takes, each by itself: what its arms and controls act on, and what is measured.

A recipe of `fire_ref.RECIPES` says which weights; every tap of a convolution is a matrix, every block of a fused weight
another. The gain is that of the official code, as the library has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import fire_ref
from fire_ref.arrays import contiguous, home
from fire_ref.models.blocks import Block, blocks, put_together
from fire_ref.models.deciding import decide
from fire_ref.models.selection import Choice, layouts
from fire_ref.models.state import tensors

from .arm import Change, Moment, State

_ASKING = "figures"


class Stack(NamedTuple):
    """
    Matrices of one shape and one gain.

    Attributes
    ----------
    matrices : tensor, shape (count, out, in)
        A view of the weight where there can be one.
    gain : float
        What FIRE multiplies an isometry of this shape with.
    """

    matrices: Any
    gain: float


class Weight(NamedTuple):
    """
    One tensor that FIRE takes.

    Attributes
    ----------
    names : tuple of str
        In the network; of a tied tensor all of them.
    cut : tuple of Block
        Parts that are projected by themselves; one, where it is not fused.
    """

    names: tuple[str, ...]
    cut: tuple[Block, ...]

    def stacks(self, tensor: Any) -> list[Stack]:
        """
        Return the matrices of the tensor.

        Parameters
        ----------
        tensor : tensor
            Its values.

        Returns
        -------
        list of Stack
            One for each part.
        """
        xp = home(tensor)[0]
        found = []
        for block in self.cut:
            stack = block.layout.to_stack(xp, block.take(xp, tensor))
            found.append(Stack(xp.reshape(stack, (-1, *stack.shape[-2:])), block.layout.fan_gain(block.shape)))
        return found

    def mapped(self, tensor: Any, new: Callable[[Any, float], Any]) -> Any:
        """
        Return a tensor of other matrices.

        Parameters
        ----------
        tensor : tensor
            Its values, which are left.
        new : callable
            From matrices and their gain to what takes their place.

        Returns
        -------
        tensor
            Of the same shape.
        """
        xp = home(tensor)[0]
        parts = []
        for block, stack in zip(self.cut, self.stacks(tensor), strict=True):
            shape = [block.shape[axis] for axis in block.layout.order]
            parts.append(block.layout.from_stack(xp, xp.reshape(new(*stack), shape)))
        return contiguous(put_together(xp, self.cut, parts, tuple(tensor.shape)))


def taken(model: Any, recipe: str) -> list[Weight]:
    """
    List the weights that a recipe takes.

    Parameters
    ----------
    model : torch.nn.Module
        The network: the kinds of its layers count, not only their names.
    recipe : str
        Of `fire_ref.RECIPES`, without weights that are reset or copied.

    Returns
    -------
    list of Weight
        In the order of the network; a tied tensor once.
    """
    found = tensors(_ASKING, "model", model, files=False)
    decisions = decide(_ASKING, found, layouts(_ASKING, None), fire_ref.RECIPES[recipe])
    shapes = {tensor.name: tensor.shape for tensor in found}
    names: dict[str, list[str]] = {}
    for name, first in decisions.first.items():
        if decisions.choices[name].action == "project":
            names.setdefault(first, []).append(name)
    return [Weight(tuple(all_), _cut(first, shapes[first], decisions.choices[first])) for first, all_ in names.items()]


def _cut(name: str, shape: tuple[int, ...], choice: Choice) -> tuple[Block, ...]:
    assert choice.layout is not None, "only weights are projected"
    assert choice.rule is None or choice.rule.gain == "fan", "the gain of recipes for PyTorch"
    return blocks(_ASKING, name, shape, choice.layout, choice.rule)


def replaced(moment: Moment, new: Callable[[Any, float], Any]) -> Change:
    """
    Replace every matrix that FIRE would replace, and leave all else.

    Parameters
    ----------
    moment : Moment
        The network.
    new : callable
        From matrices, shape (count, out, in), and FIRE's gain of them to what takes their place.

    Returns
    -------
    Change
    """
    state = dict(moment.model.state_dict())
    for weight in taken(moment.model, moment.recipe):
        tensor = weight.mapped(state[weight.names[0]], new)
        state |= dict.fromkeys(weight.names, tensor)
    return Change(state)


def stacks(state: State, weights: Sequence[Weight]) -> list[Stack]:
    """
    Return all matrices of a state that FIRE takes.

    Parameters
    ----------
    state : mapping of str to tensor
        Of the network.
    weights : sequence of Weight
        From `taken`.

    Returns
    -------
    list of Stack
    """
    return [stack for weight in weights for stack in weight.stacks(state[weight.names[0]])]
