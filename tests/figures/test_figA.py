"""Figure A: known DfI of Gaussian squares, real layers by `predict`, and a picture that shows its data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures import figA
from figures.catalogue import Data
from figures.layers import layers
from figures.settings import Settings
from fire_ref import predict, steps_needed

from ..backends import available
from .boxes import drawn, faults

WIDTHS = (16, 64, 128)
#: What ten steps can make of rounding in a singular value: 1.5^10, and a hundred eps for the SVD.
ROOM = 100 * 1.5**10 * float(np.finfo(float).eps)


@pytest.fixture(scope="module")
def data() -> Data:
    return figA.compute(Settings(), widths=WIDTHS)


@pytest.mark.parametrize(("n", "known"), [(64, {5: 27, 10: 4}), (512, {5: 419, 10: 81, 15: 11})])
def test_the_known_dfi_of_gaussian_squares(n: int, known: dict[int, float]) -> None:
    found = figA._gaussian(n, 21, 15)
    for k, dfi in known.items():
        # Known from dense draws, to two digits; at k = 10 and n = 64 about four directions are left: half of one.
        assert n * found["dfi"][k] == pytest.approx(dfi, rel=0.05, abs=0.6 if dfi < 20 else 0)


def test_one_draw_is_what_its_matrix_is_foretold() -> None:
    from figures.gaussian import singular_values

    W = np.diag(singular_values(24, np.random.default_rng([24, 0])))
    found = figA._gaussian(24, 1, 10)
    for k in (0, 5, 10):
        told = predict(W, k)
        assert 24 * found["dfi"][k] == pytest.approx(float(told.dfi), abs=24 * ROOM)
        assert found["low"][k] == pytest.approx(float(told.response_min), abs=ROOM)
        assert found["high"][k] == pytest.approx(float(told.response_max), abs=ROOM)
    assert found["needed"]["all"] == [steps_needed(W)] * 3


def test_a_wider_matrix_needs_more(data: Data) -> None:
    for of, way in (("dfi", 1), ("low", -1)):
        for k in (5, 10):
            assert np.all(way * np.diff([one[of][k] for one in data["gaussian"]]) > 0)
    assert np.all(np.diff([one["needed"]["all"][1] for one in data["gaussian"]]) > 0)
    assert [one["n"] for one in data["gaussian"]] == list(WIDTHS)


def test_the_number_of_draws_is_odd_and_falls() -> None:
    counts = [figA.draws(n) for n in figA.WIDTHS]
    assert all(count % 2 for count in counts)
    assert counts == sorted(counts, reverse=True)
    assert counts[0] == figA.MOST
    assert counts[-1] == figA.FEWEST


def test_real_layers_are_what_they_are_foretold(data: Data) -> None:
    for name in ("digits-mlp", "digits-conv"):
        for layer, row in zip(layers(name, Settings()), data["networks"][name], strict=True):
            told = predict(layer.matrices.astype(float), 10)
            assert row["layer"] == layer.name
            assert row["p"] == min(layer.matrices.shape[1:])
            assert row["dfi"][10] == pytest.approx(float(told.dfi.sum()) / layer.rank, abs=ROOM)
            assert row["low"][10] == pytest.approx(float(told.response_min.min()), abs=ROOM)
            assert row["high"][10] == pytest.approx(float(told.response_max.max()), abs=ROOM)
            assert row["needed"] == np.max(steps_needed(layer.matrices))


def test_the_caption_counts(data: Data) -> None:
    rows = [row for rows in data["networks"].values() for row in rows]
    late = [row["layer"] for row in rows if row["needed"] > 10]
    assert f"{len(late)} of 7 need more than ten" in data["caption"]
    assert f"the slowest {max(row['needed'] for row in rows)}." in data["caption"]
    assert "n = 768" not in data["caption"]  # which was not computed


@pytest.fixture
def many(data: Data) -> Data:
    """Five networks, 140 layers, and widths as in the real thing."""
    rows = [row | {"p": 2 ** (i % 11)} for i, row in enumerate(4 * data["networks"]["digits-conv"] * 2)]
    wide = [one | {"n": n} for n, one in zip((16, 768, 4096), data["gaussian"], strict=True)]
    whole = data | {"gaussian": wide, "networks": {f"network-{i}": rows[:28] for i in range(5)}}
    return whole | {"caption": figA._caption(whole)}


def test_the_picture(data: Data, many: Data) -> None:
    available("matplotlib")
    for one in (data, many):
        assert faults(drawn(figA, one)) == []
    assert "n = 768, k = 5 leaves DfI / n" in many["caption"]


def test_what_is_drawn_is_in_the_data(data: Data) -> None:
    available("matplotlib")
    field, reach, real, enough = drawn(figA, data).axes
    marks = [line.get_xydata().tolist() for line in field.lines]
    assert marks == [[[768, 5]], [[64, 10], [1024, 10]]]
    rows = [row for rows in data["networks"].values() for row in rows]
    low = [[one["low"][k] for one in data["gaussian"]] for k in figA.SHOWN]
    assert [_y(line) for line in reach.lines if line.get_linestyle() == "-"] == low
    for axes, of in ((reach, "low"), (real, "dfi")):
        dots = [_y(line) for line in axes.lines if line.get_linestyle() == "None" and len(line.get_xdata())]
        assert dots == [[row[of][k] for row in rows] for k in figA.PAPER]
    assert _y(enough.lines[0]) == [one["needed"]["all"][1] for one in data["gaussian"]]
    assert _y(enough.lines[2]) == [row["needed"] for row in rows]


def _y(line: Any) -> list[float]:
    return list(np.asarray(line.get_ydata()).tolist())
