"""Figure D: known answers of the four polynomials, and a floor that only Muon's DfI has."""

from __future__ import annotations

import json

import numpy as np
import pytest

from figures import figD, style
from figures.catalogue import Data
from figures.settings import Settings
from fire_ref import COEFFICIENTS, newton_schulz
from fire_ref.tolerances import EPS, iterate_bound

from ..backends import available
from .boxes import drawn, faults


@pytest.fixture(scope="module")
def data() -> Data:
    return figD.compute(Settings(), size=24, draws=3, columns=60)


def test_one_step_by_hand() -> None:
    # 1.5/2 - .5/8; (15/8)/2 - (5/4)/8 + (3/8)/32; 3.4445 - 4.7750 + 2.0315
    assert figD._response([0.5], 1, "cubic")[0] == 0.6875
    assert figD._response([0.5], 1, "quintic")[0] == 0.79296875
    assert figD._response([1.0], 1, "muon")[0] == pytest.approx(0.7010, abs=50 * EPS["float64"])


def test_columns_hold_the_curve(data: Data) -> None:
    s = np.array(data["s"])
    for name in COEFFICIENTS:
        for k in figD.SHOWN:
            low, high = (np.array(data["responses"][name][f"{k}"][end]) for end in ("low", "high"))
            # The middle of a column lies between two of its values, at most a sixtieth of the column away.
            room = 0.05 * (high - low) + 1e-12
            answers = figD._response(s, k, name)
            assert np.all((low - room <= answers) & (answers <= high + room))
    cubic = data["responses"]["cubic"]["5"]
    # It rises without a gap; the rounding of each step is stretched by 1.5 at most in each later one.
    np.testing.assert_allclose(cubic["high"][:-1], cubic["low"][1:], atol=4 * 1.5**5 * EPS["float64"])


def test_dfi_is_that_of_the_iterate(rng: np.random.Generator) -> None:
    s = rng.uniform(0.05, 1.0, 6)
    s /= np.linalg.norm(s)
    for name in COEFFICIENTS:
        X = newton_schulz(np.diag(s), 4, coefficients=name)
        truth = np.sum((X.T @ X - np.eye(6)) ** 2) / 6
        # Of the four steps, Polar Express stretches most: by less than the product of its slopes at 0.
        room = iterate_bound(6, EPS["float64"], 8.3 * 4.2 * 4.0 * 3.4)
        assert abs(figD.path(s, [4], name)[0] ** 0.5 - truth**0.5) <= 3 * room


def test_only_muon_stays_away_from_isometry(rng: np.random.Generator) -> None:
    s = np.sort(rng.uniform(0.5, 1.0, 50))
    s /= np.linalg.norm(s)
    for name in ("cubic", "quintic", "polar-express"):
        assert figD.path(s, [40], name)[0] < 1e-12
    muon = figD.path(s, range(200, 204), "muon")
    # Every value visits all four of the cycle, .6819, 1.1343, .7529, 1.0469, in four steps.
    mean = np.mean((1 - np.array([0.68192, 1.13427, 0.75292, 1.04691]) ** 2) ** 2)
    assert muon.mean() == pytest.approx(mean, abs=1e-4)
    # The nearest that all can come to 1 at once is 1.0469.
    assert muon.min() > 0.0092


def test_an_orthogonal_matrix_is_followed() -> None:
    found = figD.followed([np.full(4, 0.5)])
    assert found["dfi"]["cubic"][:2] == pytest.approx([(1 - 0.25) ** 2, (1 - 0.6875**2) ** 2])
    # All its values are one: DfI/p goes from the least of the cycle's to the largest, at 1.04691 and 0.68192.
    ends = [(1 - 1.04691**2) ** 2, (1 - 0.68192**2) ** 2]
    assert found["floor"] == pytest.approx(ends, abs=2e-5)  # the slope of (1 - s^2)^2 times the figures dropped


def test_the_floor_is_where_it_comes_to_late(data: Data) -> None:
    for one in data["spectra"].values():
        low, high = one["floor"]
        assert 0.1 < low < 0.1413 < high < 0.2
        assert 1 > one["dfi"]["cubic"][0] > one["dfi"]["cubic"][20]
    assert f"{low:.3f} to {high:.3f}" in data["caption"]


def test_values_enter_the_band_and_stay(data: Data) -> None:
    low, high = data["band"]
    s = np.geomspace(1e-3, 1.0, 2000)
    k = data["inside"]
    # A grid that is not the figure's own may miss the band by what lies between its values.
    assert low <= figD._response(s, k, "muon").min()
    assert figD._response(s, k, "muon").max() <= high
    before = figD._response(s, k - 1, "muon")
    assert before.min() < low or before.max() > high


def test_the_layers_of_the_shipped_networks_are_there(data: Data) -> None:
    assert list(data["spectra"]) == ["3 Gaussian matrices, 24 x 24", "7 layers of 2 networks"]
    assert "digits-mlp, digits-conv" in data["caption"]


def test_the_picture(data: Data) -> None:
    available("matplotlib")
    figure = drawn(figD, data)
    assert faults(figure) == []
    assert [axes.get_title() for axes in figure.axes[:3]] == ["k = 1", "k = 5", "k = 10"]
    for axes, one in zip(figure.axes[3:], data["spectra"].values(), strict=True):
        for line, name in zip(axes.lines, COEFFICIENTS, strict=True):
            assert line.get_ydata().tolist() == one["dfi"][name]
            assert line.get_color() == style.COLOURS[name]
        shaded = axes.patches[0].get_window_extent().transformed(axes.transData.inverted())
        assert [shaded.y0, shaded.y1] == pytest.approx(one["floor"])


def test_many_networks_fit() -> None:
    available("matplotlib")
    data = figD.compute(Settings(), size=8, draws=1, columns=8)
    last = data["spectra"].popitem()[1]
    data["spectra"]["1234 layers of 12 networks"] = last
    data["caption"] = data["caption"].replace("digits-conv", "minilm, stories15m, resnet50, digits-conv")
    assert faults(drawn(figD, json.loads(json.dumps(data)))) == []
