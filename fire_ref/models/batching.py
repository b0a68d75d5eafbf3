"""
Weights in few calls: matrices of one shape, dtype and device are projected together.

On a GPU a small matrix costs what starting the work costs, and a network has hundreds of them. A kernel's taps are
matrices like any other, so that kernels and linear weights of one shape meet in one batch.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from math import prod
from typing import NamedTuple

from .. import gains, polar, schulz, values
from ..arrays import Array, contiguous
from ..layout import Layout
from ..operands import Operand, handed_back
from ..reinit import projected

#: Bytes of the weights in one batch. What is computed from them takes several times as much (the SVD of half and
#: single precision is in float64). A weight that is larger is a batch of its own.
LIMIT = 1 << 28
_BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}


class Member(NamedTuple):
    """One weight of a batch: how messages call it, its array, its layout."""

    where: str
    w: Operand
    layout: Layout

    @property
    def matrix(self) -> tuple[int, ...]:
        """The shape of its matrices."""
        return tuple(self.w.shape[axis] for axis in self.layout.order[-2:])

    @property
    def kind(self) -> Hashable:
        """What members of one batch share."""
        return self.matrix, self.w.name, self.w.place

    @property
    def size(self) -> int:
        """Bytes of its values."""
        return prod(self.w.shape) * _BYTES[self.w.name]

    def stack(self) -> Array:
        """Return its matrices in one row, shape (matrices, m, n)."""
        xp = self.w.xp
        return xp.reshape(self.layout.to_stack(xp, self.w.array), (-1, *self.matrix))


def in_batches(function: str, members: Sequence[Member], plan: schulz.Plan | str, gain: str | float) -> list[Array]:
    """
    Reinitialise weights, those of one kind in one call; see `reinit.projected`.

    Parameters
    ----------
    function : str
        Who asks.
    members : sequence of Member
        The weights.
    plan : Plan or str
        The Newton-Schulz run, or the method of the exact factor.
    gain : str or float
        From `gains.parse`; each weight has its own.

    Returns
    -------
    list of array
        In the order of `members`; each in memory of its own.

    Raises
    ------
    ValueError
        A weight with NaN or inf, or with a zero matrix where the plan divides by its norm; named by its `where`.
    """
    found: dict[int, Array] = {}
    for places in batches(members):
        batch = [members[place] for place in places]
        found |= zip(places, _checked(function, batch, plan, gain), strict=True)
    return [found[place] for place in range(len(members))]


def batches(members: Sequence[Member]) -> Iterator[list[int]]:
    """
    Put weights of one kind together, up to `LIMIT` bytes.

    Parameters
    ----------
    members : sequence of Member
        The weights.

    Yields
    ------
    list of int
        Places of the members of one batch, ascending.
    """
    of_kind: dict[Hashable, list[int]] = {}
    for place, member in enumerate(members):
        of_kind.setdefault(member.kind, []).append(place)
    for places in of_kind.values():
        batch: list[int] = []
        held = 0
        for place in places:
            size = members[place].size
            if batch and held + size > LIMIT:
                yield batch
                batch, held = [], 0
            batch, held = [*batch, place], held + size
        yield batch


def _checked(function: str, batch: Sequence[Member], plan: schulz.Plan | str, gain: str | float) -> Sequence[Array]:
    """
    Project a batch, whose flag is read once; only where it is bad is the weight looked for.

    Raises
    ------
    ValueError
        Naming that weight.
    """
    try:
        if len(batch) == 1:
            return [projected(function, batch[0].w, batch[0].layout, plan, gain, True)]
        return _at_once(function, batch, plan, gain)
    except ValueError:
        divides = not isinstance(plan, str) and plan.normalization != "none" and plan.eps == 0
        for member in batch:
            stack = member.layout.to_stack(member.w.xp, member.w.array)
            checked = [(member.where, member.w, values.peaks(member.w, stack))]
            values.require(function, checked, nonzero="method='svd', or leaving it out" if divides else None)
        raise


def _at_once(function: str, batch: Sequence[Member], plan: schulz.Plan | str, gain: str | float) -> list[Array]:
    first = batch[0].w
    stacks = [member.stack() for member in batch]
    ends = accumulate((stack.shape[0] for stack in stacks), initial=0)
    joined = first.xp.concat(stacks, axis=0)
    del stacks  # kernels were copied to have their taps in a row
    w = replace(first, array=joined)
    if isinstance(plan, str):
        X = polar.factor(function, w, joined, True, plan)
    else:
        X = schulz.run(function, w, joined, plan, True)
    del w, joined
    return [_finished(member, X[i:j, :, :], gain) for member, (i, j) in zip(batch, pairwise(ends), strict=True)]


def _finished(member: Member, matrices: Array, gain: str | float) -> Array:
    """Give a weight its matrices back, out of a batch."""
    w, layout, xp = member.w, member.layout, member.w.xp
    stack = layout.to_stack(xp, w.array)
    # A copy: a view would keep the whole batch alive, and share one memory with its other weights.
    X = xp.reshape(xp.asarray(matrices, copy=True), tuple(stack.shape))
    X = gains.apply(gain, w, layout, stack, X)
    return contiguous(handed_back(w, layout.from_stack(xp, X), copy=False))
