"""The four theorems on a trained network and the data it was trained on."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref import theory
from fire_ref.tolerances import EPS, residual_bound
from fire_ref.weights import digits_mlp

from ..backends import available
from ..theory.networks import Host

ROUNDING = 10 * residual_bound(96, EPS["float64"])
NETWORK = {name: np.asarray(value, np.float64) for name, value in digits_mlp().items()}
WEIGHTS = [NETWORK[f"fc{i}.weight"] for i in (1, 2, 3)]
BIASES = [NETWORK[f"fc{i}.bias"] for i in (1, 2, 3)]


@pytest.fixture(scope="module")
def digits() -> Host:
    """Fifty of scikit-learn's digits, as the network was trained on them."""
    return np.asarray(available("sklearn.datasets").load_digits().data[:50] / 16, np.float64)


def entering(inputs: Host) -> list[Host]:
    """Return what enters each layer."""
    given = [inputs]
    for W, b in zip(WEIGHTS[:-1], BIASES[:-1], strict=True):
        given.append(np.maximum(given[-1] @ W.T + b, 0))
    return given


@pytest.mark.parametrize("steps", [5, 10, None])
def test_features_drift_less_than_the_bounds_and_the_papers_says_nothing(steps: int | None, digits: Host) -> None:
    moved = [
        np.asarray(fire_ref.fire(W) if steps is None else fire_ref.fire(W, method="newton-schulz", steps=steps))
        for W in WEIGHTS
    ]
    found = theory.feature_drift(WEIGHTS, moved, digits)
    assert 0 < found.measured <= found.trivial < found.sharper < found.bound
    assert not found.says_something


def test_the_curvature_of_every_layer_is_below_its_bounds_before_and_after_and_fire_lowers_them(digits: Host) -> None:
    before = theory.curvature(WEIGHTS, digits, biases=BIASES)
    after = theory.curvature([np.asarray(fire_ref.fire(W)) for W in WEIGHTS], digits, biases=BIASES)
    for found in (*before, *after):
        assert 0 < found.measured <= found.sharper * (1 + ROUNDING) <= found.bound * (1 + ROUNDING) ** 2
    assert after[0].bound < before[0].bound


def test_every_layer_keeps_the_effective_rank_that_theorem_three_promises(digits: Host) -> None:
    for W, X in zip(WEIGHTS, entering(digits), strict=True):
        for V in (W, np.asarray(fire_ref.fire(W))):
            found = theory.effective_rank(V, X)
            assert found.measured >= found.sharper >= found.bound
            assert found.hypotheses[0].holds is (W.shape[0] >= W.shape[1])
        assert found.says_something is (W.shape[0] >= W.shape[1])


def test_every_square_or_wide_layer_is_balanced_after_fire(digits: Host) -> None:
    for W in WEIGHTS:
        least, most = theory.neuron_activity(np.asarray(fire_ref.fire(W)))
        assert least.sharper - ROUNDING <= least.measured <= most.measured <= most.sharper + ROUNDING
        assert least.says_something is (W.shape[0] <= W.shape[1])
    real, _ = theory.neuron_activity(np.asarray(fire_ref.fire(WEIGHTS[1])), entering(digits)[1])
    assert real.hypotheses[3].holds is None  # real inputs are not rotation invariant, and the least unit shows it
    assert real.measured < 0.9
