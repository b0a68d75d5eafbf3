"""Theorem 2 in code: the eigenvalue it measures is that of the true Hessian."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from fire_ref.theory import curvature
from fire_ref.theory.hessian import block_eigenvalue, forward

from ..backends import available
from .networks import Host


def loss(weights: list[Host], biases: list[Host], x: Host, label: int) -> float:
    z = forward(weights, x, biases).logits
    return float(np.log(np.sum(np.exp(z - z.max()))) + z.max() - z[label])


def network(rng: np.random.Generator) -> tuple[list[Host], list[Host], Host]:
    widths = (3, 5, 4, 3)
    weights = [rng.standard_normal((m, n)) for n, m in pairwise(widths)]
    return weights, [0.1 * rng.standard_normal(m) for m in widths[1:]], rng.standard_normal(3)


@pytest.mark.parametrize("k", range(3))
def test_second_differences_of_the_loss_stay_below_the_block_eigenvalue(k: int, rng: np.random.Generator) -> None:
    weights, biases, x = network(rng)
    top = block_eigenvalue(weights, forward(weights, x, biases), k)
    seen = []
    for _ in range(200):
        E = rng.standard_normal(weights[k].shape)
        E /= np.linalg.norm(E)
        t = 1e-4
        moved = [[*weights[:k], weights[k] + step * E, *weights[k + 1 :]] for step in (-t, 0.0, t)]
        low, middle, high = (loss(one, biases, x, 1) for one in moved)
        seen.append((low - 2 * middle + high) / t**2)
    assert max(seen) <= top + 1e-6  # rounding of a second difference: eps / t^2
    assert max(seen) > 0.05 * top


@pytest.mark.parametrize("k", range(3))
def test_it_is_the_top_eigenvalue_of_the_hessian_that_torch_computes(k: int, rng: np.random.Generator) -> None:
    torch = available("torch")
    weights, biases, x = network(rng)
    given = [torch.from_numpy(W) for W in weights]

    def f(flat):  # type: ignore[no-untyped-def]  # torch is imported late
        h = torch.from_numpy(x)
        for j, W in enumerate(given):
            z = (flat.reshape(W.shape) if j == k else W) @ h + torch.from_numpy(biases[j])
            h = torch.relu(z)
        return torch.nn.functional.cross_entropy(z[None], torch.tensor([1]))

    hessian = torch.autograd.functional.hessian(f, given[k].flatten()).numpy()
    found = block_eigenvalue(weights, forward(weights, x, biases), k)
    assert found == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-10)


def test_gains_are_one_for_all_or_one_for_each() -> None:
    W = [np.eye(2), np.eye(2)]
    alike = curvature(W, np.ones((1, 2)), gains=2.0)
    assert [one.bound for one in alike] == [one.bound for one in curvature(W, np.ones((1, 2)), gains=[2.0, 2.0])]
    assert [one.bound for one in alike] == [one.bound for one in curvature(W, np.ones((1, 2)), gains=np.full(2, 2.0))]
    with pytest.raises(ValueError, match="one gain for each of 2"):
        curvature(W, np.ones((1, 2)), gains=[2.0])
    with pytest.raises(ValueError, match=r"gains\[1\] must"):
        curvature(W, np.ones((1, 2)), gains=[2.0, -1.0])
    for wrong in ("abc", True, 1j):
        with pytest.raises((TypeError, ValueError), match="gains must"):
            curvature(W, np.ones((1, 2)), gains=wrong)


@pytest.mark.parametrize("scale", [1e155, 1e300])
def test_what_leaves_float64_is_refused(scale: float) -> None:
    for weights, inputs in (([scale * np.eye(2), np.eye(2)], np.ones((1, 2))), ([np.eye(2)], scale * np.ones((1, 2)))):
        with pytest.raises(ValueError, match="within float64"):
            curvature(weights, inputs)


def test_biases_fit_their_layers() -> None:
    for given, error, told in (
        ([np.ones(3)], ValueError, r"biases\[0\] must have the shape \(2,\)"),
        ([np.array([np.nan, 0])], ValueError, r"biases\[0\] must be finite; got nan"),
        ([np.array([1j, 0])], TypeError, r"biases\[0\] must be real"),
        ([], TypeError, "one for each layer; got 0"),
        (0, TypeError, "one for each layer; got int"),
    ):
        with pytest.raises(error, match=told):
            curvature([np.eye(2)], np.ones((1, 2)), biases=given)


def test_with_biases_what_enters_a_layer_is_measured() -> None:
    W = [0.0 * np.eye(2), np.eye(2)]
    _, told = curvature(W, np.ones((1, 2)), biases=[np.full(2, 3.0), np.zeros(2)])
    assert told.measured == pytest.approx(9)  # 1/2 |(3, 3)|^2
    assert told.bound == pytest.approx(9)
    _, silent = curvature(W, np.ones((1, 2)))
    assert silent.measured == 0
