"""Formulas that no list has: mistyped coefficients, another norm, a large eps, an iteration applied twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from ...coefficients import Triple
from ..precision import Host
from ..response import Measured
from ..truth import frobenius, one_step
from .descent import Setting, descend, within

#: A norm and a constant -> what is divided by.
Combine: TypeAlias = Callable[[float, float], float]
#: Where a search begins, for a constant added to the norm and for a factor on it.
FLOORS = np.geomspace(1e-12, 1.0, 61)
FACTORS = np.geomspace(0.2, 5.0, 33)
#: Norms that a matrix itself tells, beside those that its singular values tell.
ENTRYWISE: Mapping[str, Callable[[Host], float]] = MappingProxyType(
    {
        "largest entry": lambda W: float(np.max(np.abs(W))),
        "1-norm": lambda W: float(np.max(np.sum(np.abs(W), axis=0))),
        "inf-norm": lambda W: float(np.max(np.sum(np.abs(W), axis=1))),
        "sqrt(1-norm inf-norm)": lambda W: float(
            np.sqrt(np.max(np.sum(np.abs(W), axis=0)) * np.max(np.sum(np.abs(W), axis=1)))
        ),
        "frobenius squared": lambda W: float(np.sum(W**2)),
        "sum of magnitudes": lambda W: float(np.sum(np.abs(W))),
    }
)


def padded(told: Setting) -> str:
    """Find a constant that was added to the norm, or put under it; "" if none explains the response."""
    ways: tuple[tuple[str, Combine], ...] = (
        ("added to", lambda norm, floor: norm + floor),
        ("put under", max),
        ("added, squared, to the square of", np.hypot),
    )
    for name, combine in ways:

        def misfit(logarithm: Host, combine: Combine = combine) -> Host:
            floor = float(np.exp(logarithm[0]))
            pairs = zip(told.starts, told.found, strict=True)
            return told.misfit([x * (one.norm / combine(one.norm, floor)) for x, one in pairs])

        fitted = _searched(misfit, np.log(FLOORS))
        if fitted is not None:
            return f"{np.exp(fitted):.2g} is {name} the norm"
    return ""


def normed(told: Setting) -> str:
    """Find a factor on the norm, or another norm; "" if none explains the response."""

    def misfit(logarithm: Host) -> Host:
        return told.misfit([x / float(np.exp(logarithm[0])) for x in told.starts])

    fitted = _searched(misfit, np.log(FACTORS))
    if fitted is not None:
        return f"{np.exp(fitted):.5g} times the declared norm"
    for name, norm in ENTRYWISE.items():
        if within(told.misfit([one.s / norm(_matrix(one)) for one in told.found])):
            return name
    return ""


def _matrix(one: Measured) -> Host:
    return np.asarray(one.seen.truth.factors.matrices[0])


def _searched(misfit: Callable[[Host], Host], grid: Host) -> float | None:
    """Search one number, from the best places of a grid."""
    errors = [float(np.sum(misfit(np.array([value])) ** 2)) for value in grid]
    for place in np.argsort(errors)[:3]:
        values, error = descend(misfit, grid[place : place + 1])
        if within(error):
            return float(values[0])
    return None


def twice(told: Setting) -> str:
    """Find the whole map applied to its own result; "" if it does not explain the response."""
    once = []
    for x in told.starts:
        for triple in told.triples:
            x = one_step(x, triple)
        once.append(x / frobenius(x))
    return f"applied twice, {len(told.triples)} steps each" if within(told.misfit(once)) else ""


def mistyped(told: Setting) -> str:
    """Find coefficients near the declared ones that explain the response; "" if none do."""
    distinct = list(dict.fromkeys(told.triples))
    for chosen_size in (1, 3):
        for place, triple in enumerate(distinct):
            free = [i for i in range(3) if triple[i]] or [0]
            for chosen in [[i] for i in free] if chosen_size == 1 else [free]:
                fitted = _corrected(told, triple, chosen)
                if fitted is not None:
                    step = "" if len(distinct) == 1 else f" in step {place + 1}"
                    return f"{_shown(fitted)}{step}; declared {_shown(triple)}"
    return ""


def _shown(triple: Triple) -> str:
    return f"({', '.join(f'{x:.6g}' for x in triple if x)})"


def _corrected(told: Setting, triple: Triple, chosen: Sequence[int]) -> Triple | None:
    def misfit(values: Host) -> Host:
        changed = _replaced(triple, chosen, values)
        return told.misfit(triples=[changed if one == triple else one for one in told.triples])

    origin = np.array([triple[i] for i in chosen])
    for start in _around(origin):
        values, error = descend(misfit, start)
        if within(error):
            return _replaced(triple, chosen, values)
    return None


def _around(origin: Host) -> Iterator[Host]:
    for factor in (1.0, 1.02, 0.98, 1.1, 0.9) if len(origin) == 1 else (1.0, 1.01):
        yield origin * factor


def _replaced(triple: Triple, chosen: Sequence[int], values: Host) -> Triple:
    changed = list(triple)
    for i, value in zip(chosen, values, strict=True):
        changed[i] = float(value)
    return (changed[0], changed[1], changed[2])
