"""The weights that a recipe projects: each block judged, each wrong one diagnosed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...models.blocks import blocks
from ...models.projecting import block_name
from ...models.selection import Choice
from ..dialect import Dialect
from ..precision import Host
from ..record import Result
from .comparing import numbers, same, stored_in
from .declaring import Declared, declared
from .diagnosing import Suspect, diagnose
from .gathering import Gathered, gather
from .grading import Grade, grade
from .mistake import Mistake
from .networks import Networks
from .piece import Piece, piece


def judge_weight(networks: Networks, name: str, override: Dialect | None, gathered: Gathered, *, tied: bool) -> None:
    """
    Judge one tensor that should have been projected.

    Parameters
    ----------
    networks : Networks
        Before and after.
    name : str
        In both, of one shape, real numbers in both.
    override : Dialect or None
        What was declared in the place of the recipe's rules.
    gathered : Gathered
        What is found is added to it.
    tied : bool
        Whether the tensor has several names.
    """
    old, new, choice = networks.before[name], networks.after[name], networks.choice(name)
    assert choice.rule is not None, "a recipe's choice has its rule"
    wanted = declared(choice.rule, override)
    W, Y = numbers(old), numbers(new)
    text = f"{' x '.join(map(str, old.shape))} {old.dtype}: {wanted.text}"
    if not np.isfinite(W).all():
        gathered.results.append(Result(name, "value.faithful", "fail", text="NaN or inf before"))
        gathered.mistakes.append(Mistake("NONFINITE_ACCEPTED", name, "BEFORE holds NaN or inf, which FIRE refuses"))
        return
    wrong = []
    for one in pieces(networks, name, choice, W, Y, wanted, stored_in(old, new)):
        gathered.cases[one.name] = text
        found = grade(one)
        gather(gathered, one, found)
        if found.status in ("fail", "coarse"):
            wrong.append((one, found))
    if wrong:
        mistakes = _mistakes(networks, name, choice, W, Y, wanted, wrong, same(old, new), tied)
        coarse = all(found.status == "coarse" for _, found in wrong)
        unexplained = coarse and [one.code for one in mistakes] in (["UNEXPLAINED"], ["DTYPE_DOWNCAST"])
        if unexplained:
            text = f"further off than one rounding: computed in {wrong[0][0].dtype}, not only stored in it"
            mistakes = [Mistake("DTYPE_DOWNCAST", name, text, "limit", 0.7)]
        gathered.mistakes += mistakes
        _settle(gathered, [one.name for one, found in wrong if found.status == "coarse"], good=unexplained)


def pieces(
    networks: Networks, name: str, choice: Choice, W: Host, Y: Host, wanted: Declared, dtype: str
) -> Iterator[Piece]:
    """
    Cut a tensor as its rule says.

    Parameters
    ----------
    networks : Networks
        Who asks.
    name : str
        Of the tensor.
    choice : Choice
        The recipe's.
    W, Y : ndarray
        Before and after.
    wanted : Declared
        What should have become of each block.
    dtype : str
        Stored.

    Yields
    ------
    Piece
    """
    assert choice.layout is not None, "only weights are projected"
    for block in blocks(networks.function, f"before[{name!r}]", W.shape, choice.layout, choice.rule):
        yield piece(name, block_name(name, block), block, W, Y, wanted, dtype)


def _mistakes(
    networks: Networks,
    name: str,
    choice: Choice,
    W: Host,
    Y: Host,
    wanted: Declared,
    wrong: list[tuple[Piece, Grade]],
    unchanged: bool,
    tied: bool,
) -> list[Mistake]:
    """Name what is wrong with a tensor."""
    first = networks.initial.get(name)
    if first is not None and same(first, networks.after[name]):
        return [Mistake("WRONG_TARGETS", name, f"has its initial values; declared {wanted.text}")]
    if unchanged:
        return [Mistake("SKIPPED_SILENTLY", name, f"is as it was; declared {wanted.text}")]
    if not np.isfinite(Y).all():
        return [_nonfinite(name, wrong)]
    outside = [found.text for one, found in wrong if found.outside or not one.alive.any()]
    if len(outside) == len(wrong):
        return [Mistake("UNEXPLAINED", name, outside[0], confidence=0.9)]
    if not Y.any():
        return [Mistake("ZEROED", name, "all numbers are zero")]
    assert choice.layout is not None, "only weights are projected"
    split = None if choice.rule is None else choice.rule.split
    uncut = choice if split is None else choice._replace(rule=None)
    (whole,) = pieces(networks, name, uncut, W, Y, wanted, wrong[0][0].dtype)
    letters = choice.layout.letters
    places = letters.index("O"), letters.index("I")
    axis = 0 if split is None else places.index(split.place)
    edges = (0, whole.W.shape[-2]) if split is None else split.edges(W.shape)
    names = ("rows", "columns") if len(letters) == 2 else ("outputs", "inputs")
    if len(letters) == 2 and places == (1, 0):
        names = ("columns", "rows")
    grouped = "" if choice.rule is None or choice.rule.groups == 1 else "g"  # one axis more than the tensor has
    return diagnose(Suspect(whole, [one for one, _ in wrong], edges, axis, names, tied, grouped + letters))


def _nonfinite(name: str, wrong: list[tuple[Piece, Grade]]) -> Mistake:
    dead = [one for one, _ in wrong if not np.isfinite(one.Y[~one.alive]).all()]
    text = next(found.text for one, found in wrong if found.residual is None)
    if dead and all(np.isfinite(one.Y[one.alive]).all() for one, _ in wrong):
        return Mistake("ZERO_NAN", name, f"{text}, where BEFORE has zero matrices")
    return Mistake("NONFINITE", name, f"{text}; BEFORE is finite")


def _settle(gathered: Gathered, names: list[str], *, good: bool) -> None:
    """Let a block that is off by more than one rounding fail where another map explains it better."""
    if good or not names:
        return
    gathered.results = [
        Result(one.case, one.check, "fail", one.residual, one.bound, "another map explains it better")
        if one.case in names and one.check == "value.faithful"
        else one
        for one in gathered.results
    ]
