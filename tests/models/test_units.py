"""The output units of a weight: their norms, and which of them are dead, in every layout."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.layout import parse
from fire_ref.models.units import row_norms
from fire_ref.operands import operand
from fire_ref.prepared import prepared
from fire_ref.tolerances import EPS

from ..backends import Backend
from .truth import E64, Host


def units_of(W: Host, layout: str | None = None, rtol: float = 0.0) -> tuple[float, float, int]:
    """Return what `row_norms` finds."""
    w = operand("f", "W", W)
    axes = parse("f", layout, w.shape)
    return row_norms(w, axes, prepared("f", "W", w, axes.to_stack(w.xp, w.array), check=True), rtol)


def norms(W: Host, layout: str) -> Host:
    """Return the norm of each output unit, over its inputs and taps; batch letters have units of their own."""
    kept = [layout.index(letter) for letter in layout if letter == "O" or letter.islower()]
    return np.sqrt(np.sum(W**2, axis=tuple(set(range(W.ndim)) - set(kept))))


@pytest.mark.parametrize(
    ("shape", "layout"),
    [
        ((5, 3), "OI"),
        ((3, 5), "IO"),
        ((5, 3, 2, 3), "OIHW"),
        ((2, 3, 3, 5), "HWIO"),
        ((3, 5, 2, 3), "IOHW"),
        ((5, 3, 4), "OIW"),
        ((2, 5, 3), "bOI"),
        ((3, 2, 2, 5, 2), "HIbOW"),
        ((1, 1), "OI"),
    ],
)
def test_the_norms_go_over_inputs_and_taps(rng: np.random.Generator, shape: tuple[int, ...], layout: str) -> None:
    W = rng.standard_normal(shape)
    truth = norms(W, layout)
    # One rounding for each of the terms at most, all of them nonnegative.
    close = W.size * E64
    lowest, highest, dead = units_of(W, layout)
    assert (lowest, highest) == (pytest.approx(truth.min(), rel=close), pytest.approx(truth.max(), rel=close))
    assert dead == 0


def test_a_unit_is_dead_up_to_the_threshold_and_not_above() -> None:
    W = np.diag([4.0, 1.0, 2.0**-10, 0.0])
    assert units_of(W, rtol=2.0**-13)[2] == 1
    assert units_of(W, rtol=2.0**-12)[2] == 2  # 2^-10 = rtol 4, at most
    assert units_of(W, rtol=0.5)[2] == 3
    assert units_of(W)[:2] == (0.0, 4.0)


def test_a_unit_of_a_convolution_is_dead_only_if_all_its_taps_are(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3, 2, 2))
    W[1] = 0.0
    W[2, :, :, 0] = 0.0
    assert units_of(W)[2] == 1
    assert fire_ref.audit({"w": W}).rows[0].dead_units == 1


def test_dead_is_against_the_largest_unit_of_all_members_of_an_ensemble() -> None:
    W = np.stack([np.eye(3), 2.0**-20 * np.eye(3), np.zeros((3, 3))])
    assert units_of(W, "bOI")[2] == 3
    assert units_of(W, "bOI", rtol=2.0**-20)[2] == 6


@pytest.mark.parametrize("shape", [(3, 2), (3, 2, 2, 2), (1, 1)])
def test_all_units_of_a_zero_weight_are_dead(shape: tuple[int, ...]) -> None:
    assert units_of(np.zeros(shape)) == (0.0, 0.0, shape[0])


@pytest.mark.parametrize("j", [-1050, -600, 600, 1000])
def test_no_square_overflows_or_vanishes(j: int) -> None:
    """Pythagorean rows of one and of several taps: exact at every scale that holds them."""
    W = np.array([[3.0, 4.0], [5.0, 12.0], [0.0, 0.0]])
    assert units_of(np.ldexp(W, j)) == (0.0, np.ldexp(13.0, j), 1)
    taps = np.zeros((2, 2, 1, 2))
    taps[:, :, 0, 0], taps[:, :, 0, 1] = [[3.0, 0.0], [8.0, 0.0]], [[0.0, 4.0], [0.0, 6.0]]
    lowest, highest, dead = units_of(np.ldexp(taps, j))
    assert (lowest, highest, dead) == (
        pytest.approx(np.ldexp(5.0, j), rel=4 * E64),
        pytest.approx(np.ldexp(10.0, j), rel=4 * E64),
        0,
    )


def test_taps_of_different_scales_are_put_together(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3, 1, 2)) * np.array([1e-150, 1e150])
    assert units_of(W)[0] == pytest.approx(norms(W[..., 1:], "OIHW").min(), rel=W.size * E64)


def test_every_backend_and_precision_measures_the_values_it_holds(arrays: Backend, rng: np.random.Generator) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((5, 3, 2, 2)), dtype)
        lowest, highest, dead = units_of(W)
        truth = norms(arrays.host(W), "OIHW")
        close = truth.size * 3 * 2 * 2 * EPS[arrays.widest]
        assert type(lowest) is type(highest) is float
        assert (lowest, highest) == (pytest.approx(truth.min(), rel=close), pytest.approx(truth.max(), rel=close))
        assert dead == 0
