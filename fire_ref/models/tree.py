"""Nested mappings, as flax keeps parameters: named by the way to each entry, and built again in the same form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import sentence

SEPARATOR = "/"
#: What no network reaches; a mapping that holds itself does.
DEEPEST = 64


def flattened(function: str, argument: str, state: Mapping[str, Any]) -> dict[str, Any]:
    """
    Name every entry of a tree by the keys that lead to it.

    Below the first key numbers will do, as flax's NNX has them for lists of layers.

    Parameters
    ----------
    function, argument : str
        Where it was given.
    state : mapping
        Flat or nested.

    Returns
    -------
    dict of str to object
        Of a flat mapping the same names; an empty mapping inside has no entry.

    Raises
    ------
    TypeError
        A key that is no string.
    ValueError
        Two entries of one name; a tree without end.

    Examples
    --------
    >>> flattened("f", "state", {"params": {"Dense_0": {"kernel": 1}}, "step": 2})
    {'params/Dense_0/kernel': 1, 'step': 2}
    """
    found: dict[str, Any] = {}
    for keys, value in _entries(function, argument, state, ()):
        name = SEPARATOR.join(map(str, keys))
        if name in found:
            raise ValueError(sentence(function, argument, "name each entry once", f"{name!r} twice", "other keys"))
        found[name] = value
    return found


def _entries(
    function: str, argument: str, tree: Mapping[Any, Any], above: tuple[Any, ...]
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if len(above) > DEEPEST:
        got = SEPARATOR.join(map(str, above))
        raise ValueError(sentence(function, argument, f"be at most {DEEPEST} deep", got, "a flat mapping"))
    for key, value in tree.items():
        if not (isinstance(key, str) or (above and type(key) is int)):
            where = argument + "".join(f"[{one!r}]" for one in above)
            raise TypeError(sentence(function, where, "have strings for names", repr(key), "str(name)"))
        if isinstance(value, Mapping):
            yield from _entries(function, argument, value, (*above, key))
        else:
            yield (*above, key), value


def rebuilt(state: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """
    Put values back where `flattened` found them.

    Parameters
    ----------
    state : mapping
        The tree.
    values : mapping of str to object
        By the names of `flattened`.

    Returns
    -------
    mapping
        Of a flat mapping a dict; of a tree the same nesting, in the mappings' own classes where these can be made
        from a dict.
    """
    if not any(isinstance(value, Mapping) for value in state.values()):
        return dict(values)
    return _branch(state, values, "")


def _branch(tree: Mapping[Any, Any], values: Mapping[str, Any], before: str) -> Any:
    made = {
        key: _branch(value, values, f"{before}{key}{SEPARATOR}")
        if isinstance(value, Mapping)
        else values[f"{before}{key}"]
        for key, value in tree.items()
    }
    if type(tree) is dict:
        return made
    try:
        own = type(tree)(made)  # type: ignore[call-arg] # what a Mapping takes is its own affair
    except (TypeError, ValueError):
        return made
    return own if list(own) == list(made) else made  # a class that read the dict as something else
