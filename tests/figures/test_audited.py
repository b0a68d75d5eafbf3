"""The shared audit: of every layer, in order, and made once."""

from __future__ import annotations

import numpy as np

from figures.audited import audited
from figures.layers import layers
from figures.settings import Settings
from fire_ref.tolerances import residual_bound


def test_every_layer_has_its_row_and_spectrum() -> None:
    found = audited("digits-conv", Settings())
    every = layers("digits-conv", Settings())
    assert [row.name for row in found.rows] == [layer.name for layer in every]
    for layer in every:
        truth = np.linalg.svd(layer.matrices.astype(float), compute_uv=False)
        room = residual_bound(truth.shape[-1], float(np.finfo(float).eps)) * truth.max()
        np.testing.assert_allclose(found.spectra[layer.name], truth, rtol=0, atol=room)
    assert all(row.theory is not None for row in found.rows)


def test_it_is_made_once() -> None:
    assert audited("digits-mlp", Settings()) is audited("digits-mlp", Settings())
