"""Other matrices than the declared one: other axes, all taps, a whole stack, QR."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.states.structures import rearranged, wrong_factors

from .pieces import block


def only(found: list) -> str:
    return found[0].code if len(found) == 1 else ""


def flat(W: np.ndarray) -> np.ndarray:
    return fire_ref.newton_schulz(W.reshape(len(W), -1), 10).reshape(W.shape)


def test_kernels(rng: np.random.Generator) -> None:
    W = rng.standard_normal((8, 6, 3, 3))
    assert only(rearranged([block(W, flat(W))], "OIHW")) == "CONV_FLATTENED"
    assert only(rearranged([block(W, fire_ref.fire(W, layout="abOI"))], "OIHW")) == "CONV_KERNEL_AXES"
    assert rearranged([block(W, fire_ref.fire(W, method="svd"), method="svd")], "OIHW") == []
    H = np.ascontiguousarray(W.transpose(2, 3, 1, 0))
    taken = fire_ref.fire(H, layout="OIHW")
    assert only(rearranged([block(H, taken, layout="HWIO")], "HWIO")) == "CONV_KERNEL_AXES"
    by_taps = fire_ref.newton_schulz(W.transpose(2, 3, 0, 1), 5, coefficients="muon").transpose(2, 3, 0, 1)
    assert only(rearranged([block(W, by_taps, dialect="muon")], "OIHW")) == "CONV_KERNEL_AXES"


@pytest.mark.parametrize("way", ["rows", "columns", "row each"])
def test_stacks(rng: np.random.Generator, way: str) -> None:
    W = rng.standard_normal((3, 8, 5))
    b, m, n = W.shape
    if way == "rows":
        Y = fire_ref.newton_schulz(W.reshape(b * m, n), 10).reshape(W.shape)
    elif way == "columns":
        Y = fire_ref.newton_schulz(W.transpose(1, 0, 2).reshape(m, b * n), 10).reshape(m, b, n).transpose(1, 0, 2)
    else:
        Y = fire_ref.newton_schulz(W.reshape(b, m * n), 10).reshape(W.shape)
    assert only(rearranged([block(W, Y)], "bOI")) == "BATCH_COLLAPSED"
    assert rearranged([block(W, W[::-1])], "bOI") == []


def test_single_matrices_are_arranged_in_no_other_way(rng: np.random.Generator) -> None:
    W = rng.standard_normal((8, 6))
    assert rearranged([block(W, W.T.copy().T[::-1])], "OI") == []


def test_known_wrong_factors(rng: np.random.Generator) -> None:
    W = rng.standard_normal((16, 10))
    Q = np.linalg.qr(W)[0]
    assert only(wrong_factors([block(W, sqrt(1.6) * Q, method="svd")])) == "WRONG_FACTOR_QR"
    U, _, Vh = np.linalg.svd(W, full_matrices=False)
    assert only(wrong_factors([block(W, U @ Vh.T, method="svd")])) == "WRONG_FACTOR_V"
    other = np.linalg.qr(rng.standard_normal(W.shape))[0]
    assert only(wrong_factors([block(W, other, method="svd")])) == "WRONG_FACTOR"
    assert wrong_factors([block(W, rng.standard_normal(W.shape), method="svd")]) == []
    scaled = W / np.linalg.norm(W, axis=1, keepdims=True)
    assert only(wrong_factors([block(W, fire_ref.newton_schulz(scaled, 5), steps=5)])) == "ROWS_RESCALED"


def test_what_is_nearly_right_is_no_known_wrong_factor(rng: np.random.Generator) -> None:
    W = rng.standard_normal((16, 10))
    right = fire_ref.fire(W, method="newton-schulz")
    assert wrong_factors([block(W, right.astype(np.float16))]) == []
