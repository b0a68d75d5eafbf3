"""Comparing tensors: by value, bit patterns of what is no number, and how far apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import save_file

from fire_ref.checkpoints import Stored, open_checkpoint
from fire_ref.conformance.states.comparing import (
    changed_by,
    numbers,
    readable,
    same,
    stored_in,
    within_a_rounding,
)
from fire_ref.models.modules import live
from fire_ref.tolerances import EPS

from ...backends import Backend, available


def test_values_decide_and_nan_equals_nan(arrays: Backend) -> None:
    values = np.array([[1.0, np.nan], [np.inf, -0.0]])
    one, other = (live("w", arrays.make(values.copy(), arrays.widest)) for _ in range(2))
    assert same(one, other)
    for i, j, value in ((0, 0, 2.0), (0, 1, 0.0), (1, 0, np.nan)):
        changed = values.copy()
        changed[i, j] = value
        assert not same(one, live("w", arrays.make(changed, arrays.widest)))
    assert not same(one, live("w", arrays.make(values.reshape(4, 1), arrays.widest)))


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [(3, 3, True), (3, 4, False), ("a", "b", False), (np.array(3), np.array(3), True), (np.array([1]), None, False)],
)
def test_whatever_an_entry_is(first: Any, second: Any, equal: bool) -> None:
    assert same(live("x", first), live("x", second)) is equal


def test_eight_bits_are_compared_as_bits(tmp_path: Path) -> None:
    torch = available("torch")
    W = torch.tensor([1.0, 2.0]).to(torch.float8_e4m3fn)
    assert same(live("w", W), live("w", W.clone()))
    for i, value in enumerate((5, 5, 6)):
        save_file({"n": np.array([value])}, tmp_path / f"{i}.safetensors")
    one, other, third = (open_checkpoint("f", tmp_path / f"{i}.safetensors")[0] for i in range(3))
    assert same(one, other)
    assert not same(one, third)


def test_one_rounding_is_no_change_and_two_are() -> None:
    wanted = np.array([1.0, -3.0, 0.0, np.inf])
    for dtype in ("float16", "bfloat16"):
        rounded = (wanted * (1 + EPS[dtype] / 3)).astype(ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype)
        residual, bound = within_a_rounding(rounded.astype(np.float64), wanted, dtype)
        assert residual <= bound == EPS[dtype]
        assert within_a_rounding(wanted * (1 + 2 * EPS[dtype]), wanted, dtype)[0] > EPS[dtype]
    assert within_a_rounding(np.array([np.nan]), np.array([1.0]), "float32")[0] == np.inf
    assert within_a_rounding(np.array([1.0]), np.array([np.nan]), "float32")[0] == np.inf
    assert within_a_rounding(np.empty(0), np.empty(0), "float32")[0] == 0


def test_words_and_dtypes() -> None:
    def tensor(values: Any) -> Stored:
        return live("w", np.asarray(values))

    assert changed_by(tensor([3.0, 4.0]), tensor([3.0, 4.5])) == "moved by 0.1 of its norm"
    assert changed_by(tensor([0.0]), tensor([1.0])) == "is no longer zero"
    assert changed_by(tensor([1.0, 1.0]), tensor([np.nan, 1.0])) == "1 of 2 numbers are not finite"
    assert changed_by(tensor([3e200, 4e200]), tensor([3e200, 4.5e200])) == "moved by 0.1 of its norm"
    assert changed_by(tensor([1.0, np.nan]), tensor([1.0, 1.0])) == (
        "is finite, where BEFORE had 1 of 2 numbers that are not"
    )
    assert changed_by(tensor([1]), tensor([2])) == "holds something else"
    half = live("w", np.ones(2, dtype=np.float16))
    assert stored_in(half, tensor([1.0])) == stored_in(tensor([1.0]), half) == "float16"
    assert readable(half)
    assert not readable(tensor([1]))
    assert numbers(half).dtype == np.float64
