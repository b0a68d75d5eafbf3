"""What an implementation might have computed: polynomial, steps and norm, with the response of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ..coefficients import Triple, at, schedule
from .dialect import DIALECTS, Dialect
from .precision import Host
from .truth import one_step, slope

MOST_STEPS = 30
#: Polynomials whose name is not their dialect's.
_NAMED = ("cubic", "muon", "quintic", "polar-express")
_TEMPERED = (
    "muon-scheduled",
    "polar-express-1.01",
    "polar-express-1.02",
    "polar-express-1.05",
    "polar-express-cushioned",
    "deepseek-v4",
)

#: Name -> a triple for each step, the last repeated.
POLYNOMIALS: Mapping[str, tuple[Triple, ...]] = MappingProxyType(
    {name: schedule("verify", name) for name in _NAMED} | {name: DIALECTS[name].triples for name in _TEMPERED}
)

#: Name -> what a matrix with singular values s (descending) is divided by.
NORMS: Mapping[str, Callable[[Host], float]] = MappingProxyType(
    {
        "frobenius": lambda s: float(np.linalg.norm(s)),
        "spectral": lambda s: float(s[0]),
        "none": lambda _: 1.0,
        "1.01 frobenius": lambda s: 1.01 * float(np.linalg.norm(s)),
        "1.02 frobenius": lambda s: 1.02 * float(np.linalg.norm(s)),
        "1.05 frobenius": lambda s: 1.05 * float(np.linalg.norm(s)),
        "1.05 spectral": lambda s: 1.05 * float(s[0]),
        "schatten-4": lambda s: float(np.sum(s**4) ** 0.25),
        "nuclear": lambda s: float(np.sum(s)),
    }
)


@dataclass(frozen=True)
class Formula:
    """
    A response without its gain.

    Attributes
    ----------
    coefficients : str
        A name of `POLYNOMIALS`; "exact", "linear" (a multiple of W) or "inverse" (1/s).
    steps : int or None
        k.
    normalization : str
        A name of `NORMS`, "" for the three others.
    """

    coefficients: str
    steps: int | None
    normalization: str


@dataclass(frozen=True)
class Predicted:
    """A formula on every probe, one after the other: r(s), and how far a relative error of any step moves it."""

    formula: Formula
    response: Host
    swing: Host


def predictions(
    spectra: Sequence[Host], polynomials: Mapping[str, tuple[Triple, ...]] = POLYNOMIALS
) -> Iterator[Predicted]:
    """
    Evaluate every formula.

    Parameters
    ----------
    spectra : sequence of ndarray
        Singular values of each probe, descending.
    polynomials : mapping
        Name -> triples.

    Yields
    ------
    Predicted
        Simplest first; formulas that overflow are left out.
    """
    s = np.concatenate(spectra)
    with np.errstate(divide="ignore"):
        yield Predicted(Formula("exact", None, ""), (s > 0).astype(np.float64), np.zeros_like(s))
        yield Predicted(Formula("linear", None, ""), s, s)
        if (s > 0).all():
            yield Predicted(Formula("inverse", None, ""), 1 / s, 1 / s)
    starts = np.stack([np.concatenate([x / norm(x) for x in spectra]) for norm in NORMS.values()])
    for name, triples in polynomials.items():
        yield from _iterated(name, triples, starts)


def _iterated(name: str, triples: Sequence[Triple], starts: Host) -> Iterator[Predicted]:
    x, swing = starts, starts
    early = next((k for k in range(MOST_STEPS) if at(triples, k) != at(POLYNOMIALS["muon"], k)), 0)
    with np.errstate(all="ignore"):
        for step in range(MOST_STEPS):
            triple = at(triples, step)
            slopes, x = np.abs(slope(x, triple)), one_step(x, triple)
            swing = np.maximum(swing * slopes, np.abs(x))
            if step < early:  # so far it is Muon, which has its own name
                continue
            for norm, response, moved in zip(NORMS, x, swing, strict=True):
                if np.isfinite(response).all() and np.isfinite(moved).all():
                    yield Predicted(Formula(name, step + 1, norm), response, moved)


def declared(dialect: Dialect) -> Formula:
    """Name a dialect's own formula; with a polynomial that none of `POLYNOMIALS` is, its coefficients are its name."""
    if dialect.exact:
        return Formula("exact", None, "")
    known = next((name for name, triples in POLYNOMIALS.items() if _same(triples, dialect)), dialect.name)
    norm = dialect.normalization if dialect.safety == 1.0 else f"{dialect.safety:g} {dialect.normalization}"
    return Formula(known, dialect.steps, norm)


def _same(triples: Sequence[Triple], dialect: Dialect) -> bool:
    steps = range(dialect.steps or 0)
    return all(at(triples, step) == at(dialect.triples, step) for step in steps)
