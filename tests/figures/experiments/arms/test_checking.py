"""The check passes what is FIRE, at every conditioning, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fire_ref
from figures.experiments.arms.arm import gain
from figures.experiments.arms.checking import apart, check
from figures.experiments.refusing import NotFireError

from ....backends import available

SHAPES = ((12, 20), (20, 12), (16, 16), (10, 40))


def weight(rng: np.random.Generator, shape: tuple[int, int], condition: float = 30.0) -> Any:
    torch = available("torch")
    U, _, Vh = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
    return torch.from_numpy(((U * np.geomspace(1, 1 / condition, min(shape))) @ Vh).astype(np.float32))


def made(W: Any, steps: int | None) -> Any:
    return fire_ref.fire(W) if steps is None else fire_ref.fire(W, method="newton-schulz", steps=steps)


@pytest.mark.parametrize("steps", [5, 10, None])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("condition", [1.0, 30.0, 1e4])
def test_fire_passes(shape: tuple[int, int], condition: float, steps: int | None, rng: np.random.Generator) -> None:
    W = weight(rng, shape, condition)
    distance, bound = apart(W, made(W, steps), steps)
    assert distance <= bound


MUTANTS: dict[str, Callable[[Any, int | None], Any]] = {
    "nothing": lambda W, steps: W,
    "a step less": lambda W, steps: made(W, 9 if steps is None else steps - 1),
    "a step more": lambda W, steps: made(W, 11 if steps is None else steps + 1),
    "no gain": lambda W, steps: made(W, steps) / gain(W),
    "the norm's gain": lambda W, steps: fire_ref.fire(W, gain="norm"),
    "QR": lambda W, steps: W.new_tensor(
        gain(W) * (np.linalg.qr(W.numpy())[0] if W.shape[0] >= W.shape[1] else np.linalg.qr(W.numpy().T)[0].T)
    ),
    "a nudge": lambda W, steps: 1.001 * made(W, steps),
    "NaN": lambda W, steps: W * float("nan"),
}


@pytest.mark.parametrize("mutant", MUTANTS)
@pytest.mark.parametrize("steps", [5, 10, None])
def test_nothing_else_does(mutant: str, steps: int | None, rng: np.random.Generator) -> None:
    W = weight(rng, (12, 20))
    assert check({"W": W}, {"W": made(W, steps)}, ["W"], steps) == 1
    with pytest.raises(NotFireError, match="W must become"):
        check({"W": W}, {"W": MUTANTS[mutant](W, steps)}, ["W"], steps)
