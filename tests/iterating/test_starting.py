"""X_0 on the host: the definition's values, at every scale, of every piece."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.iterating.pieces import BYTES
from fire_ref.iterating.starting import start
from fire_ref.operands import operand
from fire_ref.tolerances import EPS

Host = np.ndarray[Any, np.dtype[Any]]
LARGE = (3, BYTES // 1024, 200)  # more than a piece in float32 and float64
KINDS = ["frobenius", "spectral", "none"]


def started(W: Host, normalization: str = "frobenius", eps: float = 0.0, dtype: str | None = None) -> Host:
    w = operand("test", "W", W)
    with w.quiet():
        return start(w, W, np.dtype(dtype or W.dtype), normalization, eps, lambda peak: None)


@pytest.mark.parametrize("shape", [(4, 3), (70, 5, 6), LARGE])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_matrix_is_divided_by_its_own_norm(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> None:
    W = (rng.standard_normal(shape) * np.exp(rng.standard_normal((*shape[:-2], 1, 1)))).astype(dtype)
    norm = np.sqrt(np.sum(np.square(W.astype(np.float64)), axis=(-2, -1), keepdims=True))
    # A square, a root, the norm's rounding and a division: of relative size.
    np.testing.assert_allclose(started(W), W / norm, rtol=4 * EPS[dtype], atol=0)


def test_the_norm_of_a_long_matrix_is_not_summed_in_single_precision() -> None:
    W = np.full((2**22, 3), 1.1, np.float32)
    assert np.abs(started(W) * np.sqrt(3 * 2.0**22) - 1).max() <= 4 * EPS["float32"]


def test_spectral_none_and_eps(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 6, 4))
    top = np.linalg.norm(W, 2, axis=(-2, -1))[:, None, None]
    np.testing.assert_allclose(started(W, "spectral"), W / top, rtol=40 * EPS["float64"])
    np.testing.assert_allclose(started(W, "spectral", 0.5), W / (top + 0.5), rtol=40 * EPS["float64"])
    np.testing.assert_array_equal(started(W, "none", 0.5), W)


@pytest.mark.parametrize(("dtype", "k"), [("float64", 1000), ("float64", -1074), ("float32", 120), ("float32", -149)])
@pytest.mark.parametrize("shape", [(9, 5, 4), LARGE])
def test_a_power_of_two_does_not_change_one_bit(
    rng: np.random.Generator, dtype: str, k: int, shape: tuple[int, ...]
) -> None:
    W = rng.integers(-16, 17, shape).astype(dtype)
    for normalization in ("frobenius", "spectral") if W.size < 1000 else ("frobenius",):
        np.testing.assert_array_equal(started(np.ldexp(W, k), normalization), started(W, normalization))


@pytest.mark.parametrize("normalization", KINDS)
def test_the_result_is_new_memory_in_row_major_order(rng: np.random.Generator, normalization: str) -> None:
    W = np.asfortranarray(rng.standard_normal((3, 5, 4)))
    W.setflags(write=False)
    X = started(W, normalization)
    assert X.flags.c_contiguous
    assert not np.shares_memory(X, W)
    assert started(W.astype(np.float32), normalization, dtype="float64").dtype == np.float64


def test_the_largest_magnitudes_are_shown_with_their_stack_axes(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 3, 5, 4))
    W[1, 2, 4, 3] = np.nan
    W[0, 1, 0, 0] = -np.inf
    shown: list[Host] = []
    with np.errstate(all="ignore"):
        start(operand("test", "W", W), W, np.dtype("float64"), "frobenius", 0.0, shown.append)
    expected = np.abs(W).max(axis=(-2, -1), keepdims=True)
    np.testing.assert_array_equal(shown[0], expected)


def test_what_the_caller_refuses_is_not_computed() -> None:
    def refuse(peak: Host) -> None:
        raise ValueError(str(peak.shape))

    with pytest.raises(ValueError, match=r"\(1, 1\)"):
        start(operand("test", "W", np.eye(3)), np.eye(3), np.dtype("float64"), "frobenius", 0.0, refuse)
