"""The check passes what is FIRE, at every conditioning, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fire_ref
from figures.experiments.arms.checking import Wanted, apart, check
from figures.experiments.arms.matrices import taken
from figures.experiments.refusing import NotFireError

from ....backends import available

SHAPES = ((12, 20), (20, 12), (16, 16), (10, 40))
WANTED = {
    "k = 0": Wanted(0),
    "k = 1": Wanted(1),
    "k = 5": Wanted(5),
    "k = 10": Wanted(10),
    "k = 20": Wanted(20),
    "exact": Wanted(None),
    "muon 5": Wanted(5, "muon"),
    "muon 10": Wanted(10, "muon"),
    "k = 5, rescaled": Wanted(5, rescaled=True),
}


def gain(W: Any) -> float:
    return float((W.shape[0] / W.shape[1]) ** 0.5)


def weight(rng: np.random.Generator, shape: tuple[int, int], condition: float = 30.0) -> Any:
    torch = available("torch")
    U, _, Vh = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
    return torch.from_numpy(((U * np.geomspace(1, 1 / condition, min(shape))) @ Vh).astype(np.float32))


def made(W: Any, wanted: Wanted) -> Any:
    if wanted.steps is None:
        return fire_ref.fire(W)
    dtype = None if wanted.coefficients == "cubic" else "float64"
    X = fire_ref.newton_schulz(W, wanted.steps, coefficients=wanted.coefficients, dtype=dtype)
    return gain(W) * (X * min(W.shape) ** 0.5 / X.norm() if wanted.rescaled else X)


@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("condition", [1.0, 30.0, 1e4])
def test_fire_passes(shape: tuple[int, int], condition: float, wanted: Wanted, rng: np.random.Generator) -> None:
    torch = available("torch")
    W = torch.stack([weight(rng, shape, condition) for _ in range(3)])
    distance, bound = apart(W, torch.stack([made(one, wanted) for one in W]), gain(W[0]), wanted)
    assert distance.shape == bound.shape == (3,)
    assert np.all(distance <= bound)


def stepped(W: Any, wanted: Wanted, more: int) -> Any:
    return made(W, wanted._replace(steps=(11 if more > 0 else 9) if wanted.steps is None else wanted.steps + more))


MUTANTS: dict[str, Callable[[Any, Wanted], Any]] = {
    "nothing": lambda W, wanted: W,
    "a step less": lambda W, wanted: stepped(W, wanted, -1),
    "a step more": lambda W, wanted: stepped(W, wanted, 1),
    "no gain": lambda W, wanted: made(W, wanted) / gain(W),
    "the norm's gain": lambda W, wanted: fire_ref.fire(W, gain="norm"),
    "QR": lambda W, wanted: W.new_tensor(
        gain(W) * (np.linalg.qr(W.numpy())[0] if W.shape[0] >= W.shape[1] else np.linalg.qr(W.numpy().T)[0].T)
    ),
    "rescaled or not": lambda W, wanted: made(W, Wanted(5, rescaled=not wanted.rescaled)),
    "other coefficients": lambda W, wanted: made(W, Wanted(wanted.steps or 10, "quintic")),
    "a nudge": lambda W, wanted: 1.001 * made(W, wanted),
    "NaN": lambda W, wanted: W * float("nan"),
}


#: Before the beginning there is nothing, and at the end more steps, or others, give the same.
SAME = {
    ("a step less", 0),
    ("a step less", 20),
    ("a step more", 20),
    ("other coefficients", 20),
    ("other coefficients", None),
}


@pytest.mark.parametrize("mutant", MUTANTS)
@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
def test_nothing_else_does(mutant: str, wanted: Wanted, rng: np.random.Generator) -> None:
    torch = available("torch")
    if (mutant, wanted.steps) in SAME:
        return
    model = torch.nn.Linear(20, 12)
    W = weight(rng, (12, 20))
    before, weights = {"weight": W}, taken(model, "official")
    assert check(before, {"weight": made(W, wanted)}, weights, wanted) == 1
    with pytest.raises(NotFireError, match=rf"weight must become {wanted.text}; got one .* from it"):
        check(before, {"weight": MUTANTS[mutant](W, wanted)}, weights, wanted)


def test_muons_steps_are_held_to_float64(rng: np.random.Generator) -> None:
    W, wanted = weight(rng, (16, 16), 1e4)[None], Wanted(10, "muon")
    distance, bound = apart(W, 1.001 * made(W[0], wanted)[None], 1.0, wanted)
    assert np.all(distance > 10 * bound)


def test_a_single_wrong_tap_is_seen(rng: np.random.Generator) -> None:
    torch = available("torch")
    model = torch.nn.Conv2d(5, 7, 3)
    W = torch.from_numpy(rng.standard_normal((7, 5, 3, 3)).astype(np.float32))
    weights = taken(model, "official")
    for wanted, V in ((Wanted(None), fire_ref.fire(W)), (Wanted(10), fire_ref.fire(W, method="newton-schulz"))):
        assert check({"weight": W}, {"weight": V}, weights, wanted) == 1
        for i in range(3):
            for j in range(3):
                wrong = V.clone()
                wrong[:, :, i, j] *= 1.001
                with pytest.raises(NotFireError):
                    check({"weight": W}, {"weight": wrong}, weights, wanted)
        with pytest.raises(NotFireError):
            check({"weight": W}, {"weight": 9 * V}, weights, wanted)  # the gain of a layer without area


def test_every_name_of_a_tied_weight_is_looked_at(rng: np.random.Generator) -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Linear(6, 6), torch.nn.Linear(6, 6))
    model[1].weight = model[0].weight
    W = weight(rng, (6, 6))
    before = {"0.weight": W, "1.weight": W}
    good = {"0.weight": made(W, Wanted(5)), "1.weight": made(W, Wanted(5))}
    weights = taken(model, "official")
    assert check(before, good, weights, Wanted(5)) == 1
    with pytest.raises(NotFireError, match=r"1\.weight"):
        check(before, good | {"1.weight": W}, weights, Wanted(5))
