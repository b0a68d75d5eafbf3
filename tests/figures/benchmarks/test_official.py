"""The formulation we are compared with is the one that `fire` stands for: two programs, one result."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from figures.benchmarks import official
from fire_ref.tolerances import iterate_bound

from ...backends import available


@pytest.mark.parametrize("shape", [(9, 5), (5, 9), (6, 6), (7, 4, 3, 3), (4, 7, 2, 3), (6, 6, 1, 1)])
@pytest.mark.parametrize(("dtype", "steps"), [("float32", 10), ("float64", 5), ("float64", 0)])
def test_it_is_fire_to_rounding_of_every_tap(
    shape: tuple[int, ...], dtype: str, steps: int, rng: np.random.Generator
) -> None:
    torch = available("torch")
    W = rng.standard_normal(shape).astype(dtype)
    theirs = official.project(torch.tensor(W), steps).numpy()
    ours = fire_ref.fire(W, method="newton-schulz", steps=steps)
    assert theirs.dtype == ours.dtype
    gain = (shape[0] / shape[1]) ** 0.5 / np.prod(shape[2:])
    # Both lie within the bound of the one closed form.
    bound = 2 * iterate_bound(min(shape[:2]), float(np.finfo(dtype).eps), 1.5**steps)
    gaps = np.linalg.norm((theirs - ours).reshape(*shape[:2], -1), axis=(0, 1))
    assert gaps.max() <= gain * bound


def test_it_leaves_the_weight_alone() -> None:
    torch = available("torch")
    for shape in ((3, 2), (3, 2, 2, 2)):
        W = torch.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
        before = W.clone()
        official.project(W, 3)
        assert torch.equal(W, before)


def test_it_takes_the_tall_form() -> None:
    torch = available("torch")
    seen = []

    class Watched(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            found = super().__torch_function__(function, types, args, kwargs)
            if function in (torch.Tensor.matmul, torch.Tensor.__matmul__):
                seen.append(tuple(found.shape))
            return found

    official.iterate(torch.ones(3, 8).as_subclass(Watched), 2)
    assert seen == [(3, 3), (8, 3)] * 2
