"""Every way that a NumPy stack may go: the specified iterate, one scale, no trace in the input, memory."""

from __future__ import annotations

import tracemalloc
import warnings
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.iterating import batches, elongated, route, symmetric
from fire_ref.tolerances import EPS, iterate_bound

from ..strategies import with_spectrum
from ..test_schulz import closed_form

Host = np.ndarray[Any, np.dtype[Any]]
P = route.BATCHED_BELOW + 6
#: What goes where.
ROUTES: dict[str, list[tuple[int, ...]]] = {
    "batches": [(2, 9, 4), (5, 50, 60), (1, 60, 50)],
    "symmetric": [(P + 3, P), (P, P + 50), (3, P, P)],
    "elongated": [(P, 5 * P), (2, 3 * P, P), (9000, 50)],
}
MODULES = {"batches": batches, "symmetric": symmetric, "elongated": elongated}
ALL = [(name, shape) for name, shapes in ROUTES.items() for shape in shapes]
SHAPES = [shape for _, shape in ALL]


@pytest.mark.parametrize(("name", "shape"), ALL)
def test_the_shape_decides(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, name: str, shape: tuple[int, ...]
) -> None:
    taken = []
    for other, module in MODULES.items():
        monkeypatch.setattr(module, "iterate", lambda *_, other=other: taken.append(other))
    fire_ref.newton_schulz(rng.standard_normal(shape).astype(np.float32), 2)
    assert set(taken) == {name}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_iterate_is_its_closed_form(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> None:
    *stack, m, n = shape
    for condition in (1.0, 1e3, 1e9):
        W = np.empty(shape, dtype)
        for index in np.ndindex(*stack):
            W[index] = 3 * with_spectrum(rng, m, n, np.geomspace(1, 1 / condition, min(m, n)))
        for coefficients, steps in (("cubic", 10), ("muon", 5), ("polar-express", 7)):
            X = fire_ref.newton_schulz(W, steps, coefficients=coefficients)
            index = (-1,) * len(stack)
            truth, stretch = closed_form(W[index], steps, coefficients)
            assert np.linalg.norm(X[index] - truth) <= iterate_bound(min(m, n), EPS[dtype], stretch)
            assert X.dtype == dtype


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("dtype", "k"), [("float64", -1000), ("float32", 110)])
@pytest.mark.parametrize("coefficients", ["cubic", "muon"])
def test_a_power_of_two_does_not_change_one_bit(
    rng: np.random.Generator, shape: tuple[int, ...], dtype: str, k: int, coefficients: str
) -> None:
    W = rng.integers(-16, 17, shape).astype(dtype)
    first, second = (fire_ref.newton_schulz(V, 7, coefficients=coefficients) for V in (W, np.ldexp(W, k)))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, fire_ref.newton_schulz(np.asfortranarray(W), 7, coefficients=coefficients))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_input_is_only_read(rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    W = rng.standard_normal(shape)
    before = W.copy()
    W.setflags(write=False)
    for normalization in ("frobenius", "none"):
        X = fire_ref.newton_schulz(W, 3, normalization=normalization)
        assert X.flags.writeable
        assert not np.shares_memory(X, W)
    np.testing.assert_array_equal(W, before)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("coefficients", ["cubic", "muon"])
def test_what_diverges_comes_out_quietly_as_it_is(shape: tuple[int, ...], coefficients: str) -> None:
    W = np.zeros(shape, np.float32)
    W[..., 0, 0], W[..., 1, 1] = 3.0, 0.5
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        X = [fire_ref.newton_schulz(W, k, coefficients=coefficients, normalization="none") for k in (1, 2, 60)]
    for k in (1, 2):
        values = fire_ref.spectral_response([3.0, 0.5], k, coefficients=coefficients)
        np.testing.assert_allclose(X[k - 1][..., [0, 1], [0, 1]], np.broadcast_to(values, (*shape[:-2], 2)), rtol=2e-5)
    assert not np.isfinite(X[2][..., 0, 0]).any()


@pytest.mark.parametrize(("name", "shape"), ALL)
def test_where_values_may_grow_no_polynomial_of_several_steps_is_formed(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, name: str, shape: tuple[int, ...]
) -> None:
    taken = []
    for other, module in MODULES.items():
        monkeypatch.setattr(module, "iterate", lambda X, moves, *_, other=other: taken.append((other, list(moves))))
    fire_ref.newton_schulz(rng.standard_normal(shape), 2, normalization="none")
    plain = "batches" if name == "batches" else "symmetric"
    assert all(one == (plain, [((1.5, -0.5, 0.0),)] * 2) for one in taken)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_unchecked_zero_matrix_is_nan_and_no_other(rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    W = rng.standard_normal(shape)
    first = (0,) * (len(shape) - 2)
    W[first] = 0.0
    X = fire_ref.newton_schulz(W, 3, check=False)
    assert np.isnan(X[first]).all()
    assert np.isfinite(X[1:]).all() or len(shape) == 2


def test_no_steps_are_the_normalised_matrix(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, P, 2 * P))
    norm = np.linalg.norm(W, axis=(-2, -1), keepdims=True)
    np.testing.assert_allclose(fire_ref.newton_schulz(W, 0), W / norm, rtol=4 * EPS["float64"])


def test_one_small_matrix_takes_the_plain_steps() -> None:
    assert not route.gains((5, 3), np.dtype("float64"))
    assert not route.gains((1, 5, 3), np.dtype("float64"))
    assert route.gains((2, 5, 3), np.dtype("float64"))
    assert route.gains((100_000, 3), np.dtype("float64"))
    assert not route.gains((300, 300), np.dtype("float16"))


@pytest.mark.parametrize(
    "shape", [(1100, 1000), (1000, 1000), (6000, 500), (500, 6000), (2500, 1000), (3, 300, 300), (400, 30, 30)]
)
@pytest.mark.parametrize("coefficients", ["cubic", "muon"])
def test_extra_memory_is_bounded(rng: np.random.Generator, shape: tuple[int, ...], coefficients: str) -> None:
    W = rng.standard_normal(shape).astype(np.float32)
    fire_ref.newton_schulz(W[..., :300, :300], 1)  # SciPy is loaded
    tracemalloc.start()
    fire_ref.newton_schulz(W, 3, coefficients=coefficients)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Half a megabyte is in pieces, whatever the weight; four such buffers where matrices are batched.
    assert peak <= route.MEMORY * W.nbytes + 2**21


@pytest.mark.parametrize(("shape", "buffers"), [((P, P), 1), ((2, P, P), 1), ((3, P, P), 2)])
def test_a_second_buffer_is_taken_where_memory_allows(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], buffers: int
) -> None:
    taken = []
    monkeypatch.setattr(symmetric, "iterate", lambda X, moves, squares, _: taken.append((len(squares), len(moves))))
    fire_ref.newton_schulz(rng.standard_normal(shape), 4)
    assert set(taken) == {(buffers, 4 // buffers)}


@pytest.mark.parametrize("shape", SHAPES)
def test_another_dtype_is_where_it_iterates(rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    W = rng.standard_normal(shape)
    X = fire_ref.newton_schulz(W, 3, dtype="float32")
    assert X.dtype == np.float64
    np.testing.assert_array_equal(X, X.astype(np.float32))
