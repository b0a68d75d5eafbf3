"""Figure 1: the solved geometry, against the library, closed forms and brute force over all isometries."""

from __future__ import annotations

import numpy as np
import pytest

from figures import fig1
from figures.catalogue import Data
from figures.settings import Settings
from figures.two_by_two import PSI, matrix, member
from fire_ref import dfi, excess, polar_factor, sfe, spectral_response
from fire_ref.tolerances import EPS, distance_bound, iterate_bound, residual_bound

from ..backends import available
from .boxes import drawn, faults

POINTS = 41
W, FRESH = member(*fig1.TRAINED), member(*fig1.INITIAL)
S = np.array([fig1.TRAINED[0] + fig1.TRAINED[2], fig1.TRAINED[0] - fig1.TRAINED[2]])
# What a singular value or coordinate of these small matrices may be off by.
ROUNDING = residual_bound(2, EPS["float64"]) * S[0]


@pytest.fixture(scope="module")
def data() -> Data:
    return fig1.compute(Settings(), points=POINTS)


def whole(one: Data) -> np.ndarray:
    """The matrix of a located point."""
    return matrix(complex(*one["alpha"]), one["t"] * np.exp(1j * PSI))


def test_everything_lies_in_one_family(data: Data) -> None:
    np.testing.assert_allclose(whole(data["points"]["W"]), W, atol=ROUNDING)
    np.testing.assert_allclose(whole(data["points"]["full reset"]), FRESH, atol=ROUNDING)
    room = distance_bound(2, EPS["float64"], S[0] / S[1])
    np.testing.assert_allclose(whole(data["points"]["exact"]), polar_factor(W), atol=room)
    # A part of beta off the family's phase would be lost, and with it some of the singular values.
    for one in (*data["steps"], *data["front"], *data["mixed"], *data["marked"]):
        assert np.linalg.svd(whole(one), compute_uv=False) == pytest.approx(one["s"], abs=ROUNDING)


def test_sfe_is_twice_the_squared_distance(data: Data) -> None:
    first, second = (np.array([*one["alpha"], one["t"]]) for one in (data["points"]["W"], data["points"]["full reset"]))
    assert 2 * np.sum((first - second) ** 2) == pytest.approx(float(sfe(W, FRESH)))


def test_q_is_the_nearest_of_all_isometries(data: Data) -> None:
    ring = data["ring"]
    rotations, reflections = np.array(ring["rotations"]), np.array(ring["reflections"])
    angle = ring["angles"][rotations.argmin()]
    spacing = 2 * np.pi / (POINTS - 1)
    assert abs(angle - fig1.TRAINED[1]) <= spacing / 2 + 1e-12
    assert data["least"] == pytest.approx(np.sum((S - 1) ** 2))
    r, t = fig1.TRAINED[0], fig1.TRAINED[2]
    # Sinusoids about s_1^2 + s_2^2 + 2.
    middle, angles = np.sum(S**2) + 2, np.array(ring["angles"])
    np.testing.assert_allclose(rotations, middle - 4 * r * np.cos(angles - fig1.TRAINED[1]))
    np.testing.assert_allclose(reflections, middle - 4 * t * np.cos(angles - PSI))
    assert ring["mean"] == pytest.approx(middle)
    assert middle - 4 * t - data["least"] == pytest.approx(4 * S[1])


def test_newton_schulz_is_the_scalar_map_and_keeps_the_phase(data: Data) -> None:
    x = S / np.linalg.norm(S)
    for k, one in enumerate(data["steps"]):
        room = iterate_bound(2, EPS["float64"], 1.5**k)
        np.testing.assert_allclose(one["s"], np.sort(spectral_response(x, k))[::-1], atol=room)
        assert np.angle(complex(*one["alpha"])) == pytest.approx(fig1.TRAINED[1], abs=room)
    assert len(data["steps"]) == fig1.STEPS + 1


def test_shrink_and_perturb_ends_at_full_reset(data: Data) -> None:
    ends = [whole(data["mixed"][i]) for i in (0, -1)]
    np.testing.assert_allclose(ends, [W, FRESH], atol=ROUNDING)
    for share, one in zip(fig1.SHARES, data["marked"], strict=True):
        assert float(sfe(W, whole(one))) == pytest.approx(share**2 * float(sfe(W, FRESH)))


def test_the_front_leads_from_w_to_q_and_nothing_lies_below_it(data: Data) -> None:
    np.testing.assert_allclose(data["front"][0]["s"], S, atol=ROUNDING)
    np.testing.assert_allclose(data["front"][-1]["s"], [1, 1], atol=ROUNDING)
    for one in data["front"]:  # s = 2 lam v^3 + (1 - 2 lam) v has one lam for both values
        v = np.array(one["s"])
        first, second = (S - v) * (v**3 - v)[::-1]
        assert first == pytest.approx(second, abs=100 * ROUNDING)
    for one in (*data["steps"], *data["mixed"]):
        paid = excess(W, whole(one))
        assert paid.sfe >= paid.least_sfe - ROUNDING


def test_level_curves_have_their_level(data: Data) -> None:
    levels = data["levels"]
    assert set(levels["alpha"]) == {f"{data['least']:.3g}", "5", "8"}  # 1 is less than 2 t^2, not reached
    turned = np.exp(1j * fig1.TRAINED[1])
    for level, (x, y) in levels["alpha"].items():
        for a, b in zip(x, y, strict=True):
            assert float(sfe(W, matrix(a + 1j * b, 0))) == pytest.approx(float(level), rel=2e-3)  # three digits
    U, _, Vt = np.linalg.svd(W)
    for of, curves in (("sfe", levels["sfe"]), ("dfi", levels["dfi"])):
        for level, curve in curves.items():
            M = [U @ np.diag(pair) @ Vt for pair in np.transpose(curve)]
            found = [float(sfe(W, one) if of == "sfe" else dfi(one)) for one in M]
            np.testing.assert_allclose(found, float(level), rtol=2e-3)
    # The level of Q touches the circle of rotations there, and is nowhere inside it.
    touching = np.array(levels["alpha"][f"{data['least']:.3g}"])
    inside = 1 - np.hypot(*touching)
    spacing = 2 * np.pi / (POINTS - 1)
    assert -(spacing**2) < inside.max() < 1e-12
    nearest = complex(*touching[:, inside.argmax()])
    assert abs(nearest - turned) < spacing


def test_the_caption_quotes_the_data(data: Data) -> None:
    five = excess(W, whole(data["steps"][5]))
    assert f"Five steps pay {five.sfe:.2f} for what {five.least_sfe:.2f} buys" in data["caption"]
    assert f"full reset {float(sfe(W, FRESH)):.2f}" in data["caption"]


def test_the_picture(data: Data) -> None:
    available("matplotlib")
    figure = drawn(fig1, data)
    assert faults(figure) == []
    left, middle, right = figure.axes
    for axes, key in ((left, "alpha"), (middle, "s")):
        path = next(line for line in axes.lines if line.get_label() == "Newton-Schulz, $X_k$")
        np.testing.assert_array_equal(path.get_xydata(), [one[key] for one in data["steps"]])
        assert axes.get_aspect() == 1  # circles are circles
    np.testing.assert_array_equal(right.lines[0].get_ydata(), data["ring"]["rotations"])
    assert any(note.get_text() == f"$Q$: {data['least']:.2f}" for note in right.texts)
