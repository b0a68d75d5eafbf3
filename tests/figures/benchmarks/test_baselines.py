"""What is set beside FIRE computes what it is named after."""

from __future__ import annotations

import numpy as np
import pytest

from figures.benchmarks.baselines import full_reset, parseval_gradient, shrink_and_perturb


def test_shrink_and_perturb_keeps_a_fifth() -> None:
    np.testing.assert_allclose(shrink_and_perturb(np.array([10.0]), np.array([1.0])), [2.8])
    np.testing.assert_allclose(shrink_and_perturb(np.array([10.0]), np.array([1.0]), share=0.0), [10.0])


def test_a_reset_is_memory_of_its_own() -> None:
    initial = np.ones(3)
    found = full_reset(initial)
    found[0] = 2
    assert initial[0] == 1


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 2, 2, 2)])
def test_the_gradient_is_that_of_the_penalty(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    def penalty(W: np.ndarray) -> float:
        rows = W.reshape(W.shape[0], -1)
        return float(np.linalg.norm(rows @ rows.T - np.eye(W.shape[0])) ** 2)

    W, step = rng.standard_normal(shape), 1e-5
    gradient = parseval_gradient(np, W)
    assert gradient.shape == shape
    for place in np.ndindex(*shape):
        E = np.zeros(shape)
        E[place] = step
        slope = (penalty(W + E) - penalty(W - E)) / (2 * step)
        # The cubic term of a difference is of the order of step^2.
        assert gradient[place] == pytest.approx(slope, abs=1e-5)


def test_the_gradient_keeps_the_weights_dtype() -> None:
    assert parseval_gradient(np, np.ones((2, 3), np.float32)).dtype == np.float32
