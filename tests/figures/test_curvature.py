"""Curvature: Hessian-vector products against differences of gradients, Lanczos against the whole Hessian, bounds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from figures import curvature as curvature_of
from figures.curvature import Network, bounds, entering, hessian_times, top_eigenvalue
from figures.networks.training import residual
from fire_ref.theory import curvature


@pytest.fixture
def network(rng: np.random.Generator) -> Network:
    widths = (5, 7, 6, 3)
    weights = [rng.standard_normal((m, n)) / n**0.5 for n, m in pairwise(widths)]
    biases = [0.3 * rng.standard_normal(m) for m in widths[1:]]
    return Network(weights, biases, rng.standard_normal((9, 5)), rng.integers(0, 3, 9))


def gradient(network: Network) -> list[np.ndarray]:
    given, logits = entering(network)
    delta, found = residual(logits, network.labels), []
    for k in range(len(given) - 1, -1, -1):
        found.append(delta.T @ given[k])
        delta = (delta @ network.weights[k]) * (given[k] > 0)
    return found[::-1]


def whole(network: Network) -> np.ndarray:
    sizes = [W.size for W in network.weights]
    columns = []
    for unit in np.eye(sum(sizes)):
        parts = np.split(unit, np.cumsum(sizes)[:-1])
        tangents = [part.reshape(W.shape) for part, W in zip(parts, network.weights, strict=True)]
        columns.append(np.concatenate([one.ravel() for one in hessian_times(network, tangents)]))
    return np.stack(columns, axis=1)


def test_the_product_is_the_derivative_of_the_gradient(network: Network, rng: np.random.Generator) -> None:
    tangents = [rng.standard_normal(W.shape) for W in network.weights]
    step = 1e-6
    up, down = (
        gradient(network._replace(weights=[W + sign * V for W, V in zip(network.weights, tangents, strict=True)]))
        for sign in (step, -step)
    )
    told = hessian_times(network, tangents)
    for one, above, below in zip(told, up, down, strict=True):
        # Central differences: step^2 of the third derivative, and eps / step of the gradient.
        np.testing.assert_allclose(one, (above - below) / (2 * step), atol=1e-8)


def test_the_hessian_is_symmetric_and_lanczos_finds_its_top(network: Network) -> None:
    H = whole(network)
    np.testing.assert_allclose(H, H.T, atol=1e-14)
    assert top_eigenvalue(network) == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=1e-8)


def test_the_top_is_the_largest_not_the_largest_in_size(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    H = whole(network)
    values = np.linalg.eigvalsh(H)
    shift = values[-1] * 1.5  # H - shift I has a negative eigenvalue larger in size than its top

    def shifted(one: Network, tangents: list[np.ndarray]) -> list[np.ndarray]:
        return [HV - shift * V for HV, V in zip(hessian_times(one, tangents), tangents, strict=True)]

    monkeypatch.setattr(curvature_of, "hessian_times", shifted)
    assert top_eigenvalue(network) == pytest.approx(values[-1] - shift, rel=1e-6)


def test_the_bounds_hold_for_every_sample_and_in_order(network: Network) -> None:
    gains = [1.0, 0.8, 1.2]
    for i in range(len(network.images)):
        one = network._replace(images=network.images[i : i + 1], labels=network.labels[i : i + 1])
        found = bounds(one, gains)
        assert np.linalg.eigvalsh(whole(one))[-1] <= found.sharper <= found.theorem
    found = bounds(network, gains)
    assert top_eigenvalue(network) <= found.sharper <= found.theorem


def test_one_layer_is_theorem_two_itself(rng: np.random.Generator) -> None:
    W, x = rng.standard_normal((3, 4)), rng.standard_normal((1, 4))
    network = Network([W], [np.zeros(3)], x, np.array([1]))
    (told,) = curvature([W], x)
    assert bounds(network, [1.0]).sharper == pytest.approx(told.sharper)
    assert top_eigenvalue(network) == pytest.approx(told.measured)


def test_the_bound_of_two_layers_by_hand() -> None:
    # |b_1| = 2, |b_2| = 2 (identity, all on), norms 1 and 3: 1/2 (4 * 9 + 4) + sqrt 2 * |b_1|, as nothing lies between.
    network = Network([np.eye(2), 3 * np.eye(2)], [np.zeros(2)] * 2, np.array([[2.0, 0.0]]), np.array([0]))
    assert bounds(network, [1.0, 1.0]).sharper == pytest.approx(20 + 2**0.5 * 2)
    # DfI of 3 I is 2 * 64, so its factor 1 + sqrt(128) stands for 9.
    assert bounds(network, [1.0, 1.0]).theorem == pytest.approx(0.5 * (4 * (1 + 128**0.5) + 4) + 2**0.5 * 2)
