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
