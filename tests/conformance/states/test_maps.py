"""The maps that are tried, and in which order."""

from __future__ import annotations

import numpy as np

import fire_ref
from fire_ref.conformance.states.maps import MOST_STEPS, maps

from .pieces import block


def test_the_declared_one_is_first_and_every_number_of_steps_is_tried(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4))
    found = list(maps(block(W, W, steps=7)))
    assert (found[0].kind, found[0].steps) == ("declared", 7)
    assert {one.steps for one in found if one.kind == "steps"} == set(range(1, MOST_STEPS + 1)) - {7}
    s = np.linalg.svd(W, compute_uv=False)
    eight = next(one for one in found if one.kind == "steps" and one.steps == 8)
    np.testing.assert_allclose(eight.response[0], fire_ref.spectral_response(s / np.linalg.norm(s), 8), rtol=1e-12)
    assert eight.amplification >= 1


def test_a_shared_norm_is_one_of_the_maps_of_a_kernel_only(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4, 2, 2))
    assert "shared" in {one.kind for one in maps(block(W, W))}
    assert "shared" not in {one.kind for one in maps(block(W[..., 0, 0], W[..., 0, 0]))}
    assert {"steps", "twice"} & {one.kind for one in maps(block(W, W, method="svd"))} == {"steps"}
