"""What a report says of a whole network, beside its tensors."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.states.verification import verify_state

from .small import network


def test_nothing_done_is_one_mistake_and_shared_memory_is_told() -> None:
    before = network("llama")
    for after, told in ((dict(before), True), ({name: W.copy() for name, W in before.items()}, False)):
        (found,) = verify_state(before, after, recipe="llama").diagnoses
        assert (found.code, found.severity) == ("NOOP", "error")
        assert "none of 9 tensors was changed" in found.evidence
        assert ("share their memory" in found.evidence) is told


def test_what_lags_is_one_limit_with_the_slowest_tensor() -> None:
    before = network("llama")
    after, _ = fire_ref.reinitialize(before, "llama")
    report = verify_state(before, after, recipe="llama")
    (found,) = report.diagnoses
    assert (found.code, found.severity) == ("UNDER_ITERATED", "limit")
    assert "tensors, up to" in found.evidence
    assert f"up to {report.converged.steps_needed} steps" in found.evidence


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
def test_what_is_compared_and_how(dtype: str) -> None:
    before = network("official", dtype)
    after, _ = fire_ref.reinitialize(before, "official")
    report = verify_state(before, after, recipe="official")
    assert (report.target, report.dialect, report.level) == ("a state", "recipe official", "state")
    assert (report.arrays, report.device, report.dtype) == ("numpy", "cpu", dtype)
    assert report.versions["fire_ref"] == fire_ref.__version__
    assert 0 < (report.fingerprint.leakage or 0) < 0.1


def test_a_network_of_which_nothing_is_projected_is_judged_by_what_is_put_back() -> None:
    before = {"fc.weight": np.eye(3), "fc.bias": np.ones(3)}
    first = {"fc.weight": 2 * np.eye(3), "fc.bias": np.zeros(3)}
    good = verify_state(before, first, recipe="dqn", initial=first)
    assert (good.passed, good.converged.status) == (True, "not-applicable")
    bad = verify_state(before, first | {"fc.bias": np.full(3, 0.1)}, recipe="dqn", initial=first)
    assert (bad.passed, bad.faithful.status, bad.faithful.case) == (False, "no", "fc.bias")
