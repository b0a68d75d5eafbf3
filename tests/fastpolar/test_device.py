"""The fast factor by matrix products alone, as on a GPU, on every array library."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref import polar
from fire_ref.arrays import Array, wide_dtype
from fire_ref.fastpolar import device
from fire_ref.operands import operand
from fire_ref.tolerances import EPS, distance_bound, residual_bound

from ..backends import Backend
from ..strategies import with_spectrum
from .families import FAMILIES, residuals

SHAPES = [(12, 12), (30, 12), (60, 12), (12, 30), (5, 40), (1, 1), (7, 1)]
STACK = (2, 3)


def factors(W: Array) -> Array:
    w = operand("polar_factor", "W", W)
    return device.factors("polar_factor", w, w.array)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_both_residuals_on_every_family(rng: np.random.Generator, family: str, shape: tuple[int, int]) -> None:
    W = FAMILIES[family](rng, max(shape), min(shape))
    W = W if W.shape == shape else W.T
    assert max(residuals(factors(W), W)) <= 0.5


@pytest.mark.parametrize("shape", SHAPES)
def test_every_library(arrays: Backend, rng: np.random.Generator, shape: tuple[int, int]) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((*STACK, *shape)), dtype)
        before = arrays.host(W)
        w = operand("polar_factor", "W", W)
        Q = factors(W)
        assert type(Q) is type(W)
        assert Q.dtype == wide_dtype(w.xp, w.device)
        np.testing.assert_array_equal(arrays.host(W), before)
        eps = EPS[arrays.widest]
        for Qi, Wi in zip(arrays.host(Q).reshape(-1, *shape), before.reshape(-1, *shape), strict=True):
            truth = np.linalg.svd(Wi, full_matrices=False)
            s = truth.S
            assert np.linalg.norm(Qi - truth.U @ truth.Vh) <= distance_bound(len(s), eps, s[0] / s[-1])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many matrices each SVD of NumPy's is asked for."""
    linalg = operand("polar_factor", "W", np.eye(1)).xp.linalg
    svd, counts = linalg.svd, []

    def counted(W: Any, **how: bool) -> Any:
        counts.append(len(W))
        return svd(W, **how)

    monkeypatch.setattr(linalg, "svd", counted)
    return counts


@pytest.fixture
def flags(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Every flag that is read from the device."""
    read: list[bool] = []

    def look(flag: Any) -> bool:
        read.append(bool(flag))
        return read[-1]

    monkeypatch.setattr(device, "bool", look, raising=False)
    monkeypatch.setattr(device, "to_host", lambda _: pytest.fail("values were copied to the host"))
    return read


def test_one_flag_is_read_and_no_svd_taken(rng: np.random.Generator, flags: list[bool], sent: list[int]) -> None:
    factors(np.stack([with_spectrum(rng, 9, 6, np.geomspace(1, c, 6)) for c in (1.0, 1e-4, 1e-8)]))
    assert (sent, flags) == ([], [True])


def test_the_svd_gets_those_that_need_it_and_nobody_elses_bits_change(
    rng: np.random.Generator, sent: list[int]
) -> None:
    easy = [rng.standard_normal((9, 6)) for _ in range(3)]
    hard = [np.zeros((9, 6)), with_spectrum(rng, 9, 6, np.geomspace(1, 1e-14, 6)), np.ones((9, 6))]
    together = np.stack([easy[0], hard[0], easy[1], hard[1], hard[2], easy[2]]).reshape(3, 2, 9, 6)
    Q = factors(together).reshape(-1, 9, 6)
    assert sent == [3]
    np.testing.assert_array_equal(Q[[0, 2, 5]], factors(np.stack(easy)))
    for Qi, Wi in zip(Q, together.reshape(-1, 9, 6), strict=True):
        assert max(residuals(Qi, Wi)) <= 0.5


def test_an_isometry_that_is_not_the_factor_is_seen(
    rng: np.random.Generator, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    W = rng.standard_normal((4, 6, 6))
    other = np.linalg.qr(rng.standard_normal((4, 6, 6))).Q
    monkeypatch.setattr(device, "_iterated", lambda *_: other)
    Q = factors(W)
    assert sent == [4]
    assert max(max(residuals(Qi, Wi)) for Qi, Wi in zip(Q, W, strict=True)) <= 0.5


@pytest.mark.parametrize(("part", "again"), [(0.3, []), (0.7, [1])])
def test_half_of_the_bound_is_asked_for(
    rng: np.random.Generator, sent: list[int], monkeypatch: pytest.MonkeyPatch, part: float, again: list[int]
) -> None:
    W = rng.standard_normal((1, 30, 25))
    grown = 1 + part * residual_bound(25, EPS["float64"]) / (2 * 25**0.5)  # ||Q^T Q - I|| is that part of the bound
    iterated = device._iterated
    monkeypatch.setattr(device, "_iterated", lambda xp, X: grown * iterated(xp, X))
    factors(W)
    assert sent == again


def test_a_long_single_matrix_is_reduced_first(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    iterated = device._iterated
    monkeypatch.setattr(device, "_iterated", lambda xp, X: (seen.append(X.shape), iterated(xp, X))[1])
    W = rng.standard_normal((48, 12))
    for shaped in (W, W.T, W[:40], W[None]):
        factors(shaped)
    assert seen == [(12, 12), (12, 12), (40, 12), (1, 48, 12)]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_named(rng: np.random.Generator, value: float) -> None:
    W = rng.standard_normal((3, 5, 4))
    W[1, 4, 2] = value
    with pytest.raises(ValueError, match=rf"polar_factor: W must be finite; got {value} at index \(1, 4, 2\)"):
        factors(W)


@pytest.mark.filterwarnings("error")
def test_a_repair_makes_no_noise(arrays: Backend) -> None:
    W = arrays.make(np.stack([np.ones((5, 4)), np.eye(5, 4)]), arrays.widest)
    Q = arrays.host(factors(W))
    assert np.abs(np.swapaxes(Q, -1, -2) @ Q - np.eye(4)).max() <= residual_bound(4, EPS[arrays.widest])


@pytest.mark.parametrize("shape", [(0, 5, 4), (2, 0, 3, 3)])
def test_a_stack_of_none(shape: tuple[int, ...]) -> None:
    assert factors(np.empty(shape)).shape == shape


@pytest.mark.parametrize("power", [-1070, -600, 600, 1000])
def test_a_power_of_two_does_not_change_one_bit(rng: np.random.Generator, power: int) -> None:
    W = rng.integers(-8, 9, (2, 6, 5)).astype(float)
    np.testing.assert_array_equal(factors(np.ldexp(W, power)), factors(W))


def test_many_small_ones_of_gaussian_entries_need_no_svd(rng: np.random.Generator, sent: list[int]) -> None:
    Q = factors(rng.standard_normal((500, 16, 16)).astype(np.float32))
    assert sent == []
    assert np.abs(np.swapaxes(Q, -1, -2) @ Q - np.eye(16)).max() <= residual_bound(16, EPS["float64"])


def test_polar_factor_comes_here_on_a_device_and_goes_to_the_host_routes_elsewhere(
    arrays: Backend, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    W = arrays.make(rng.standard_normal((2, 8, 5)), arrays.widest)
    ways: list[str] = []
    for name, module in (("device", polar.device), ("host", polar.host)):
        real = module.factors
        monkeypatch.setattr(module, "factors", lambda *a, name=name, real=real: (ways.append(name), real(*a))[1])
    found = arrays.host(fire_ref.polar_factor(W, method="fast"))
    monkeypatch.setattr(polar, "on_host", lambda _: False)
    again = arrays.host(fire_ref.polar_factor(W, method="fast"))
    unchecked = fire_ref.polar_factor(W, method="fast", check=False)
    assert type(unchecked) is type(W)
    if arrays.name in ("numpy", "read-only"):
        assert ways == ["host", "host", "host"]
    else:
        assert ways == ["device" if arrays.name == "cupy" else "host", "device"]
    assert np.linalg.norm(found - again, axis=(-2, -1)).max() <= distance_bound(5, EPS[arrays.widest], 100.0)


def test_half_precision_of_a_device_is_rounded_once(
    arrays: Backend, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polar, "on_host", lambda _: False)
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((9, 4)), dtype)
        Q = fire_ref.polar_factor(W, method="fast")
        assert (type(Q), Q.dtype) == (type(W), W.dtype)
        values = arrays.host(Q)
        assert np.linalg.norm(values.T @ values - np.eye(4)) <= residual_bound(4, EPS[dtype])
