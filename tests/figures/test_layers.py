"""Layers: kernels are cut into taps as FIRE cuts them, and lookup tables are left out."""

from __future__ import annotations

import numpy as np
import pytest

from figures import layers as module
from figures.layers import NETWORKS, layer, layers, network, tensor
from figures.settings import Settings
from fire_ref import fire, polar_factor


def test_a_kernel_is_cut_into_taps_with_the_official_gain(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4, 3, 2))
    one = layer("made", "conv", W)
    assert one.matrices.shape == (6, 6, 4)
    assert one.rank == 6 * 4
    np.testing.assert_array_equal(one.matrices[2 * 2 + 1], W[:, :, 2, 1])
    np.testing.assert_allclose(one.gain * polar_factor(one.matrices[5]), fire(W)[:, :, 2, 1], rtol=1e-12)


def test_a_matrix_is_one_tap(rng: np.random.Generator) -> None:
    W = rng.standard_normal((3, 12))
    one = layer("made", "fc", W)
    np.testing.assert_array_equal(one.matrices[0], W)
    assert (one.gain, one.rank) == (0.5, 3)


@pytest.mark.parametrize("shape", [(3, 5), (6, 4, 3, 2), (4, 4, 2, 2)])
def test_matrices_are_put_back_where_they_were(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    W = rng.standard_normal(shape)
    one = layer("made", "conv", W)
    np.testing.assert_array_equal(tensor(one, one.matrices), W)
    np.testing.assert_allclose(tensor(one, one.gain * polar_factor(one.matrices)), fire(W), rtol=1e-12)
    # Mutant: the taps' numbers as they lie in memory, which only the shape would not tell.
    if W.ndim == 4:
        assert not np.array_equal(one.matrices.reshape(shape), W)


def test_the_shipped_networks_need_no_connection() -> None:
    found = {name: [one.name for one in layers(name, Settings())] for name in ("digits-mlp", "digits-conv")}
    assert found == {
        "digits-mlp": ["fc1.weight", "fc2.weight", "fc3.weight"],
        "digits-conv": ["conv1.weight", "conv2.weight", "conv3.weight", "fc.weight"],
    }


def test_lookup_tables_and_vectors_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"embed_tokens.weight": np.ones((5, 2)), "up.weight": np.ones((2, 2)), "up.bias": np.ones(2)}
    monkeypatch.setattr(module, "weights", lambda _: state)
    network.cache_clear()
    try:
        assert list(network("minilm")) == ["up.weight"]
    finally:
        network.cache_clear()
    assert set(NETWORKS) >= {"minilm", "stories15m", "resnet50"}
