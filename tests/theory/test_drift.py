"""Theorem 1 in code: the drift it measures is the one that its words describe."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.theory import feature_drift
from fire_ref.theory.drift import ACTIVATIONS, correlations, features, propagated


def test_features_are_those_of_a_loop_over_samples(rng: np.random.Generator) -> None:
    weights = [rng.standard_normal((4, 3)), rng.standard_normal((2, 4))]
    Z = rng.standard_normal((5, 3))
    for name, phi in ACTIVATIONS.items():
        wanted = [phi(weights[1] @ phi(weights[0] @ z)) for z in Z]
        np.testing.assert_allclose(features(weights, Z, phi), wanted, atol=1e-14, err_msg=name)


def test_correlations_have_trace_one() -> None:
    C = correlations(np.array([[3.0, 0.0], [0.0, 4.0]]))
    np.testing.assert_allclose(C, np.diag([9 / 25, 16 / 25]))


def test_propagation_takes_the_old_layers_below_and_the_new_ones_above() -> None:
    assert propagated([(2.0, 3.0), (5.0, 7.0), (11.0, 13.0)], [1.0, 10.0, 100.0]) == 7 * 13 + 10 * 2 * 13 + 100 * 2 * 5


def test_no_move_is_no_drift(rng: np.random.Generator) -> None:
    W = [rng.standard_normal((3, 3))]
    found = feature_drift(W, W, rng.standard_normal((4, 3)))
    assert (found.measured, found.bound, found.sharper, found.slack) == (0, 0, 0, 1)


def test_dead_features_have_no_correlations() -> None:
    found = feature_drift([-np.eye(2)], [np.eye(2)], np.ones((3, 2)))
    assert not found.holds
    assert not found.says_something
    assert np.isnan(found.measured)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="shapes of weights"):
        feature_drift([np.eye(2)], [np.eye(3)], np.eye(2))
    with pytest.raises(ValueError, match="activation"):
        feature_drift([np.eye(2)], [np.eye(2)], np.eye(2), "gelu")


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e60, 1e155, 1e300])
@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_the_scale_of_all_layers_and_of_the_inputs_changes_nothing(
    scale: float, activation: str, rng: np.random.Generator
) -> None:
    W, V = ([np.abs(rng.standard_normal((4, 4))) for _ in range(5)] for _ in range(2))  # no unit dies
    Z = np.abs(rng.standard_normal((3, 4)))
    plain = feature_drift(W, V, Z, activation)
    for weights, moved, inputs in (
        ([scale * A for A in W], [scale * A for A in V], Z),
        (W, V, scale * Z),
        ([*W[:-1], scale * W[-1]], [*V[:-1], scale * V[-1]], Z),
    ):
        found = feature_drift(weights, moved, inputs, activation)
        assert found.measured == pytest.approx(plain.measured, rel=1e-12)
        assert found.sharper == pytest.approx(plain.sharper, rel=1e-12)
        assert found.bound >= plain.bound * (1 - 1e-9)
        assert found.holds


def test_tanh_keeps_its_scale() -> None:
    small, large = (
        feature_drift([c * np.eye(2)], [c * np.diag([1.0, 0.5])], np.eye(2), "tanh") for c in (1e-200, 30.0)
    )
    linear = feature_drift([np.eye(2)], [np.diag([1.0, 0.5])], np.eye(2), "identity")
    assert small.measured == pytest.approx(linear.measured)
    assert large.measured < 1e-10
    with pytest.raises(ValueError, match="within float64"):
        feature_drift([np.array([[1e300, -1e300]])], [np.ones((1, 2))], np.array([[1e300, 1e300]]), "tanh")
