"""Evidence made by hand: cases with the answers of whatever function, without a target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fire_ref.conformance.case import Case
from fire_ref.conformance.catalogue import catalogue
from fire_ref.conformance.checks import CHECKS, Check, chosen, run
from fire_ref.conformance.dialect import DIALECTS, Dialect
from fire_ref.conformance.emulation import emulations
from fire_ref.conformance.evidence import Evidence, Observation
from fire_ref.conformance.precision import Host, Raw, coarser, rounded, widened
from fire_ref.conformance.record import Result
from fire_ref.conformance.spectra import with_spectrum
from fire_ref.conformance.targets.outcome import Outcome, Setup
from fire_ref.conformance.truth import truth

OFFICIAL = DIALECTS["official"]
#: Those that can be verified as a function, and those with steps.
VERIFIABLE = [name for name, dialect in DIALECTS.items() if "matrix" in dialect.levels]
STEPPED = [name for name in VERIFIABLE if not DIALECTS[name].exact]
PAIRS = [(name, level) for name in VERIFIABLE for level in DIALECTS[name].levels if level != "state"]

Answering = Callable[[Raw], Raw]


def case(given: Raw, *flags: str, name: str = "made", verdict: str = "valid", **known: Any) -> Case:
    """A case that is about these values; its recipe is not used."""
    return Case(
        name, "by hand", given.shape, "flat", str(given.dtype), verdict=verdict, flags=frozenset(flags), **known
    )


def observation(
    given: Any,
    answer: Any,
    *flags: str,
    dialect: Dialect = OFFICIAL,
    level: str = "matrix",
    about: Case | None = None,
    verdict: str = "valid",
    **outcome: Any,
) -> Observation:
    """One case with its answer; None where the target returned nothing."""
    given = np.asarray(given)
    values = () if answer is None else (np.asarray(answer),)
    said = {"dtype": str(values[0].dtype), "shape": values[0].shape} if values else {}
    known = {"status": "returned", "values": values, **said, **outcome}
    return Observation(about or case(given, *flags, verdict=verdict), given, Outcome(**known), dialect, level)


def evidence(
    *observations: Observation, dialect: Dialect = OFFICIAL, level: str = "matrix", dtype: str = "float64", **known: Any
) -> Evidence:
    """What a verification saw: nothing but these."""
    setup = known.pop("setup", None) or Setup("numpy", dtype)
    return Evidence(dialect, level, setup, observations, **known)


def answered(
    function: Answering, cases: Iterable[Case], dialect: Dialect, level: str, dtype: str, precision: str = ""
) -> Evidence:
    """Put some cases to a function, without guards."""
    seen = []
    for one in cases:
        given = one.values(dialect, level)
        seen.append(observation(given, function(given), dialect=dialect, level=level, about=one))
    return evidence(*seen, dialect=dialect, level=level, dtype=dtype, precision=precision)


def told(dialect: Dialect, level: str = "matrix") -> Answering:
    """The declared answer, rounded once."""
    return lambda given: rounded(truth(widened(given), dialect, level).value, str(given.dtype))


def emulated(dialect: Dialect, dtype: str, way: int = 0) -> Answering:
    """One of the emulations, for matrices."""
    return lambda given: rounded(emulations(widened(given), dialect, dtype)[way], str(given.dtype))


def looped(W: Host, dialect: Dialect, dtype: str, more: int = 0) -> Host:
    """A plain loop in a dtype, as people write them: X <- a X + (b A + c A A) X with the small Gram of a wide X."""
    wide = np.float64 if dtype == "float64" else np.float32

    def rnd(x: Any) -> Any:
        return rounded(np.asarray(x), dtype).astype(wide)

    X = np.asarray(W.T if W.shape[0] > W.shape[1] else W, wide)
    X = rnd(X / rnd(rnd(rnd(np.linalg.norm(X)) * wide(dialect.safety)) + wide(dialect.eps)))
    triples = dialect.triples
    for step in range((dialect.steps or 0) + more):
        a, b, c = map(wide, triples[min(step, len(triples) - 1)])
        A = rnd(X @ X.T)
        X = rnd(rnd(a * X) + rnd(rnd(rnd(b * A) + rnd(c * rnd(A @ A))) @ X))
    return np.asarray(X.T if W.shape[0] > W.shape[1] else X, np.float64)


def results(seen: Evidence, check: str) -> list[Result]:
    """What one check says of each case, with all that it requires."""
    return [result for result in run(seen, chosen([check])) if result.check == check]


def named(check: str, every: Sequence[Check] = CHECKS) -> Check:
    """The check of that id."""
    return next(one for one in every if one.id == check)


def valid(dialect: Dialect, level: str, dtype: str, quick: bool = False, seed: int = 0) -> list[Case]:
    """The valid cases of a catalogue."""
    return [one for one in catalogue(dialect, level, dtype, quick=quick, seed=seed) if one.verdict == "valid"]


def allowed(dialect: Dialect, dtype: str) -> str:
    """The least precise dtype that a dialect may compute in, for inputs of that dtype."""
    return coarser(dtype, dialect.computes)


def graded(rng: np.random.Generator, m: int, n: int, condition: float, scale: float = 1.0) -> Host:
    """A random matrix with log-spaced singular values."""
    return with_spectrum(rng, m, n, scale * np.geomspace(1, 1 / condition, min(m, n)))


def more_steps(dialect: Dialect, more: int = 1) -> Dialect:
    """The same with some steps more."""
    return replace(dialect, steps=(dialect.steps or 0) + more)
