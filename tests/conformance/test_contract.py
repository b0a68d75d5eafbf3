"""The checks on the call, each passing and failing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.conformance import contract
from fire_ref.conformance.evidence import Observation
from fire_ref.conformance.outcomes import PASS
from fire_ref.conformance.targets.outcome import Setup
from fire_ref.tolerances import EPS

from .observed import evidence, observation

W = np.diag([2.0, 1.0])


def say(check: Any, seen: Observation, **known: Any) -> tuple[str, str]:
    found = check(evidence(seen, **known), seen)
    return (found.status, found.text) if found is not None else ("silent", "")


@pytest.mark.parametrize(
    "check",
    [
        contract.returns,
        contract.type_,
        contract.shape,
        contract.dtype,
        contract.device,
        contract.pure,
        contract.silent,
        contract.state,
    ],
)
def test_a_quiet_answer_of_the_right_kind_passes(check: Any) -> None:
    seen = observation(W, W)
    assert check(evidence(seen), seen) == PASS


@pytest.mark.parametrize("status", ["raised", "exited", "hung", "crashed"])
def test_no_answer_fails_with_its_error(status: str) -> None:
    seen = observation(W, None, status=status, error="ValueError: no")
    assert say(contract.returns, seen) == ("fail", f"{status}: ValueError: no")
    assert say(contract.returns, observation(W, None, status=status)) == ("fail", status)


@pytest.mark.parametrize("flag", ["scale", "rank", "zero", "nonfinite", "purity"])
def test_some_inputs_may_be_refused_by_an_exception_and_nothing_else(flag: str) -> None:
    refused = observation(W, None, flag, status="raised", error="ValueError: no")
    found = contract.returns(evidence(refused), refused)
    assert (found.status, found.text, found.stops) == ("recorded", "refused: ValueError: no", True)
    assert say(contract.returns, observation(W, None, flag, status="hung"))[0] == "fail"


@pytest.mark.parametrize(("level", "status"), [("matrix", "recorded"), ("weight", "fail")])
def test_a_stack_may_be_refused_and_changed_in_shape_by_a_matrix_function_only(level: str, status: str) -> None:
    seen = observation(W, None, "stack", level=level, status="raised")
    assert say(contract.returns, seen, level=level)[0] == status
    seen = observation(W, W[0], "stack", level=level)
    assert say(contract.shape, seen, level=level) == (status, "(2,) for (2, 2)")


def test_another_type_fails_with_its_name() -> None:
    assert say(contract.type_, observation(W, None, own_type=False, type_name="builtins.list")) == (
        "fail",
        "builtins.list came back",
    )
    assert say(contract.type_, observation(W, None, own_type=False)) == ("fail", "no array came back")


def test_another_shape_fails_with_both() -> None:
    assert say(contract.shape, observation(W, W[:1])) == ("fail", "(1, 2) for (2, 2)")
    assert say(contract.shape, observation(W, None)) == ("recorded", "no array came back")
    seen = observation(W, W[0], "purity")
    found = contract.shape(evidence(seen), seen)
    assert (found.status, found.stops) == ("recorded", True)


def test_another_dtype_fails_with_both() -> None:
    assert say(contract.dtype, observation(W, W.astype(np.float32))) == ("fail", "float32 for float64")
    assert say(contract.dtype, observation(W, W.astype(np.float32), "purity"))[0] == "silent"


def test_another_device_fails() -> None:
    assert say(contract.device, observation(W, W, own_device=False, device="cuda:0")) == ("fail", "on cuda:0")


def test_a_written_argument_fails_unless_that_is_asked_for() -> None:
    seen = observation(W, W, changed_input=True)
    assert say(contract.pure, seen) == ("fail", "the float64 argument was written to")
    assert say(contract.pure, seen, setup=Setup(in_place=True))[0] == "silent"


def test_printing_fails_and_shows_its_beginning() -> None:
    assert say(contract.silent, observation(W, W, printed=" step 1\n" * 90))[1].startswith("printed 'step 1")
    assert len(say(contract.silent, observation(W, W, printed="x" * 500))[1]) < 100
    assert say(contract.silent, observation(W, W, printed=" \n"))[0] == "pass"


def test_changed_state_fails_with_its_names() -> None:
    seen = observation(W, W, state=("torch threads", "environment"))
    assert say(contract.state, seen) == ("fail", "torch threads, environment")


def test_answers_repeat_to_the_bit_or_differ_by_rounding_or_fail() -> None:
    T = observation(W, W).truth.value
    eps = EPS["float64"]

    def repeated(*answers: Any) -> tuple[str, str]:
        return say(contract.repeatable, observation(W, W, values=answers))

    assert repeated(T)[0] == "silent"
    assert repeated(T, T, T)[0] == "pass"
    assert repeated(T, T, T * (1 + 2 * eps))[0] == "recorded"
    assert repeated(T, T, T * (1 + 1e-6)) == ("fail", "three calls differ by 1.0e-06")
    assert repeated(T, T + np.inf)[0] == "fail"


def test_an_answer_that_is_nan_each_time_is_the_same_each_time() -> None:
    seen = observation(W, W, values=(W * np.nan, W * np.nan))
    assert say(contract.repeatable, seen)[0] == "pass"


def test_memory_is_looked_at_on_probes() -> None:
    assert say(contract.fresh, observation(W, W, "probe"))[0] == "pass"
    assert say(contract.fresh, observation(W, W, "probe", aliased=True))[0] == "fail"
    assert say(contract.fresh, observation(W, W, aliased=True))[0] == "silent"
