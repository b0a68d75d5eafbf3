"""DfI and SFE in pieces are those of the whole."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from fire_ref.layout import parse
from fire_ref.streaming import measuring
from fire_ref.streaming.measuring import measured

from ..killing import breaks
from .networks import State


def plainly(W: np.ndarray, V: np.ndarray, gain: float | None) -> tuple[float, float, float]:  # type: ignore[type-arg] # of any dtype
    """By definition, matrix by matrix, shape (count, m, n)."""
    found = np.zeros(3)
    for w, v in zip(W.astype("f8"), V.astype("f8"), strict=True):
        p = min(w.shape)
        grams = [x @ x.T if x.shape[0] == p else x.T @ x for x in (w, v)]
        scales = [np.trace(g) / p if gain is None else gain**2 for g in grams]
        defects = [float(np.sum((g / s - np.eye(p)) ** 2)) for g, s in zip(grams, scales, strict=True)]
        found += (float(np.sum((w - v) ** 2)), *defects)
    return tuple(map(float, found))  # type: ignore[return-value] # three


def check(room: int) -> None:
    rng = np.random.default_rng(3)
    cases: State = {"OI": rng.standard_normal((37, 11)), "IO": rng.standard_normal((37, 11)), "OIHW": np.empty(0)}
    cases["OIHW"] = rng.standard_normal((7, 9, 2, 3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "ROOM", room)
        patch.setattr(measuring, "WIDE", 4)
        for letters, W in cases.items():
            layout = parse("f", letters, W.shape)
            V = 0.5 * W + 1
            stacks = [layout.to_stack(np, x).reshape(-1, *layout.to_stack(np, x).shape[-2:]) for x in (W, V)]
            for gain, scale in (("fan", layout.fan_gain(W.shape)), (2.0, 2.0), ("norm", None), ("mean", None)):
                name, *found = measured("x", W, V, layout, gain)
                assert name == "x"
                assert found == pytest.approx(plainly(*stacks, scale), rel=1e-12)


@pytest.mark.parametrize("room", [1 << 24, 400, 8])
def test_pieces_and_strips_add_up(room: int) -> None:
    check(room)


@breaks(
    wrong_defect=(measuring, "_defect", lambda W, scale: float(np.sum(np.square(W.T @ W / (scale or 1) ** 2)))),
    wrong_paid=(measuring, "_paid", lambda W, V: float(np.sum(np.square(W[:1] - V)))),
)
def test_a_wrong_measure_is_seen() -> None:
    check(400)


def test_no_second_matrix_is_held() -> None:
    W = np.ones((3000, 1500), "f4")
    layout = parse("f", "OI", W.shape)
    tracemalloc.start()
    try:
        measured("x", W, W, layout, "fan")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * measuring.ROOM
