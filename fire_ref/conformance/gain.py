"""The rules by which implementations scale their answer, and which of them a set of factors follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from types import MappingProxyType

import numpy as np

from .hypotheses import Predicted
from .precision import Host
from .response import Measured

#: Name -> factor for an o x i matrix.
BY_SHAPE: MappingProxyType[str, Callable[[int, int], float]] = MappingProxyType(
    {
        "1": lambda _o, _i: 1.0,
        "sqrt(o/i)": lambda o, i: sqrt(o / i),
        "sqrt(max(1, o/i))": lambda o, i: sqrt(max(1.0, o / i)),
        "sqrt(i/o)": lambda o, i: sqrt(i / o),
        "sqrt(max(1, i/o))": lambda o, i: sqrt(max(1.0, i / o)),
        "sqrt(i)": lambda _o, i: sqrt(i),
        "sqrt(o)": lambda o, _i: sqrt(o),
        "1/sqrt(i)": lambda _o, i: 1 / sqrt(i),
        "1/sqrt(o)": lambda o, _i: 1 / sqrt(o),
        "0.2 sqrt(max(o, i))": lambda o, i: 0.2 * sqrt(max(o, i)),
        "sqrt(max(o, i))": lambda o, i: sqrt(max(o, i)),
        "o/i": lambda o, i: o / i,
    }
)
#: The gain of each `Dialect.gain`, in these words.
DECLARED = MappingProxyType(
    {
        "one": "1",
        "fan": "sqrt(o/i)",
        "norm": "norm of W",
        "muon": "sqrt(max(1, o/i))",
        "moonshot": "0.2 sqrt(max(o, i))",
    }
)


def named(found: Sequence[Measured], predicted: Predicted, factors: Host, room: Host) -> str:
    """
    Name the rule that the factors of the probes follow.

    Parameters
    ----------
    found : sequence of Measured
        The probes.
    predicted : Predicted
        The formula that the factors belong to.
    factors : ndarray, shape (probes,)
        What its response was multiplied by.
    room : ndarray, shape (probes,)
        Relative uncertainty of each.

    Returns
    -------
    str
        A name of `BY_SHAPE`, "norm of W", "mean singular value", "2.5" for a constant, "" for none of them.
    """
    pieces = np.split(predicted.response, np.cumsum([len(one.s) for one in found])[:-1])
    rules = {name: [rule(*one.shape) for one in found] for name, rule in BY_SHAPE.items()}
    rules["norm of W"] = [one.norm / float(np.linalg.norm(r)) for one, r in zip(found, pieces, strict=True)]
    rules["mean singular value"] = [float(np.mean(one.s)) for one in found]
    rules["spectral norm of W"] = [float(one.s[0]) for one in found]
    for name, values in rules.items():
        if np.all(np.abs(factors / np.asarray(values) - 1) <= room):
            return name
    middle = float(np.median(factors))
    if middle and np.all(np.abs(factors / middle - 1) <= 2 * room):
        return f"{middle:.4g}"
    return ""
