"""What comes in and what goes out: accepted and refused inputs, dtypes, memory layouts, libraries, devices."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.operands import handed_back, operand
from fire_ref.tolerances import EPS, distance_bound

from .backends import Backend, available, backend

#: Every public function of one weight, called in the simplest way.
CALLS: dict[str, Callable[[Any], Any]] = {
    "sfe": lambda W: fire_ref.sfe(W, W),
    "dfi": lambda W: fire_ref.dfi(W),
    "polar_factor": lambda W: fire_ref.polar_factor(W),
    "polar_decomposition": lambda W: fire_ref.polar_decomposition(W),
    "newton_schulz": lambda W: fire_ref.newton_schulz(W),
    "newton_schulz_iterates": lambda W: list(fire_ref.newton_schulz_iterates(W, 3)),
    "spectral_response": lambda W: fire_ref.spectral_response(W),
    "steps_needed": lambda W: fire_ref.steps_needed(W),
    "predict": lambda W: fire_ref.predict(W),
    "fire": lambda W: fire_ref.fire(W, gain="mean"),
    "relax": lambda W: fire_ref.relax(W, weight=1.0),
    "front": lambda W: fire_ref.front(W, points=3),
    "excess": lambda W: fire_ref.excess(W, W),
}
#: Those that return arrays of W's own dtype.
SAME_DTYPE = ("polar_factor", "newton_schulz", "fire", "relax")
VALUES = np.array([[3, 1], [0, 2], [1, -1]])


@pytest.fixture(params=CALLS)
def call(request: pytest.FixtureRequest) -> Callable[[Any], Any]:
    """One public function after the other."""
    return CALLS[request.param]


def leaves(result: Any) -> list[Any]:
    """Return the arrays in a result, named tuples and lists unpacked."""
    return [leaf for part in result for leaf in leaves(part)] if isinstance(result, (tuple, list)) else [result]


def refuse(call: Callable[[Any], Any], value: Any, words: str) -> None:
    """Check that a value is refused as no array or not of a real dtype, with these words."""
    with pytest.raises(TypeError, match=rf"^\w+: [WsV] must .*; got .*{words}.*\. Try .*\.$"):
        call(value)


# Accepted


@pytest.mark.parametrize("make", [list, tuple, lambda rows: [np.asarray(row) for row in rows]])
def test_nested_sequences_become_numpy_float64(make: Callable[[Any], Any]) -> None:
    Q = fire_ref.polar_factor(make(VALUES.tolist()))
    assert isinstance(Q, np.ndarray)
    assert Q.dtype == np.float64
    assert np.array_equal(Q, fire_ref.polar_factor(VALUES.astype(np.float64)))


def test_a_list_of_float32_rows_becomes_float64() -> None:
    assert fire_ref.polar_factor([np.ones(2, dtype=np.float32)]).dtype == np.float64


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8"])
def test_integers_are_computed_as_floats_with_one_warning_where_float64_is_missing(
    arrays: Backend, call: Callable[[Any], Any], dtype: str
) -> None:
    if arrays.name == "jax" and dtype == "int64":
        pytest.skip("JAX without x64 has no int64")
    values = np.abs(VALUES) if dtype.startswith("u") else VALUES
    W = arrays.make(values, dtype)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = leaves(call(W))
    assert len(caught) == (1 if arrays.name == "jax" else 0)
    for warning in caught:
        assert "holds integers" in str(warning.message)
        assert warning.filename == __file__
    wanted = leaves(call(arrays.make(values, arrays.widest)))
    for one, other in zip(found, wanted, strict=True):
        assert type(one) is type(other)
        assert getattr(one, "dtype", None) == getattr(other, "dtype", None)
        assert np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True)


@pytest.mark.parametrize("name", SAME_DTYPE)
def test_namespace_dtype_and_shape_are_the_callers(arrays: Backend, name: str) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(VALUES, dtype)
        V = CALLS[name](W)
        assert type(V) is type(W)
        assert V.dtype == W.dtype
        assert tuple(V.shape) == (3, 2)


def test_measures_are_float64_whatever_the_input(arrays: Backend) -> None:
    wide = arrays.make([0.0], arrays.widest).dtype
    for dtype in arrays.precisions:
        W = arrays.make(VALUES, dtype)
        measures = [
            fire_ref.sfe(W, W),
            fire_ref.dfi(W),
            *fire_ref.predict(W),
            fire_ref.polar_decomposition(W).s,
            fire_ref.spectral_response(W),
            *fire_ref.excess(W, W)[:3],
        ]
        assert [measure.dtype for measure in measures] == [wide] * len(measures)


def test_sfe_takes_two_dtypes_of_one_library(arrays: Backend) -> None:
    wide, half = (arrays.make(VALUES, dtype) for dtype in (arrays.precisions[0], arrays.precisions[-1]))
    assert float(fire_ref.sfe(wide, half)) == 0.0


def test_half_precision_is_iterated_in_float32_and_rounded_once(arrays: Backend) -> None:
    for dtype in set(arrays.precisions) & {"float16", "bfloat16"}:
        half = arrays.make(VALUES / 7, dtype)
        single = fire_ref.newton_schulz(arrays.make(arrays.host(half), "float32"))
        rounded = arrays.host(arrays.make(arrays.host(single), dtype))
        assert np.array_equal(arrays.host(fire_ref.newton_schulz(half)), rounded)


def layouts(values: np.ndarray[Any, Any], folder: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Return arrays with the same values and other memory."""
    padded = np.full(tuple(2 * size for size in values.shape), np.nan)
    padded[::2, ::2] = values
    mapped = np.memmap(folder / "weights.bin", dtype=np.float64, mode="w+", shape=values.shape)
    mapped[:] = values
    mapped.flush()
    frozen = values.copy()
    frozen.flags.writeable = False
    return {
        "read-only": frozen,
        "Fortran": np.asfortranarray(values),
        "reversed": values[::-1, ::-1].copy()[::-1, ::-1],
        "strided": padded[::2, ::2],
        "big-endian": values.astype(">f8"),
        "mapped": mapped,
        "mapped read-only": np.memmap(folder / "weights.bin", dtype=np.float64, mode="r", shape=values.shape),
        "mapped big-endian": np.memmap(folder / "weights.bin", dtype="<f8", mode="r", shape=values.shape).astype(">f8"),
    }


LAYOUTS = [
    "read-only",
    "Fortran",
    "reversed",
    "strided",
    "big-endian",
    "mapped",
    "mapped read-only",
    "mapped big-endian",
]


@pytest.mark.parametrize("memory", LAYOUTS)
@pytest.mark.parametrize("name", SAME_DTYPE)
def test_numpy_arrays_of_any_memory_give_the_right_answer(
    memory: str, name: str, tmp_path: Path, rng: np.random.Generator
) -> None:
    values = rng.standard_normal((6, 4))
    W = layouts(values, tmp_path)[memory]
    V, wanted = CALLS[name](W), CALLS[name](values)
    s = np.linalg.svd(values, compute_uv=False)
    assert V.dtype == W.dtype
    assert np.linalg.norm(V - wanted) <= 2 * s[0] * distance_bound(4, EPS["float64"], s[0] / s[-1])
    assert np.array_equal(W, values)


@pytest.mark.parametrize("memory", LAYOUTS)
def test_measures_read_any_memory(memory: str, tmp_path: Path, rng: np.random.Generator) -> None:
    values = rng.integers(-4, 5, (6, 4)).astype(np.float64)
    W = layouts(values, tmp_path)[memory]
    assert fire_ref.dfi(W) == np.sum((values.T @ values - np.eye(4)) ** 2)
    assert fire_ref.sfe(W, np.zeros((6, 4))) == np.sum(values**2)


@pytest.mark.parametrize("view", ["transposed", "strided", "expanded", "narrowed"])
def test_torch_views_give_the_right_answer(view: str, rng: np.random.Generator) -> None:
    torch = available("torch")
    base = torch.tensor(rng.standard_normal((8, 8)))
    W = {
        "transposed": base.T,
        "strided": base[::2, 1::3],
        "expanded": base[:1].expand(5, 8),
        "narrowed": base.narrow(0, 2, 3),
    }[view]
    for name in ("newton_schulz", "polar_factor"):
        if view == "expanded" and name == "polar_factor":
            continue  # rank one: the factor is not unique
        s = np.linalg.svd(W.numpy(), compute_uv=False)
        condition = s[0] / s[s > 1e-6 * s[0]][-1]
        gap = (CALLS[name](W) - CALLS[name](W.contiguous())).numpy()
        assert np.linalg.norm(gap) <= 2 * distance_bound(min(W.shape), EPS["float64"], condition)


# Refused


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (VALUES * 1j, "complex128"),
        (VALUES.astype(np.complex64), "complex64"),
        (VALUES.astype(object), "object"),
        (VALUES > 0, "bool"),
        (VALUES.astype(str), "str"),
        (VALUES.astype(np.longdouble), str(np.dtype(np.longdouble))),
        (VALUES.astype("datetime64[s]"), "datetime64"),
        (VALUES.astype("timedelta64[s]"), "timedelta64"),
        (np.zeros((2, 2), dtype=[("a", float)]), "void"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_numpy_arrays_that_are_not_real_floats_are_refused(call: Callable[[Any], Any], value: Any, words: str) -> None:
    refuse(call, value, words)


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2], [3]],
        [[1j, 2]],
        [[True, False]],
        [["1", "2"]],
        [[None, 1]],
        [[1, [2]]],
        [[2**70, 1]],
        [[10**400, 1]],
    ],
    ids=["ragged", "complex", "bool", "text", "none", "nested", "wider than 64 bits", "wider than float64"],
)
def test_lists_that_are_no_rectangle_of_numbers_are_refused(call: Callable[[Any], Any], value: Any) -> None:
    refuse(call, value, "list")


@pytest.mark.parametrize("value", [None, True, "weights", b"weights", {1, 2}, object(), range(3), np.dtype(float)])
def test_what_is_no_array_is_refused_by_its_type(value: Any) -> None:
    refuse(CALLS["polar_factor"], value, type(value).__name__)


def test_a_generator_is_refused_and_not_consumed() -> None:
    rows = iter([[1.0, 2.0], [3.0, 4.0]])
    refuse(CALLS["polar_factor"], rows, "iterator")
    assert next(rows) == [1.0, 2.0]


def test_masked_arrays_and_numpy_matrices_are_refused(call: Callable[[Any], Any]) -> None:
    refuse(call, np.ma.MaskedArray(VALUES), "MaskedArray")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        matrix = np.matrix(VALUES)
    refuse(call, matrix, "matrix")


@pytest.mark.parametrize("kind", ["csr_matrix", "csr_array", "coo_array", "dia_array"])
def test_scipy_sparse_is_refused_with_toarray(call: Callable[[Any], Any], kind: str) -> None:
    value = getattr(available("scipy.sparse"), kind)(VALUES)
    refuse(call, value, kind)
    with pytest.raises(TypeError, match=r"Try W\.toarray\(\)\."):
        fire_ref.polar_factor(value)


def test_pandas_frames_and_series_are_refused_with_to_numpy(call: Callable[[Any], Any]) -> None:
    pandas = available("pandas")
    refuse(call, pandas.DataFrame(VALUES), "DataFrame")
    refuse(call, pandas.Series([1.0, 2.0]), "Series")
    with pytest.raises(TypeError, match=r"Try W\.to_numpy\(\)\."):
        fire_ref.polar_factor(pandas.DataFrame(VALUES))


@pytest.mark.parametrize("layout", ["sparse_coo", "sparse_csr", "sparse_csc"])
@pytest.mark.filterwarnings("ignore:Sparse CS[RC] tensor support is in beta:UserWarning")
def test_sparse_tensors_are_refused_with_to_dense(call: Callable[[Any], Any], layout: str) -> None:
    torch = available("torch")
    value = torch.tensor(VALUES, dtype=torch.float64).to_sparse(layout=getattr(torch, layout))
    refuse(call, value, layout)
    with pytest.raises(TypeError, match=r"Try W\.to_dense\(\)\."):
        fire_ref.polar_factor(value)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
def test_a_nested_tensor_is_refused_in_one_sentence() -> None:
    torch = available("torch")
    refuse(CALLS["polar_factor"], torch.nested.nested_tensor([torch.eye(2), torch.eye(3)]), "nested")


def test_a_tensor_without_values_is_refused_in_one_sentence(call: Callable[[Any], Any]) -> None:
    torch = available("torch")
    refuse(call, torch.empty(3, 2, device="meta"), "meta")


@pytest.mark.parametrize("dtype", ["complex64", "bool", "float8_e4m3fn", "float8_e5m2"])
def test_tensors_of_other_dtypes_are_refused(call: Callable[[Any], Any], dtype: str) -> None:
    torch = available("torch")
    refuse(call, torch.tensor(VALUES).to(getattr(torch, dtype)), dtype)


@pytest.mark.parametrize("dtype", ["complex64", "bool", "float8_e4m3fn", "float8_e5m2"])
def test_jax_arrays_of_other_dtypes_are_refused(call: Callable[[Any], Any], dtype: str) -> None:
    jax = available("jax")
    refuse(call, jax.numpy.asarray(VALUES, dtype=dtype), dtype)


@pytest.mark.parametrize("dtype", ["complex128", "bool"])
def test_strict_arrays_of_other_dtypes_are_refused(call: Callable[[Any], Any], dtype: str) -> None:
    strict = available("array_api_strict")
    refuse(call, strict.astype(strict.asarray(VALUES), getattr(strict, dtype)), dtype)


def test_a_list_of_tensors_that_require_grad_is_no_torch_error() -> None:
    torch = available("torch")
    rows = [torch.tensor([3.0, 1.0], requires_grad=True), torch.tensor([0.0, 2.0], requires_grad=True)]
    refuse(CALLS["polar_factor"], rows, "list")


def test_dask_is_refused_where_it_would_be_read_whole() -> None:
    da = available("dask.array")
    with pytest.raises(NotImplementedError, match=r"^polar_factor: W is a Dask array.* Try W\.compute\(\)"):
        fire_ref.polar_factor(da.ones((4, 2)))


# One library, one device


@pytest.mark.parametrize("compare", [fire_ref.sfe, fire_ref.excess])
def test_two_libraries_in_one_call_are_refused(compare: Callable[[Any, Any], Any]) -> None:
    torch, jax, strict = (available(name) for name in ("torch", "jax", "array_api_strict"))
    makes = [
        lambda: VALUES.astype(np.float32),
        lambda: torch.tensor(VALUES, dtype=torch.float32),
        lambda: jax.numpy.asarray(VALUES, dtype="float32"),
        lambda: strict.asarray(VALUES, dtype=strict.float32),
    ]
    for i, first in enumerate(makes):
        for j, second in enumerate(makes):
            if i == j:
                compare(first(), second())
                continue
            with pytest.raises(TypeError, match=r"W and V must be arrays of one library on one device; got .* and "):
                compare(first(), second())


def test_a_list_beside_a_numpy_array_is_one_library_and_beside_a_tensor_is_not() -> None:
    torch = available("torch")
    assert fire_ref.sfe(VALUES.tolist(), VALUES) == 0.0
    with pytest.raises(TypeError, match="one library"):
        fire_ref.sfe(VALUES.tolist(), torch.tensor(VALUES))


def test_a_state_of_two_libraries_is_refused() -> None:
    torch = available("torch")
    state = {"a": VALUES.astype(np.float64), "b": torch.tensor(VALUES, dtype=torch.float64)}
    with pytest.raises(TypeError, match="one library"):
        fire_ref.relax(state, weight=1.0)
    with pytest.raises(TypeError, match="one library"):
        fire_ref.front(state)


def test_a_dask_array_beside_a_numpy_array_is_refused() -> None:
    da = available("dask.array")
    with pytest.raises(TypeError, match="one library"):
        fire_ref.sfe(da.from_array(VALUES * 1.0), VALUES * 1.0)


def strict_on(device: str, dtype: str = "float64") -> Any:
    """Return the test values on one of array-api-strict's pretended devices."""
    strict = available("array_api_strict")
    return strict.asarray(VALUES, dtype=getattr(strict, dtype), device=strict.Device(device))


@pytest.mark.parametrize("compare", [fire_ref.sfe, fire_ref.excess])
def test_two_devices_in_one_call_are_refused_and_named(compare: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"one device; got .*device1.* and .*device2"):
        compare(strict_on("device1"), strict_on("device2"))


@pytest.mark.parametrize("device", ["CPU_DEVICE", "device1", "device2"])
def test_results_stay_on_the_device_of_the_input(call: Callable[[Any], Any], device: str) -> None:
    W = strict_on(device)
    for leaf in leaves(call(W)):
        if isinstance(leaf, type(W)):  # a front, and counts of one matrix, are host values
            assert leaf.device == W.device


@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.filterwarnings("ignore:.* holds integers:UserWarning")
def test_a_device_without_float64_computes_in_float32(call: Callable[[Any], Any], dtype: str) -> None:
    W = strict_on("no_float64", dtype)
    single = available("array_api_strict").float32
    for leaf in leaves(call(W)):
        if isinstance(leaf, type(W)):
            assert leaf.dtype == single or "float" not in str(leaf.dtype)
            assert leaf.device == W.device


# The switch


@pytest.mark.parametrize("name", ["numpy", "torch", "jax-x64"])
def test_bfloat16_is_rounded_once_from_float64(name: str, rng: np.random.Generator) -> None:
    """Libraries cast by way of float32, which turns a value just beside the middle of two bfloat16 into a tie."""
    low = np.ldexp(128.0 + rng.integers(0, 128, 400), rng.integers(-130, 120, 400))
    step = np.ldexp(1.0, np.frexp(low)[1] - 8)
    nudge = rng.choice([-1, 0, 1], 400) * 2.0 ** rng.integers(-40, -1, 400)
    x = (low + step * (0.5 + 0.5 * nudge)) * rng.choice([-1, 1], 400)
    even = np.where(np.mod(low / step, 2) == 0, low, low + step)
    wanted = np.sign(x) * np.where(nudge > 0, low + step, np.where(nudge < 0, low, even))
    with backend(name) as library:
        wide = library.make(x)
        like = operand("f", "W", library.make(np.ones((1, 1)), "bfloat16"))
        np.testing.assert_array_equal(library.host(handed_back(like, wide)), wanted)
