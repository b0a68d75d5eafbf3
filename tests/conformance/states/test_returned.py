"""Tensors that are put back or copied: exactly, or within the rounding of their dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.states.networks import networks
from fire_ref.conformance.states.returned import copied, reset

from .small import initial, network

FC, TARGET = "q_network.fc.weight", "target_network.fc.weight"


def changed(value: Any, name: str = FC) -> Any:
    before, first = network("dqn"), initial("dqn")
    assert first is not None
    after = before | {FC: first[FC], TARGET: first[FC]}
    return networks("f", before, after | ({} if value is None else {name: value}), "dqn", None, first)


def test_initial_values_pass_also_through_a_half_precision() -> None:
    first = initial("dqn")
    assert first is not None
    result, mistakes = reset(changed(None), FC)
    assert (result.status, result.check, mistakes) == ("pass", "state.reset", [])
    half = first[FC].astype(np.float16)
    assert reset(changed(half), FC)[0].status == "pass"
    assert reset(changed(half.astype(np.float32)), FC)[0].status == "fail"  # the dtype is float32 again


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: network("dqn")[FC], "SKIPPED_SILENTLY"),
        (lambda: 1.001 * initial("dqn")[FC], "WRONG_RESET"),
        (lambda: np.full_like(network("dqn")[FC], np.nan), "WRONG_RESET"),
    ],
)
def test_anything_else_is_named(make: Any, code: str) -> None:
    result, mistakes = reset(changed(make()), FC)
    assert result.status == "fail"
    assert [one.code for one in mistakes] == [code]


def test_copies_are_of_what_became_of_the_source() -> None:
    assert copied(changed(None), TARGET)[0].status == "pass"
    for value, code in (
        (network("dqn")[TARGET], "SKIPPED_SILENTLY"),
        (network("dqn")[FC], "WRONG_COPY"),  # of what the source was
    ):
        result, mistakes = copied(changed(value, TARGET), TARGET)
        assert result.status == "fail"
        assert [(one.code, one.tensor) for one in mistakes] == [(code, TARGET)]
