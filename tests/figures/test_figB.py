"""Figure B: the hypotheses by hand and by the library's measures, and a picture that shows them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures import figB
from figures.audited import audited
from figures.catalogue import Data
from figures.layers import Layer, layer, layers
from figures.settings import Settings
from fire_ref import audit, dfi, newton_schulz
from fire_ref.tolerances import residual_bound

from ..backends import available
from .boxes import drawn, faults


@pytest.fixture(scope="module")
def data() -> Data:
    return figB.compute(Settings())


@pytest.fixture(scope="module")
def every() -> list[Layer]:
    return [one for name in ("digits-mlp", "digits-conv") for one in layers(name, Settings())]


def test_a_diagonal_matrix_by_hand() -> None:
    rows = audit({"W": np.diag([1.5, 0.5])}, theory=True).rows
    before = figB.stand(rows, "before")
    assert before["root_dfi"] == [pytest.approx(np.hypot(1.25, 0.75))]  # 2.25 - 1 and 0.25 - 1
    assert before["deviation"] == [pytest.approx(1.25)]
    # Nothing has moved, nothing fell; the condition is 3, far from 99; no row is farther than 1 from the mean.
    assert before["speaks"] == [[3, 4]]
    exact = figB.stand(rows, "exact")
    assert exact == {"root_dfi": [0.0], "deviation": [0.0], "speaks": [[1, 2, 3, 4]]}


def test_the_steps_are_those_of_the_iterates(data: Data, every: list[Layer]) -> None:
    for key in (5, 10):
        stage = f"k = {key}"
        told = {of: _flat(data, of, stage) for of in figB.MEASURES}
        for one, root, deviation in zip(every, told["root_dfi"], told["deviation"], strict=True):
            X = newton_schulz(one.matrices.astype(float), key)
            # An error E of the iterate moves each by (2 + |E|) |E|; a step multiplies it by 1.5 at most.
            room = 3 * len(X) * 1.5**key * residual_bound(one.rank, float(np.finfo(float).eps))
            assert root == pytest.approx(float(np.sqrt(dfi(X).sum())), abs=room)
            gram = np.swapaxes(X, 1, 2) @ X if X.shape[1] >= X.shape[2] else X @ np.swapaxes(X, 1, 2)
            worst = np.linalg.norm(gram - np.eye(gram.shape[-1]), 2, axis=(1, 2)).max()
            assert deviation == pytest.approx(worst, abs=room)


def test_the_theorems_that_speak_are_those_of_the_audit(data: Data) -> None:
    for name, one in data["networks"].items():
        for stage, key in figB.STAGES.items():
            told = [row.theory[key].theorems for row in audited(name, Settings()).rows if row.theory]
            said = one["stages"][stage]["speaks"]
            assert ["".join(str(i) if i in speaks else "." for i in range(1, 5)) for speaks in said] == told


def test_before_is_relative_to_the_mean_singular_value(data: Data, every: list[Layer]) -> None:
    for one, root in zip(every, _flat(data, "root_dfi", "W"), strict=True):
        W = one.matrices.astype(float)
        mean = float(np.linalg.svd(W, compute_uv=False).mean())
        assert root == pytest.approx(float(np.sqrt(dfi(W, gain=mean).sum())), rel=1e-12)


def test_the_exact_factor_is_off_by_rounding_only(data: Data, every: list[Layer]) -> None:
    found = [figB.left(one) for one in every]
    assert max(found) == data["rounding"]
    # Rounding to float32 once: each of the m n entries, none above 1, by half of eps at most; then (2 + |E|) |E|.
    for one, value in zip(every, found, strict=True):
        assert 0 < value <= 1.5 * float(np.finfo(np.float32).eps) * one.matrices.size**0.5
    double = layer("made", "W", every[1].matrices[0].astype(float))
    assert figB.left(double) <= residual_bound(double.rank, float(np.finfo(float).eps))


def test_the_counts_are_in_the_caption(data: Data) -> None:
    counts = {stage: sum(value < 1 for value in _flat(data, "root_dfi", stage)) for stage in figB.STAGES}
    assert counts == {stage: figB.small(data, "root_dfi", stage) for stage in figB.STAGES}
    assert counts["W"] < counts["k = 5"] < counts["k = 10"] < counts["exact"] == 7
    words = f"{counts['W']} before, {counts['k = 5']} after five steps, {counts['k = 10']} after ten"
    assert words in data["caption"]
    assert figB.small(data, "deviation", "k = 5") == 7


def _flat(data: Data, of: str, stage: str) -> list[float]:
    return [value for one in data["networks"].values() for value in one["stages"][stage][of]]


@pytest.fixture
def many(data: Data) -> Data:
    """Five networks of 140 layers in all, as in the real thing."""
    short, other = data["networks"].values()
    whole = {"digits-mlp": short, "digits-conv": other}
    for name, times in (("minilm", 9), ("stories15m", 11), ("resnet50", 13)):
        stages = {stage: {of: times * values for of, values in one.items()} for stage, one in other["stages"].items()}
        whole[name] = {"layers": times * other["layers"], "stages": stages}
    found = data | {"networks": whole}
    return found | {"caption": figB._caption(found)}


def test_the_picture(data: Data, many: Data) -> None:
    available("matplotlib")
    for one in (data, many):
        figure = drawn(figB, one)
        assert faults(figure) == []
        assert len(figure.axes) == 3 * len(one["networks"])


def test_what_is_drawn_is_in_the_data(data: Data) -> None:
    available("matplotlib")
    axes = np.array(drawn(figB, data).axes).reshape(3, 2)
    for column, one in zip(axes.T, data["networks"].values(), strict=True):
        for panel, of in zip(column, figB.MEASURES, strict=False):
            assert [_y(line) for line in panel.lines[:4]] == [one["stages"][stage][of] for stage in figB.STAGES]
            highest = max(max(values) for values in map(_y, panel.lines[:4]))
            assert highest < panel.get_ylim()[1]
        for line, stage in zip(column[2].lines, figB.STAGES, strict=False):
            said = {(i, round(y)) for i, y in zip(line.get_xdata(), line.get_ydata(), strict=True)}
            told = enumerate(one["stages"][stage]["speaks"], start=1)
            assert said == {(i, theorem) for i, theorems in told for theorem in theorems}


def _y(line: Any) -> list[float]:
    return list(np.asarray(line.get_ydata()).tolist())
