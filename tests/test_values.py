"""Values: NaN and inf are named, zero is refused where it would be divided by, and one flag is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref import polar

from .backends import Backend, available

CHECKED: dict[str, Callable[[Any], Any]] = {
    "sfe": lambda W: fire_ref.sfe(W, W),
    "dfi": lambda W: fire_ref.dfi(W),
    "polar_factor": lambda W: fire_ref.polar_factor(W),
    "polar_decomposition": lambda W: fire_ref.polar_decomposition(W),
    "newton_schulz": lambda W: fire_ref.newton_schulz(W),
    "newton_schulz_iterates": lambda W: fire_ref.newton_schulz_iterates(W),
    "steps_needed": lambda W: fire_ref.steps_needed(W),
    "predict": lambda W: fire_ref.predict(W),
    "fire": lambda W: fire_ref.fire(W, layout="bOI"),
    "relax": lambda W: fire_ref.relax(W, weight=1.0),
    "front": lambda W: fire_ref.front(W),
    "excess": lambda W: fire_ref.excess(W, W),
}


def spoiled(bad: float, *indices: tuple[int, ...], shape: tuple[int, ...] = (2, 3, 4)) -> np.ndarray[Any, Any]:
    """Return small integers with a bad value at some places."""
    W = 1.0 + np.arange(np.prod(shape)).reshape(shape) % 7
    for index in indices:
        W[index] = bad
    return np.asarray(W)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", CHECKED)
def test_the_first_bad_value_of_a_stack_is_named_in_every_precision(arrays: Backend, name: str, bad: float) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(spoiled(bad, (1, 0, 3), (1, 2, 0)), dtype)
        with pytest.raises(ValueError, match=rf"^{name}: W must be finite; got {bad} at index \(1, 0, 3\)\."):
            CHECKED[name](W)


def test_a_vector_of_singular_values_names_its_first_bad_one(arrays: Backend) -> None:
    s = arrays.make([0.5, np.inf, np.nan], arrays.widest)
    with pytest.raises(ValueError, match=r"^spectral_response: s must be finite; got inf at index \(1,\)\."):
        fire_ref.spectral_response(s)


def test_the_first_index_counts_rows_first_in_a_fortran_ordered_array() -> None:
    W = np.asfortranarray(spoiled(np.nan, (2, 0), (0, 2), shape=(3, 3)))
    with pytest.raises(ValueError, match=r"got nan at index \(0, 2\)"):
        fire_ref.polar_factor(W)


@pytest.mark.parametrize("dtype", ["f8", ">f8", "f2"])
def test_the_index_is_that_of_the_view(dtype: str) -> None:
    W = spoiled(np.nan, (0, 5), shape=(4, 6)).astype(dtype)[::-1, ::-2]
    with pytest.raises(ValueError, match=r"got nan at index \(3, 0\)"):
        fire_ref.newton_schulz(W)


def test_a_bad_value_outside_the_view_is_not_seen() -> None:
    W = spoiled(np.nan, (0, 1), (3, 3), shape=(4, 6))[1:3, ::2]
    assert np.isfinite(fire_ref.polar_factor(W)).all()


@pytest.mark.parametrize("method", ["svd", "fast", "newton-schulz"])
def test_fire_names_the_index_in_the_weight_not_in_its_stack(method: str) -> None:
    W = spoiled(np.nan, (1, 0, 2, 3), shape=(2, 2, 3, 4))
    with pytest.raises(ValueError, match=r"^fire: W must be finite; got nan at index \(1, 0, 2, 3\)"):
        fire_ref.fire(W, method=method, layout="HWIO")


@pytest.mark.parametrize("compare", ["sfe", "excess"])
def test_the_second_array_is_named_when_it_is_the_bad_one(compare: str) -> None:
    good, bad = spoiled(0.5), spoiled(np.nan, (1, 1, 1))
    with pytest.raises(ValueError, match=rf"^{compare}: V must be finite; got nan at index \(1, 1, 1\)"):
        getattr(fire_ref, compare)(good, bad)


def test_a_state_names_the_weight() -> None:
    state = {"head": np.eye(2), "body": spoiled(np.inf, (0, 1), shape=(2, 2))}
    with pytest.raises(ValueError, match=r"^relax: W\['body'\] must be finite; got inf at index \(0, 1\)"):
        fire_ref.relax(state, weight=1.0)


def test_numbers_whose_sum_or_square_overflows_are_finite() -> None:
    W = np.full((2, 2), 1.7e308)
    W[0, 0] = -1.7e308
    for call in (fire_ref.polar_factor, fire_ref.newton_schulz, fire_ref.fire):
        assert np.isfinite(call(W)).all()


def test_unchecked_functions_pass_nan_on(arrays: Backend) -> None:
    W = arrays.make(spoiled(np.nan, (1, 2, 0)), arrays.widest)
    assert np.isnan(arrays.host(fire_ref.sfe(W, W, check=False))).tolist() == [False, True]
    assert np.isnan(arrays.host(fire_ref.dfi(W, check=False))).tolist() == [False, True]
    X = arrays.host(fire_ref.newton_schulz(W, check=False))
    assert np.isnan(X).all(axis=(-2, -1)).tolist() == [False, True]
    s = arrays.make([0.5, np.nan], arrays.widest)
    assert np.isnan(arrays.host(fire_ref.spectral_response(s, check=False))).tolist() == [False, True]


# Zero


def with_zero_matrix() -> np.ndarray[Any, Any]:
    """Return a stack of 2 x 3 matrices; two of them are zero."""
    stack = spoiled(0.0, shape=(2, 3, 4, 2))
    stack[0, 2] = stack[1, 1] = 0.0
    return stack


@pytest.mark.parametrize("normalization", ["frobenius", "spectral"])
def test_the_first_zero_matrix_of_a_stack_is_named(arrays: Backend, normalization: str) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(with_zero_matrix(), dtype)
        with pytest.raises(
            ValueError, match=r"newton_schulz: W must be nonzero; got a zero matrix at stack index \(0, 2\)"
        ):
            fire_ref.newton_schulz(W, normalization=normalization)


@pytest.mark.parametrize("name", ["newton_schulz", "newton_schulz_iterates", "predict", "steps_needed"])
def test_a_single_zero_matrix_has_no_stack_index(name: str) -> None:
    with pytest.raises(ValueError, match=rf"^{name}: W must be nonzero; got a zero matrix\. Try "):
        getattr(fire_ref, name)(np.zeros((3, 2)))


def test_fire_names_the_zero_tap_by_its_place_in_the_stack() -> None:
    W = np.moveaxis(with_zero_matrix(), (0, 1), (2, 3))  # OIHW: the stack is H x W
    with pytest.raises(ValueError, match=r"^fire: W must be nonzero; got a zero matrix at stack index \(0, 2\)"):
        fire_ref.fire(W, method="newton-schulz")


def test_nan_is_reported_before_zero() -> None:
    W = with_zero_matrix()
    W[1, 0, 3, 1] = np.nan
    with pytest.raises(ValueError, match=r"got nan at index \(1, 0, 3, 1\)"):
        fire_ref.newton_schulz(W)


def test_positive_eps_takes_zero_to_zero(arrays: Backend) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(with_zero_matrix(), dtype)
        for normalization in ("frobenius", "spectral"):
            X = arrays.host(fire_ref.newton_schulz(W, eps=1e-8, normalization=normalization))
            assert not X[0, 2].any()
            assert not X[1, 1].any()
            assert X[0, 0].any()


@pytest.mark.parametrize("gain", ["fan", "norm", "mean", 2.0])
def test_positive_eps_takes_a_zero_weight_to_zero_under_every_gain(arrays: Backend, gain: str | float) -> None:
    W = arrays.make(np.zeros((3, 2)), arrays.widest)
    assert not arrays.host(fire_ref.fire(W, method="newton-schulz", eps=1e-8, gain=gain)).any()


def test_zero_needs_no_eps_where_nothing_is_divided(arrays: Backend) -> None:
    W = arrays.make(np.zeros((3, 2)), arrays.widest)
    assert not arrays.host(fire_ref.newton_schulz(W, normalization="none")).any()


def test_zero_is_allowed_where_it_has_an_answer(arrays: Backend) -> None:
    W = arrays.make(np.zeros((4, 2)), arrays.widest)
    assert float(fire_ref.dfi(W)) == 2.0
    assert float(fire_ref.sfe(W, W)) == 0.0
    Q, H, s, rank = fire_ref.polar_decomposition(W)
    q = arrays.host(Q)
    assert np.array_equal(q.T @ q, np.eye(2))
    assert not arrays.host(H).any()
    assert not arrays.host(s).any()
    assert rank == 0


def test_a_matrix_of_one_subnormal_is_not_zero() -> None:
    W = np.array([[0.0, 5e-324], [0.0, 0.0]])
    assert fire_ref.newton_schulz(W).tolist() == [[0.0, 1.0], [0.0, 0.0]]


def test_unchecked_zero_is_nan_and_not_an_error(arrays: Backend) -> None:
    W = arrays.make(np.zeros((3, 2)), arrays.widest)
    assert np.isnan(arrays.host(fire_ref.newton_schulz(W, check=False))).all()


# One flag

READS = ("__bool__", "__float__", "__int__", "__index__", "__array__", "item", "tolist", "cpu", "numpy")
COUNTED = {
    "sfe": lambda W, check: fire_ref.sfe(W, W + 1, check=check),
    "dfi": lambda W, check: fire_ref.dfi(W, check=check),
    "polar_factor": lambda W, check: fire_ref.polar_factor(W, check=check),
    "polar_factor fast": lambda W, check: fire_ref.polar_factor(W, method="fast", check=check),
    "newton_schulz": lambda W, check: fire_ref.newton_schulz(W, check=check),
    "spectral_response": lambda W, check: fire_ref.spectral_response(W, check=check),
    "fire": lambda W, check: fire_ref.fire(W, layout="bOI", gain="mean", check=check),
    "fire by steps": lambda W, check: fire_ref.fire(W, layout="bOI", method="newton-schulz", gain="norm", check=check),
}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("name", COUNTED)
def test_the_device_is_read_once_if_checked_and_never_if_not(
    name: str, check: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = available("torch")
    monkeypatch.setattr(polar, "on_host", lambda _: False)
    W = torch.tensor(spoiled(1.0))
    reads: list[str] = []
    for method in READS:
        original = getattr(torch.Tensor, method)

        def counting(self: Any, *args: Any, _original: Any = original, _method: str = method, **kwargs: Any) -> Any:
            reads.append(_method)
            return _original(self, *args, **kwargs)

        monkeypatch.setattr(torch.Tensor, method, counting)
    COUNTED[name](W, check)
    assert reads == (["__bool__"] if check else [])
