"""Every contestant computes the polar factor, on its own values, and is not there if its package is not."""

from __future__ import annotations

import numpy as np
import pytest

from figures.benchmarks.device import installed
from figures.benchmarks.inputs import matrix
from figures.benchmarks.rivals import OURS, REFERENCES, ours, reference, rivals
from fire_ref.arrays import to_host
from fire_ref.polar import METHODS
from fire_ref.tolerances import distance_bound

from ...backends import available
from .clocks import fake_gpu, host


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(12, 12), (30, 12)])
def test_all_agree_on_a_well_conditioned_matrix(shape: tuple[int, int], dtype: str) -> None:
    W = matrix("cond 1e1", *shape, dtype)
    U, _, Vh = np.linalg.svd(W.astype(np.float64), full_matrices=False)
    bound = distance_bound(12, float(np.finfo(dtype).eps), 10.0)
    for device in (host(installed("torch"), installed("jax")), fake_gpu()):
        for name, make in {**ours(), **rivals(device)}.items():
            Q = to_host(make(device, W)())
            assert Q.dtype == dtype, name
            assert np.linalg.norm(Q - U @ Vh) <= bound, name


def test_ours_are_those_of_this_version() -> None:
    assert set(ours()) == {OURS[method] for method in OURS if method in METHODS}


def test_who_is_not_there_is_left_out() -> None:
    assert set(rivals(host())) == {"scipy polar", "numpy svd"}
    assert set(rivals(host(jax=object()))) == {"scipy polar", "numpy svd", "jax svd", "jax qdwh"}
    assert set(rivals(fake_gpu())) == {"cupy svd"}
    assert set(rivals(fake_gpu(torch=object()))) == {"cupy svd", "torch svd"}


def test_the_reference_is_the_first_that_is_there() -> None:
    assert reference(host(torch=object())) == "scipy polar"
    assert reference(fake_gpu()) == "cupy svd"
    assert reference(fake_gpu(torch=object())) == REFERENCES["cuda"][0] == "torch svd"


def test_jax_is_asked_for_each_of_its_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    jax = available("jax")
    asked: list[tuple[str, str]] = []

    def polar(W: object, method: str) -> tuple[object]:
        asked.append((method, str(W.dtype)))  # type: ignore[attr-defined]
        return (W,)

    monkeypatch.setattr("jax.scipy.linalg.polar", polar)
    there = rivals(host(jax=jax))
    for dtype in ("float32", "float64"):
        for name in ("jax svd", "jax qdwh"):
            there[name](host(jax=jax), matrix("Gaussian", 3, 2, dtype))()
    assert asked == [(method, dtype) for dtype in ("float32", "float64") for method in ("svd", "qdwh")]
