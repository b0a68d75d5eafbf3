"""Tied tensors: one tensor under several names is reinitialised once, and stays one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np

from ..arrays import FLOATS, dense, home, is_dask, placeholder, to_host
from ..checkpoints import Stored
from .state import together

#: Whether two tensors of one shape and dtype hold the same bytes.
Equal: TypeAlias = Callable[[Stored, Stored], bool]
#: Bytes compared at once.
BLOCK = 1 << 24
#: Ends of names that are one tensor in most networks: a head and the token embedding.
KNOWN = (
    ("lm_head.weight", "wte.weight"),
    ("lm_head.weight", "embed_tokens.weight"),
    ("decoder.weight", "word_embeddings.weight"),
)


class Ties(NamedTuple):
    """
    Which names are one tensor.

    Attributes
    ----------
    groups : list of list of str
        Names that are one tensor, in the order of the network; those of two or more only.
    alone : dict of str to str
        A name that one end of a declared pair fits -> the end that is not there.
    notes : list of str
        Declared pairs that turned out to be two tensors.
    """

    groups: list[list[str]]
    alone: dict[str, str]
    notes: list[str]


def same_bytes(first: Stored, second: Stored) -> bool:
    """
    Compare the values of two tensors, bit by bit.

    Parameters
    ----------
    first, second : Stored
        Of one shape and dtype.

    Returns
    -------
    bool
        False also where one tensor could not stand for the other (another library, device or byte order), or has no
        values to compare (a mask, a shard, a placeholder): whoever computes with it refuses it by name.
    """
    arrays = [one.read() for one in (first, second)]
    try:
        plain = [dense("same_bytes", "value", array) for array in arrays]
    except TypeError:
        return False
    if any(placeholder(array) or is_dask(array) for array in plain):
        return False
    if home(plain[0]) != home(plain[1]) or plain[0].dtype != plain[1].dtype:
        return False
    a, b = (np.ascontiguousarray(to_host(array)).reshape(-1).view(np.uint8) for array in plain)
    return len(a) == len(b) and all(np.array_equal(a[i : i + BLOCK], b[i : i + BLOCK]) for i in range(0, len(a), BLOCK))


def ties(found: Sequence[Stored], declared: Sequence[tuple[str, str]], equal: Equal = same_bytes) -> Ties:
    """
    Find the tied tensors of a network.

    Parameters
    ----------
    found : sequence of Stored
        The network.
    declared : sequence of (str, str)
        Ends of names that a recipe declares to be one tensor.
    equal : callable
        Compares bytes; asked of the ends of declared and known pairs only.

    Returns
    -------
    Ties
        Names that share memory, and pairs whose bytes are equal.
    """
    known = {tensor.name: tensor for tensor in found}
    lead = {name: name for name in known}
    for name, first in together(list(found)).items():
        lead[name] = lead[first]
    alone: dict[str, str] = {}
    notes = []
    for pair in (*declared, *(one for one in KNOWN if one not in declared)):
        ends = [[name for name in known if ends_in(name, end)] for end in pair]
        for one, other in _partners(*ends):
            if lead[one] == lead[other] or not (_is_weight(known[one]) and _is_weight(known[other])):
                continue
            if _alike(known[one], known[other]) and equal(known[one], known[other]):
                _join(lead, one, other)
            elif pair in declared:
                notes.append(f"{one} and {other} are two tensors, not one: each is treated by its own rule")
        if pair in declared:
            alone |= _alone(ends, pair)
    groups: dict[str, list[str]] = {}
    for name in known:
        groups.setdefault(lead[name], []).append(name)
    return Ties([names for names in groups.values() if len(names) > 1], alone, notes)


def ends_in(name: str, end: str) -> bool:
    """
    Say whether the last parts of a name are those of `end`, whatever separates them.

    Parameters
    ----------
    name, end : str
        As "transformer.wte.weight", "wte.weight".

    Returns
    -------
    bool

    Examples
    --------
    >>> ends_in("params/wte/weight", "wte.weight"), ends_in("newte.weight", "wte.weight")
    (True, False)
    """
    parts, wanted = re.split(r"[./]", name), re.split(r"[./]", end)
    return parts[-len(wanted) :] == wanted


def _partners(heads: Sequence[str], tables: Sequence[str]) -> list[tuple[str, str]]:
    """Pair each head with the nearest table, and each table with the nearest head: twins have a pair each."""
    if not heads or not tables:
        return []
    found = [(head, min(tables, key=lambda table: _distance(head, table))) for head in heads]
    found += [(min(heads, key=lambda head: _distance(head, table)), table) for table in tables]
    return list(dict.fromkeys(found))


def _distance(one: str, other: str) -> int:
    """Count the steps from one name to another in the tree of names."""
    a, b = (re.split(r"[./]", name) for name in (one, other))
    shared = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return len(a) + len(b) - 2 * shared


def _is_weight(tensor: Stored) -> bool:
    """Say whether FIRE may take it: what it does not compute is copied, tied or not."""
    return tensor.trouble is None and tensor.dtype in FLOATS


def _alike(first: Stored, second: Stored) -> bool:
    return first.shape == second.shape and first.dtype == second.dtype


def _join(lead: dict[str, str], one: str, other: str) -> None:
    kept, gone = lead[one], lead[other]
    for name, first in lead.items():
        if first == gone:
            lead[name] = kept


def _alone(ends: Sequence[Sequence[str]], pair: tuple[str, str]) -> dict[str, str]:
    first, second = ends
    if first and second:
        return {}
    return dict.fromkeys(first, pair[1]) | dict.fromkeys(second, pair[0])
