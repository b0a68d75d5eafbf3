"""A weight that is not what was declared: which mistake it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from .explaining import ALIKE, Explanation, agrees, explain
from .factors import wrong_factor
from .grading import downcast, tight
from .maps import Map
from .mistake import Mistake
from .partitions import boundaries, equal_parts
from .piece import Piece
from .structures import rearranged, wrong_factors

#: Parts into which machines cut a matrix between them.
SHARDS = (2, 4, 8)


class Suspect(NamedTuple):
    """
    A weight with blocks that are not as declared.

    Attributes
    ----------
    whole : Piece
        All of it, uncut.
    wrong : sequence of Piece
        Its blocks that are not as declared.
    edges : tuple of int
        Where it should have been cut; (0, n) for nowhere.
    axis : int
        Along rows (0) or columns (1) of its matrices.
    names : tuple of str
        What rows and columns are called in the tensor as it is stored.
    tied : bool
        Whether it has several names.
    letters : str
        Its layout.
    """

    whole: Piece
    wrong: Sequence[Piece]
    edges: tuple[int, ...]
    axis: int
    names: tuple[str, str]
    tied: bool
    letters: str


def diagnose(one: Suspect) -> list[Mistake]:
    """
    Find the mistake in a weight.

    Parameters
    ----------
    one : Suspect
        Finite before and after, and not what it was before.

    Returns
    -------
    list of Mistake
        At least one.
    """
    told = [explain(piece) for piece in one.wrong]
    if all(told):
        pairs = [(piece, reason) for piece, reason in zip(one.wrong, told, strict=True) if reason is not None]
        found = [mistake for piece, reason in pairs for mistake in _formula(one, piece, reason)]
        if found:
            return _once(found)
    if len(one.edges) > 2 and (whole := explain(one.whole)) is not None:
        text = f"one matrix of {_size(one.whole)}; declared {_cut(one, one.axis, one.edges)} ({whole.found.text})"
        return [Mistake("FUSED_QKV_WHOLE", one.whole.tensor, text, confidence=0.95)]
    found = rearranged(one.wrong, one.letters) or list(_partition(one, one.whole, one.edges))
    if not found and len(one.edges) > 2:  # every block by itself, and cut once more
        found = [mistake for piece in one.wrong for mistake in _partition(one, piece, (0, len(piece.W[0])))]
    found = found or wrong_factors(one.wrong)
    if not found and (dtype := downcast(one.wrong[0])):
        text = f"as far off as computing in {dtype} brings it; stored as {one.whole.dtype}"
        found = [Mistake("DTYPE_DOWNCAST", one.whole.tensor, text, confidence=0.7)]
    return _once(found) or [
        Mistake("UNEXPLAINED", one.whole.tensor, "another map than the declared one", confidence=0.5)
    ]


def _formula(one: Suspect, piece: Piece, reason: Explanation) -> Iterator[Mistake]:
    """Name what a map of singular values, other than the declared one, says."""
    found, told = reason.found, piece.declared
    make = Mistake("UNEXPLAINED", piece.tensor, "", confidence=0.9, case=piece.name)
    if found.kind == "linear":
        alike = bool((abs(reason.factors[piece.alive] - 1) <= tight(piece, 1.0)).all())
        text = "comes back as it was" if alike else f"W times {reason.factors[0]:.4g}"
        yield make._replace(code="SKIPPED_SILENTLY" if alike else "NOOP", evidence=text)
        return
    again = (
        [rival for rival in reason.rivals if _twice(piece, rival)] if found.kind in ("steps", "twice", "exact") else []
    )
    if again and one.tied:
        sure = 0.9 if len(reason.rivals) == 1 else 0.6
        yield make._replace(code="TIED_TWICE", evidence=f"{again[0].text}; declared {told.text}", confidence=sure)
    elif found.kind == "twice":
        yield make._replace(code="WRONG_STEPS", evidence=f"{found.text}; declared {told.text}")
    elif found.kind == "steps":
        code = "UNDER_ITERATED" if told.dialect.exact else "WRONG_STEPS"
        most = max(rival.steps or 0 for rival in reason.rivals if rival.kind == "steps")
        text = found.text if most == found.steps else f"{found.steps} to {most} steps"
        yield make._replace(code=code, evidence=f"{text}; declared {told.text}")
    elif found.kind == "exact" and not told.dialect.exact:
        yield make._replace(code="WRONG_STEPS", evidence=f"{found.text}; declared {told.text}")
    elif found.kind in _CODES:
        yield make._replace(code=_CODES[found.kind], evidence=f"{found.text}; declared {told.text}")
    factor = wrong_factor(piece, reason.factors, found.response, room(piece, reason))
    if factor is not None:
        code, text, sure = factor
        yield make._replace(code=code, evidence=text, confidence=sure)


def _twice(piece: Piece, rival: Map) -> bool:
    return rival.kind == "twice" or (rival.kind == "steps" and rival.steps == 2 * (piece.declared.dialect.steps or 0))


_CODES = {
    "inverse": "GRAM_INVERSE",
    "shared": "BATCH_MIXED",
    "norm": "NORMALISATION_KIND",
    "none": "NO_NORMALISATION",
    "coefficients": "COEFFICIENT_TYPO",
}


def room(piece: Piece, reason: Explanation) -> float:
    """Return how far a measured factor may be from the one that it is."""
    return max(4 * ALIKE * reason.residual, 4 * tight(piece, 1.0), 1e-4)


def _partition(one: Suspect, piece: Piece, declared: tuple[int, ...]) -> Iterator[Mistake]:
    """Look for blocks of rows or columns that were treated one by one."""
    for axis in (0, 1):
        read = boundaries(piece, axis)
        cuts = [] if read is None or len(read) == 2 or (axis == one.axis and read == declared) else [read]
        tried = [(_agreeing(piece, axis, edges), edges) for edges in cuts]
        if not tried or tried[0][0] < len(tried[0][1]) - 1:  # rounding may blur what is read off a few rows
            n = piece.W.shape[1 + axis]
            even = [tuple(n * i // many for i in range(many + 1)) for many in SHARDS if n % many == 0 and n // many > 1]
            tried += [(many, edges) for edges in even if (many := _agreeing(piece, axis, edges)) == len(edges) - 1]
        if not tried:
            continue
        agree, edges = max(tried, key=lambda pair: pair[0] / (len(pair[1]) - 1))
        shard = _sharded(edges, declared if axis == one.axis else (0, piece.W.shape[1 + axis]))
        fused = len(declared) > 2 and axis == one.axis
        code = "SHARD_LOCAL" if shard and not (fused and equal_parts(edges)) else "QKV_BOUNDARY"
        should = _cut(one, one.axis, declared) if len(declared) > 2 else "one matrix"
        text = f"{_cut(one, axis, edges)}, each by itself; declared {should}; {agree} of {len(edges) - 1} fit"
        sure = 0.95 if agree == len(edges) - 1 else 0.7
        yield Mistake(code, piece.tensor, text, confidence=sure, case="" if piece is one.whole else piece.name)
        return


def _agreeing(piece: Piece, axis: int, edges: tuple[int, ...]) -> int:
    """Count the blocks that are what was declared, each by itself."""
    return sum(agrees(piece.part(axis, a, b)) for a, b in pairwise(edges))


def _sharded(edges: tuple[int, ...], declared: tuple[int, ...]) -> bool:
    """Whether every declared block was cut into 2, 4 or 8 equal parts, as many in each."""
    if not set(declared) <= set(edges):
        return False
    counts = {equal_parts(tuple(e for e in edges if a <= e <= b)) for a, b in pairwise(declared)}
    return len(counts) == 1 and counts.pop() in SHARDS


def _cut(one: Suspect, axis: int, edges: tuple[int, ...]) -> str:
    shown = [f"{a}:{b}" for a, b in pairwise(edges)]
    shown = shown if len(shown) <= 8 else [*shown[:4], "...", shown[-1]]
    return f"{len(edges) - 1} blocks of {one.names[axis]} {', '.join(shown)}"


def _size(piece: Piece) -> str:
    return " x ".join(map(str, piece.W.shape[-2:]))


def _once(found: Sequence[Mistake]) -> list[Mistake]:
    """Keep the first mistake of each code; blocks of a weight share theirs."""
    first: dict[str, Mistake] = {}
    for mistake in found:
        first.setdefault(mistake.code, mistake)
    many = {code: sum(one.code == code for one in found) for code in first}
    more = {code: f" (and {n - 1} more block{'s' if n > 2 else ''})" if n > 1 else "" for code, n in many.items()}
    return [mistake._replace(evidence=mistake.evidence + more[code]) for code, mistake in first.items()]
