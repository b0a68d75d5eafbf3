"""Putting every case to a target: one call each, the tall probe several times, all of it timed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from .case import Case
from .dialect import Dialect
from .evidence import Observation
from .targets.outcome import Call, Outcome, Setup, Target

Progress: TypeAlias = Callable[[int, int, str], None]

#: What implementations call the number of steps.
STEPS = (
    "steps",
    "ns_steps",
    "num_steps",
    "n_steps",
    "iterations",
    "num_iterations",
    "n_iterations",
    "iteration",
    "num_iters",
    "n_iters",
    "n_iter",
    "niter",
    "niters",
    "iters",
    "ns_iters",
    "max_iter",
    "max_iters",
    "k",
)
#: A target that hangs so often in a row is not called again.
MOST_HANGS = 3
#: How often the probe is called that shows whether answers repeat.
REPEATED = 3


class Asked:
    """
    The answers of a target, and the time they took.

    Attributes
    ----------
    observations : list of Observation
        In the order of the cases.
    first_calls, calls : float
        Seconds inside the target: first call of each shape and dtype, and all others.
    """

    def __init__(self, target: Target, dialect: Dialect, level: str, progress: Progress | None) -> None:
        self._target, self._dialect, self._level, self._progress = target, dialect, level, progress
        self.observations: list[Observation] = []
        self.first_calls = self.calls = 0.0
        self._hangs = 0
        self._met: set[tuple[tuple[int, ...], str]] = set()

    def ask(self, cases: Sequence[Case]) -> None:
        """Put each case to the target."""
        for place, case in enumerate(cases):
            if self._progress is not None:
                self._progress(place, len(cases), case.id)
            self.observations.append(self._observe(case) if self._hangs < MOST_HANGS else self._given_up(case))
        if self._progress is not None:
            self._progress(len(cases), len(cases), "judging")

    def _observe(self, case: Case) -> Observation:
        values = case.values(self._dialect, self._level)
        other = values[..., ::-1].copy() if "probe" in case.flags else None
        new = (case.shape, case.dtype) not in self._met
        outcome = self._call(Call(values, case.form, other=other), new=new)
        if case.id == "probe-tall" and outcome.values:
            again = self._call(Call(values, case.form, repeat=REPEATED - 1), new=False)
            outcome = _joined(outcome, again)
        self._met.add((case.shape, case.dtype))
        return Observation(case, values, outcome, self._dialect, self._level)

    def fewer(self, setup: Setup) -> tuple[tuple[Observation, ...], str]:
        """Ask the tall probe and a kernel with one step and with two, if the target has a parameter for them."""
        names = [name for name in STEPS if name in setup.kwargs or name in self._target.parameters]
        if not names or self._dialect.exact:
            return (), ""
        found = []
        for base in self.observations:
            if base.case.id in ("probe-tall", "kernel") and base.finite:
                calls = [Call(base.given, base.case.form, kwargs={names[0]: steps}) for steps in (1, 2)]
                one, two = (self._call(call, new=True) for call in calls)
                found.append(Observation(base.case, base.given, _joined(one, two), self._dialect, self._level))
        return tuple(found), names[0]

    def _given_up(self, case: Case) -> Observation:
        values = case.values(self._dialect, self._level)
        outcome = Outcome("hung", error=f"not called: {MOST_HANGS} calls in a row did not return in time")
        return Observation(case, values, outcome, self._dialect, self._level)

    def _call(self, call: Call, *, new: bool) -> Outcome:
        outcome = self._target.call(call)
        self._hangs = self._hangs + 1 if outcome.status == "hung" else 0
        if new:
            self.first_calls += outcome.seconds
        else:
            self.calls += outcome.seconds
        return outcome


def _joined(first: Outcome, again: Outcome) -> Outcome:
    """Return the first outcome with the answers of the later calls, where they came and have its shape."""
    fitting = tuple(value for value in again.values if first.values and value.shape == first.values[0].shape)
    return Outcome(**{**first.__dict__, "values": first.values + fitting})


def supported(cases: Sequence[Case], setup: Setup) -> tuple[Case, ...]:
    """Leave out cases in dtypes that the array library does not have, subnormals on JAX, and what cannot be edited."""
    lacking = {"cupy": {"bfloat16"}, "numpy": {"bfloat16"}, "jax": {"float64"}, "mlx": {"float64"}}
    missing = lacking.get(setup.arrays, set()) - {setup.dtype}
    flushed = {"subnormal"} if setup.arrays == "jax" else set()
    kept = (case for case in cases if case.dtype not in missing and not flushed & case.flags)
    return tuple(case for case in kept if not (setup.in_place and case.form == "read-only"))
