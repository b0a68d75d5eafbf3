"""Each method's defining property."""

from __future__ import annotations

import numpy as np
import pytest

from figures import methods
from figures.layers import Layer, layer
from figures.settings import Settings
from fire_ref import dfi, fire, newton_schulz, sfe
from fire_ref.tolerances import EPS, iterate_bound


@pytest.fixture
def kernel(rng: np.random.Generator) -> Layer:
    return layer("made", "conv", rng.standard_normal((6, 4, 2, 2)))


def test_fire_is_the_librarys_own(kernel: Layer) -> None:
    for method, V in [("svd", methods.exact(kernel)), ("newton-schulz", list(methods.steps(kernel, 10))[-1])]:
        whole = fire(kernel.tensor, method=method, steps=10).transpose(2, 3, 0, 1).reshape(4, 6, 4)
        off = np.linalg.norm(V - whole, axis=(-2, -1))
        assert off.max() <= kernel.gain * iterate_bound(4, EPS["float64"], 1.5**10)


def test_steps_start_at_one(kernel: Layer) -> None:
    (first,) = methods.steps(kernel, 1)
    off = np.linalg.norm(first - kernel.gain * newton_schulz(kernel.matrices, 1), axis=(-2, -1))
    assert off.max() <= kernel.gain * iterate_bound(min(first.shape[-2:]), EPS["float64"], 1.5)


def test_muon_takes_five_steps(kernel: Layer) -> None:
    five = fire(kernel.tensor, method="newton-schulz", steps=5, coefficients="muon")
    off = np.linalg.norm(methods.muon(kernel) - five.transpose(2, 3, 0, 1).reshape(4, 6, 4), axis=(-2, -1))
    assert off.max() <= kernel.gain * iterate_bound(4, EPS["float64"], 3.4445**5)


def test_norm_keeping_is_an_isometry_of_the_same_norm(kernel: Layer) -> None:
    V = methods.norm_keeping(kernel)
    np.testing.assert_allclose(np.linalg.norm(V, axis=(1, 2)), np.linalg.norm(kernel.matrices, axis=(1, 2)))
    s = np.linalg.svd(V, compute_uv=False)
    np.testing.assert_allclose(s, np.broadcast_to(s[:, :1], s.shape))


def test_the_mean_gain_is_that_of_each_matrix_and_costs_least(kernel: Layer) -> None:
    V = methods.mean_gain(kernel)
    means = np.linalg.svd(kernel.matrices, compute_uv=False).mean(axis=-1)
    s = np.linalg.svd(V, compute_uv=False)
    np.testing.assert_allclose(s, np.broadcast_to(means[:, None], s.shape))
    for other in (methods.exact(kernel), methods.norm_keeping(kernel), 1.01 * V, 0.99 * V):
        assert (sfe(kernel.matrices, V) < sfe(kernel.matrices, other)).all()


def test_a_random_isometry_is_one_and_forgets(kernel: Layer) -> None:
    one, other = (methods.random_isometry(kernel, Settings(), np.random.default_rng(i)) for i in (0, 1))
    assert np.max(dfi(one, gain=kernel.gain)) < 1e-10
    assert np.min(sfe(one, other)) > 0.1 * kernel.gain**2


def test_shrink_and_perturb_ends_at_both_ends(kernel: Layer, rng: np.random.Generator) -> None:
    begun = rng.standard_normal(kernel.matrices.shape)
    np.testing.assert_array_equal(methods.shrink_and_perturb(kernel, begun, 0.0), kernel.matrices)
    np.testing.assert_array_equal(methods.shrink_and_perturb(kernel, begun, 1.0), begun)
    np.testing.assert_allclose(methods.shrink_and_perturb(kernel, begun, 0.8), 0.2 * kernel.matrices + 0.8 * begun)


def test_relaxing_ends_at_exact_fire(kernel: Layer) -> None:
    np.testing.assert_allclose(methods.relaxed(kernel, np.inf), methods.exact(kernel), rtol=1e-12)
    np.testing.assert_allclose(methods.relaxed(kernel, 0.0), kernel.matrices, rtol=1e-12)
