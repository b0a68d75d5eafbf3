"""The iteration on every array library: its shapes' ways, and what each costs in products."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.coefficients import Triple, at, schedule
from fire_ref.iterating import device
from fire_ref.operands import operand
from fire_ref.response import respond
from fire_ref.tolerances import EPS, iterate_bound

from ..backends import Backend
from ..strategies import with_spectrum
from ..test_schulz import amplification

SHAPES = [(12, 12), (18, 12), (24, 12), (90, 12), (12, 70)]


def triples(name: str, steps: int) -> list[Triple]:
    return [at(schedule("test", name), step) for step in range(steps)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", sorted(fire_ref.COEFFICIENTS))
def test_it_is_the_closed_form(arrays: Backend, rng: np.random.Generator, name: str, shape: tuple[int, int]) -> None:
    m, n = max(shape), min(shape)
    for s in (np.ones(n), np.geomspace(1, 1e-3, n), np.geomspace(1, 1e-8, n), np.r_[1.0, np.full(n - 1, 2e-3)]):
        for steps in (1, 5, 13):
            W = with_spectrum(rng, m, n, s / np.linalg.norm(s))
            X = arrays.make(np.stack([W if m == shape[0] else W.T] * 2), arrays.widest)
            values = arrays.host(X)[1]
            xp = operand("newton_schulz", "W", X).xp
            found = arrays.host(device.run(xp, X, triples(name, steps), bounded=True))[1]
            np.testing.assert_array_equal(arrays.host(X)[1], values)
            U, x, Vh = np.linalg.svd(values, full_matrices=False)
            eps = EPS[arrays.widest]
            stretch = amplification(x, triples(name, steps), m * eps * x[0])
            error = np.linalg.norm(found - (U * respond(x, steps, triples(name, steps))) @ Vh)
            assert error <= iterate_bound(n, eps, stretch)


def test_without_a_restart_it_would_not_be(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    s = np.geomspace(1, 1e-8, 24)
    W = with_spectrum(rng, 200, 24, s / np.linalg.norm(s))
    U, x, Vh = np.linalg.svd(W, full_matrices=False)
    steps = triples("cubic", 40)
    truth = (U * respond(x, 40, steps)) @ Vh
    bound = iterate_bound(24, EPS["float64"], 1.5**40)
    assert np.linalg.norm(device.run(_namespace(), W, steps, bounded=True) - truth) <= bound
    monkeypatch.setattr(device, "segments", lambda triples, _: [[tuple(triples)]])
    with np.errstate(all="ignore"):
        assert not np.linalg.norm(device.run(_namespace(), W, steps, bounded=True) - truth) <= bound


def _namespace() -> Any:
    return operand("newton_schulz", "W", np.eye(1)).xp


class Counted(np.ndarray[Any, Any]):
    """Counts the flops of matrix products."""

    flops = 0

    def __matmul__(self, other: Any) -> Any:
        Counted.flops += 2 * self.shape[-2] * self.shape[-1] * other.shape[-1]
        return super().__matmul__(other)


@pytest.mark.parametrize(
    ("shape", "bounded", "flops"),
    [
        ((12, 12), True, 5 * 4 * 12**3),
        ((23, 12), True, 5 * 4 * 23 * 12**2),
        ((120, 12), True, 4 * 120 * 12**2 + 24 * 12**3),
        ((12, 120), True, 4 * 120 * 12**2 + 24 * 12**3),
        ((120, 12), False, 5 * 4 * 120 * 12**2),
    ],
)
def test_flops(monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], *, bounded: bool, flops: int) -> None:
    monkeypatch.setattr(Counted, "flops", 0)
    X = np.full(shape, 0.01).view(Counted)
    xp = SimpleNamespace(eye=lambda n, **_: np.eye(n).view(Counted), matrix_transpose=lambda X: np.swapaxes(X, -1, -2))
    device.run(xp, X, triples("cubic", 5), bounded=bounded)
    assert Counted.flops == flops


def test_half_precision_asked_for_is_not_iterated_in_gram_form(rng: np.random.Generator) -> None:
    W = rng.standard_normal((64, 4)).astype(np.float16)
    found = fire_ref.newton_schulz(W, 3, dtype="float16")
    plain = list(fire_ref.newton_schulz_iterates(W, 3, dtype="float16"))[-1]
    np.testing.assert_array_equal(found, plain)
