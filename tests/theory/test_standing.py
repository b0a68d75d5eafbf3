"""Where a layer stands: from its SVD, as the theorems themselves would say."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from fire_ref.theory import Standing, effective_rank, standing
from fire_ref.theory.inputs import gain_of

from .networks import Host


def stand(W: Host, gain: float, steps: int = 5) -> dict[int | str, Standing]:
    U, s, _ = np.linalg.svd(W, full_matrices=False)
    p = np.linalg.svd(fire_ref.newton_schulz(W, steps), compute_uv=False)
    return standing(s[None], U[None], W.shape[1], gain, {steps: p[None], "exact": np.ones_like(s)[None]})


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9)])
def test_the_numbers_are_those_of_the_matrices(shape: tuple[int, int], rng: np.random.Generator) -> None:
    W = rng.standard_normal(shape)
    found = stand(W, 1.5)
    X = fire_ref.newton_schulz(W, 5)
    gram = X.T @ X if shape[0] >= shape[1] else X @ X.T
    assert found[5].root_dfi == pytest.approx(np.sqrt(fire_ref.dfi(X)))
    assert found[5].deviation == pytest.approx(np.linalg.norm(gram - np.eye(len(gram)), 2))
    squares = np.sum(X * X, axis=1)
    assert found[5].row_deviation == pytest.approx(np.max(np.abs(squares / squares.mean() - 1)))
    assert found["before"].root_dfi == pytest.approx(
        np.sqrt(fire_ref.dfi(W, gain=float(np.mean(np.linalg.svd(W, compute_uv=False)))))
    )
    assert found["exact"].root_dfi == 0


def test_each_theorem_speaks_where_its_hypotheses_hold() -> None:
    assert stand(np.diag([1.2, 0.9]), 1.0)["exact"].theorems == "1234"
    assert stand(np.diag([5.0, 0.1]), 1.0)["exact"].theorems == ".234"  # moves by 4, more than either s_min
    assert stand(np.diag([0.9, 0.8]), 1.0)["exact"].theorems == "1.34"  # the norm grows
    assert stand(np.array([[1.0, 0.0]]), 1.0)["exact"].theorems[2] == "."  # loses a direction
    dead = np.vstack([1.2 * np.eye(2), np.zeros((2, 2))])
    assert stand(dead, 1.0)["exact"].theorems == "123."


def test_nothing_moved_is_no_drift_to_speak_of() -> None:
    assert not stand(np.diag([1.2, 0.9]), 1.0)["before"].drift
    assert not stand(np.eye(2), 1.0)["exact"].drift


def test_zero_has_nothing_to_say() -> None:
    found = standing(np.zeros((1, 2)), np.eye(2)[None], 2, 1.0, {5: np.zeros((1, 2))})
    assert found[5].theorems == "...."
    assert found["before"].theorems == "...."


def test_a_kernel_stands_where_its_worst_tap_does() -> None:
    s = np.array([[1.2, 0.9], [5.0, 0.1]])
    both = standing(s, np.stack([np.eye(2)] * 2), 2, 1.0, {"exact": np.ones((2, 2))})
    assert both["exact"].theorems == ".234"
    assert both["before"].theorems == "...." or both["before"].deviation > 1


def test_theorem_three_speaks_where_the_function_does(rng: np.random.Generator) -> None:
    for _ in range(20):
        W = np.linalg.qr(rng.standard_normal((5, 4)))[0] * np.sqrt(rng.uniform(0.7, 1.2, 4)) * np.sqrt(5 / 4)
        U, s, _ = np.linalg.svd(W, full_matrices=False)
        c = gain_of("f", None, W)
        told = standing(s[None], U[None], 4, c, {1: s[None] / c})[1]
        found = effective_rank(W, np.eye(4))
        assert told.root_dfi == pytest.approx(found.hypotheses[2].value)
        assert told.rank or not found.says_something
