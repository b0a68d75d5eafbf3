"""The weights of a network, projected: what is known of each before, the projection, what is left and was paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .. import gains
from ..arrays import Array, home, on_host, to_host
from ..checkpoints import Stored
from ..errors import sentence
from ..measures import dfi, sfe
from ..operands import operand
from .batching import Member, in_batches
from .blocks import Block, blocks, put_together
from .record import Row
from .rows import Request, measure
from .selection import Choice
from .way import Overrides, Way, way_of

#: Steps that every row foretells.
STEPS = (5, 10)


class Job(NamedTuple):
    """One tensor that is projected: what was decided, how it is done, and its blocks."""

    tensor: Stored
    choice: Choice
    way: Way
    cut: tuple[Block, ...]


class Outcome(NamedTuple):
    """
    One block: what it is called, its row if one was made, DfI before and after, and the SFE that was paid.

    DfI is relative to the gain that the new weight carries.
    """

    name: str
    row: Row | None
    before: float
    after: float
    sfe: float


def job(function: str, tensor: Stored, choice: Choice, asked: Overrides) -> Job:
    """
    Prepare one tensor.

    Parameters
    ----------
    function : str
        Who asks.
    tensor : Stored
        The tensor.
    choice : Choice
        A recipe's, with the action "project".
    asked : Overrides
        What the caller asks for in place of the rule.

    Returns
    -------
    Job

    Raises
    ------
    ValueError
        Its sizes are not those of its rule.
    """
    assert choice.layout is not None, "only weights are projected"
    assert choice.rule is not None, "a recipe's choice has its rule"
    where = f"state[{tensor.name!r}]"
    cut = blocks(function, where, tensor.shape, choice.layout, choice.rule)
    return Job(tensor, choice, way_of(choice.rule, asked), cut)


def project_all(function: str, jobs: Mapping[str, Job], rows: bool) -> tuple[dict[str, Array], list[Outcome]]:
    """
    Project tensors: on the host one by one, so that memory follows the largest; elsewhere those of one kind together.

    Parameters
    ----------
    function : str
        Who asks.
    jobs : mapping of str to Job
        By the names of their tensors.
    rows : bool
        Whether to make a row for each block, which takes the singular values: often longer than projecting.

    Returns
    -------
    new : dict of str to array
    outcomes : list of Outcome
        One for each block, in the order of `jobs`.

    Raises
    ------
    ValueError
        A weight that is not finite, or zero where its way divides by its norm.
    """
    new: dict[str, Array] = {}
    outcomes: dict[str, list[Outcome]] = {}
    elsewhere: dict[str, list[_Piece]] = {}
    for name, one in jobs.items():
        pieces = list(_pieces(function, one, rows))
        if on_host(pieces[0].member.w.array):
            done = [_batch(function, one.way, [piece.member])[0] for piece in pieces]
            new[name], outcomes[name] = _finished(one, pieces, done)
        else:
            elsewhere[name] = pieces
    for name, done in _in_batches(function, jobs, elsewhere).items():
        new[name], outcomes[name] = _finished(jobs[name], elsewhere[name], done)
    return new, [outcome for name in jobs for outcome in outcomes[name]]


class _Piece(NamedTuple):
    name: str
    row: Row | None
    member: Member


def _pieces(function: str, one: Job, rows: bool) -> Iterator[_Piece]:
    array = one.tensor.read()
    xp = home(array)[0]
    request = Request(function, tuple(sorted({*STEPS, one.way.steps})) if not one.way.exact else STEPS)
    for block in one.cut:
        name = block_name(one.tensor.name, block)
        part = block.take(xp, array)
        where, row = f"state[{name!r}]", None
        if rows:
            described = replace(one.tensor, name=name, shape=block.shape)
            row = measure(request, described, part, one.choice._replace(layout=block.layout)).row
            _require_usable(function, where, row, one.way)
        yield _Piece(name, row, Member(where, operand(function, where, part, host=True, warn=False), block.layout))


def block_name(name: str, block: Block) -> str:
    """Return what a block of a tensor is called: the tensor's name, and which of its rows or columns."""
    return f"{name}[{block.label}]" if block.label else name


def _require_usable(function: str, where: str, row: Row, way: Way) -> None:
    if row.action == "refuse":
        got = row.note.removeprefix("holds ")
        raise ValueError(sentence(function, where, "be finite", got, "looking at where it came from"))
    if way.divides and row.zero_matrices:
        got = "a zero matrix" if row.matrices == 1 else f"{row.zero_matrices} zero matrices of {row.matrices}"
        raise ValueError(sentence(function, where, "be nonzero", got, "method='svd', or leaving it out"))


def _in_batches(
    function: str, jobs: Mapping[str, Job], elsewhere: Mapping[str, list[_Piece]]
) -> dict[str, list[Array]]:
    """Project what is on devices; weights that are projected in different ways meet in no batch."""
    ways: dict[Way, list[str]] = {}
    for name in elsewhere:
        ways.setdefault(jobs[name].way, []).append(name)
    found: dict[str, list[Array]] = {}
    for way, names in ways.items():
        members = [piece.member for name in names for piece in elsewhere[name]]
        done = iter(_batch(function, way, members))
        found |= {name: [next(done) for _ in elsewhere[name]] for name in names}
    return found


def _batch(function: str, way: Way, members: list[Member]) -> list[Array]:
    return in_batches(function, members, way.plan(function), gains.parse(function, way.gain))


def _finished(one: Job, pieces: list[_Piece], done: list[Array]) -> tuple[Array, list[Outcome]]:
    outcomes = [_outcome(piece, new, one.way.gain) for piece, new in zip(pieces, done, strict=True)]
    xp = pieces[0].member.w.xp
    return put_together(xp, one.cut, done, one.tensor.shape), outcomes


def _outcome(piece: _Piece, new: Array, gain: str | float) -> Outcome:
    _, w, layout = piece.member
    before, after = (layout.to_stack(w.xp, array) for array in (w.array, new))
    paid = float(to_host(sfe(before, after)).sum())
    if gain in gains.KEPT:
        return Outcome(piece.name, piece.row, _at_its_own(before, after), _at_its_own(after, after), paid)
    carried = layout.fan_gain(w.shape) if isinstance(gain, str) else gain
    there, left = (float(to_host(dfi(stack, gain=carried)).sum()) for stack in (before, after))
    return Outcome(piece.name, piece.row, there, left, paid)


def _at_its_own(stack: Array, after: Array) -> float:
    """Return the DfI of matrices each of which has a gain of its own: the root mean square of its new self."""
    matrices, new = (to_host(one).astype(np.float64) for one in (stack, after))
    sizes = np.linalg.norm(new, axis=(-2, -1), keepdims=True) / min(new.shape[-2:]) ** 0.5
    return float(np.sum(dfi(matrices / np.where(sizes > 0, sizes, 1.0))))
