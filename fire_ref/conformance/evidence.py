"""What was seen: every case with its input, its outcome and the declared answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .case import Case
from .dialect import DIALECTS, Dialect
from .precision import DTYPES, HALVES, Host, Raw, coarser, widened
from .targets.outcome import Outcome, Setup
from .truth import Truth, truth


@dataclass(frozen=True)
class Observation:
    """One case, put to the target."""

    case: Case
    given: Raw
    outcome: Outcome
    dialect: Dialect
    level: str

    @property
    def answered(self) -> bool:
        """Whether there is an answer of the right shape."""
        return bool(self.outcome.values) and self.outcome.values[0].shape == self.given.shape

    @cached_property
    def input(self) -> Host:
        """The values that the target got, in float64."""
        return widened(self.given)

    @cached_property
    def answer(self) -> Host:
        """The (first) answer in float64; look at `answered` first."""
        return widened(self.outcome.values[0])

    @cached_property
    def finite(self) -> bool:
        """Whether there is an answer of the right shape without NaN and inf."""
        return self.answered and bool(np.isfinite(self.answer).all())

    @cached_property
    def truth(self) -> Truth:
        """What the declared dialect says."""
        return self.against(self.dialect)

    def against(self, dialect: Dialect) -> Truth:
        """Return what some dialect says."""
        return truth(self.input, dialect, self.level)


@dataclass(frozen=True)
class Evidence:
    """
    Everything that a verification saw.

    Attributes
    ----------
    dialect, level, setup
        What was declared, and how the target was called.
    observations : tuple of Observation
        In the order of the catalogue.
    precision : str
        The dtype that the probes' leakage speaks of; "" if unknown.
    fewer_steps : tuple of Observation
        The tall probe and a kernel once more, with the target's own parameter for the number of steps set to 1 (the
        first answer) and to 2 (the second).
    steps_parameter : str
        Its name; "" if there is none.
    """

    dialect: Dialect
    level: str
    setup: Setup
    observations: tuple[Observation, ...]
    fewer_steps: tuple[Observation, ...] = ()
    steps_parameter: str = ""
    precision: str = ""

    def __getitem__(self, case: str) -> Observation | None:
        """Return the observation of a case, None where it was not asked."""
        return self._by_id.get(case)

    @cached_property
    def _by_id(self) -> Mapping[str, Observation]:
        return {seen.case.id: seen for seen in self.observations}

    def flagged(self, *flags: str) -> Iterator[Observation]:
        """Yield the observations whose case has all these flags."""
        return (seen for seen in self.observations if set(flags) <= seen.case.flags)

    @cached_property
    def plain(self) -> tuple[Observation, ...]:
        """Valid cases in the declared dtype that are one matrix each: no kernels, no stacks, none of another case."""
        apart = {"conv", "stack", "purity", "moved"}
        return tuple(seen for seen in self.observations if seen.case.verdict == "valid" and not apart & seen.case.flags)

    @property
    def computing(self) -> str:
        """
        The dtype whose rounding the target may show: the declared one, or a coarser one that the dialect allows.

        A target that computes in float32 although the dialect allows bfloat16 is judged by float32; which half
        precision it is, is not for sure, and the dialect's own is taken.
        """
        return allowed(self.setup.dtype, self.dialect, self.precision)

    @property
    def stepping(self) -> Dialect:
        """The dialect, or the official one in the place of the exact factor: for what k steps stretch."""
        return DIALECTS["official"] if self.dialect.exact else self.dialect


def allowed(dtype: str, dialect: Dialect, precision: str) -> str:
    """
    Return the dtype that a target is judged by.

    Parameters
    ----------
    dtype : str
        Declared.
    dialect : Dialect
        Declared; it may allow a coarser one.
    precision : str
        Measured; "" if unknown.

    Returns
    -------
    str
        Of `DTYPES`.

    Examples
    --------
    >>> allowed("float32", DIALECTS["muon"], "float16"), allowed("float32", DIALECTS["muon"], "float32")
    ('bfloat16', 'float32')
    """
    limit = coarser(dtype, dialect.computes)
    return limit if precision in HALVES else coarser(dtype, min(limit, precision or dtype, key=DTYPES.index))
