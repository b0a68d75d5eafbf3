"""Which entries of a state are weights, and their singular values together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fire_ref.tolerances import EPS, residual_bound
from fire_ref.tradeoff.network import is_weight, spectrum, tied, weights

from ..backends import available


def test_a_state_yields_its_floating_matrices_and_kernels_only(rng: np.random.Generator) -> None:
    state = {
        "linear": rng.standard_normal((4, 3)),
        "conv": rng.standard_normal((4, 3, 2, 2)).astype(np.float32),
        "conv3d": rng.standard_normal((4, 3, 2, 2, 2)),
        "bias": rng.standard_normal(4),
        "steps": np.array(7),
        "table": np.arange(6).reshape(2, 3),
        "mask": np.ones((2, 2), dtype=bool),
    }
    assert list(weights("f", "W", state, True)) == ["linear", "conv", "conv3d"]
    whole = spectrum("f", "W", state, 1.0, True)
    assert whole.shape == (3 + 12 + 24,)
    taps = [state["linear"], *state["conv"].reshape(4, 3, -1).transpose(2, 0, 1)]
    truth = np.concatenate([np.linalg.svd(tap.astype(np.float64), compute_uv=False) for tap in taps])
    np.testing.assert_allclose(whole[: 3 + 12], truth, rtol=1e3 * residual_bound(3, EPS["float64"]))  # condition < 1e3


def test_a_kernel_with_three_axes_is_refused_by_name() -> None:
    with pytest.raises(
        ValueError, match=r"f: W\['conv1d'\] must have 2, 4 or 5 axes; got .* Try leaving it out of the state"
    ):
        spectrum("f", "W", {"conv1d": np.ones((2, 2, 3))}, 1.0, True)


@pytest.mark.parametrize("state", [{}, {"bias": np.ones(3)}, {"steps": np.arange(4).reshape(2, 2)}])
def test_a_state_without_a_weight_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"f: W must hold at least one weight .* Try a matrix\."):
        spectrum("f", "W", state, 1.0, True)


def test_nan_is_named_by_entry_and_index() -> None:
    state = {"fine": np.eye(2), "bad": np.array([[1.0, 2.0], [np.nan, 3.0]])}
    with pytest.raises(ValueError, match=r"f: W\['bad'\] must be finite; got nan at index \(1, 0\)"):
        spectrum("f", "W", state, 1.0, True)


@pytest.mark.parametrize("value", [[[1.0, 2.0]], 3, None, "weights"])
def test_an_entry_that_is_no_array_is_refused_by_function_and_name(value: Any) -> None:
    with pytest.raises(TypeError, match=r"f: W\['odd'\] must"):
        spectrum("f", "W", {"linear": np.eye(2), "odd": value}, 1.0, True)


def test_a_complex_weight_is_refused_and_not_passed_over() -> None:
    with pytest.raises(TypeError, match=r"W\['odd'\] must be real"):
        spectrum("f", "W", {"linear": np.eye(2), "odd": np.eye(2) * 1j}, 1.0, True)


@pytest.mark.parametrize(
    ("value", "weight"),
    [
        (np.ones((2, 2)), True),
        (np.ones((2, 2), dtype=np.float16), True),
        (np.ones((2, 2), dtype=np.int64), False),
        (np.ones((2, 2), dtype=bool), False),
        (np.ones(3), False),
        (np.float64(1.0), False),
    ],
)
def test_a_weight_is_floating_and_has_two_axes_or_more(value: Any, weight: bool) -> None:
    assert is_weight("f", "W", value) is weight


def test_a_tied_tensor_counts_once_and_stays_tied(rng: np.random.Generator) -> None:
    shared = rng.standard_normal((4, 3))
    state = {
        "wte": shared,
        "other": rng.standard_normal((2, 2)),
        "head": shared,
        "view": shared[:],
        "equal": shared.copy(),
    }
    assert list(weights("f", "W", state, True)) == ["wte", "other", "equal"]
    new = tied(state, {"wte": shared + 1})
    assert new["wte"] is new["head"] is new["view"]
    assert new["equal"] is state["equal"]
    assert new["other"] is state["other"]


def test_a_tied_torch_tensor_is_known_by_its_memory() -> None:
    torch = available("torch")
    layer = torch.nn.Linear(3, 3, bias=False)
    head = torch.nn.Linear(3, 3, bias=False)
    head.weight = layer.weight
    state = torch.nn.ModuleDict({"embedding": layer, "head": head}).state_dict()
    assert list(weights("f", "W", state, True)) == ["embedding.weight"]


def test_what_is_no_weight_may_be_of_any_form() -> None:
    torch = available("torch")
    shared = torch.eye(3)
    state = {"w": shared, "bits": shared.view(torch.int32), "mask": torch.eye(3).int().to_sparse()}
    assert list(weights("f", "W", state, True)) == ["w"]
    new = tied(state, {"w": 2 * shared})
    assert new["bits"] is state["bits"]
    assert new["mask"] is state["mask"]


def test_a_row_is_the_same_row_in_every_memory_order() -> None:
    row = np.ones((1, 4))
    assert list(weights("f", "W", {"a": row, "b": np.asfortranarray(row)}, True)) == ["a"]
