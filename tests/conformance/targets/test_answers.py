"""Any object at all is described; only arrays of numbers have values, and those are copies in their own dtype."""

from __future__ import annotations

import warnings
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fire_ref.conformance.targets.answers import LARGEST, device_of, library_of, settle, to_host

from ...backends import available


class Terrible:
    """What raises whenever it is touched."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # pytest looks for these
            raise AttributeError(name)
        raise RuntimeError(name)


class Shapely:
    """What has a shape that is none."""

    shape = ("a", None)
    dtype = 3


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ([1.0, 2.0], "list"),
        (None, "NoneType"),
        ((np.ones(2),), "tuple"),
        (1.5, "float"),
        (np.float32(2), "numpy.float32"),
        (Terrible(), f"{__name__}.Terrible"),
        (Shapely(), f"{__name__}.Shapely"),
        (lambda: 1, "function"),
        (np.ndarray, "type"),
    ],
)
def test_what_is_no_array_has_no_values(answer: object, name: str) -> None:
    found = to_host(answer)
    assert found.values is None
    assert (found.type_name, found.library, found.device) == (name, "", "")
    assert found.error == f"the answer is no array but a {type(answer).__name__}"


def test_a_sparse_matrix_is_described() -> None:
    sparse = available("scipy.sparse")
    found = to_host(sparse.csr_matrix(np.eye(3, dtype=np.float32)))
    assert found.values is None
    assert (found.shape, found.dtype) == ((3, 3), "float32")
    assert found.type_name.endswith("csr_matrix")


def test_a_lazy_array_is_described() -> None:
    dask = available("dask.array")
    found = to_host(dask.ones((3, 2)))
    assert found.values is None
    assert (found.shape, found.dtype) == ((3, 2), "float64")


@pytest.mark.parametrize("dtype", [np.complex64, np.int32, ">f4", np.bool_, np.longdouble, ml_dtypes.float8_e5m2])
def test_numbers_of_any_dtype_have_values(dtype: Any) -> None:
    array = np.array([[1, 0], [1, 1]]).astype(dtype)
    found = to_host(array.T)
    assert found.values is not None
    assert found.values.dtype == np.dtype(dtype)
    assert found.values.flags.c_contiguous
    assert found.values.tobytes() == array.T.tobytes()
    assert found.error == ""


@pytest.mark.parametrize("array", [np.array([None, 1]), np.array(["a"]), np.array(["2000-01-01"], "M8[D]")])
def test_arrays_of_other_things_are_described(array: Any) -> None:
    found = to_host(array)
    assert found.values is None
    assert (found.shape, found.library) == (array.shape, "numpy")
    assert found.error == f"the answer has dtype {array.dtype}, which is no dtype of numbers"


def test_a_gigantic_view_is_not_read() -> None:
    found = to_host(np.broadcast_to(np.float64(1), (10**5, 10**5)))
    assert found.values is None
    assert found.shape == (10**5, 10**5)
    assert found.error == "the answer claims 76294 MiB; more than 256 MiB are not read"
    assert to_host(np.zeros(3), limit=23).values is None
    assert to_host(np.zeros(3), limit=24).values is not None
    assert LARGEST == 2**28


def test_values_are_a_copy_and_plain() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy would rather not have it
        array = np.matrix([[1.0, 2.0]])
    found = to_host(array)
    array[0, 0] = 7
    assert found.values is not None
    assert type(found.values) is np.ndarray
    assert found.values[0, 0] == 1
    assert found.type_name == "numpy.matrix"


def test_torch_tensors_of_every_kind() -> None:
    torch = available("torch")
    found = to_host(torch.ones(2, 3, requires_grad=True))
    assert (found.type_name, found.dtype, found.device, found.shape) == ("torch.Tensor", "float32", "cpu", (2, 3))
    assert found.values is not None
    assert to_host(torch.nn.Parameter(torch.ones(2))).type_name == "torch.nn.parameter.Parameter"
    half = to_host(torch.tensor([[1.5, -2.0]], dtype=torch.bfloat16).T)
    assert half.values is not None
    assert half.values.dtype == ml_dtypes.bfloat16
    assert half.values.astype(np.float32).tolist() == [[1.5], [-2.0]]
    tiny = to_host(torch.tensor([1.5]).to(torch.float8_e4m3fn)).values
    assert tiny is not None
    assert tiny.dtype == ml_dtypes.float8_e4m3fn
    conjugate = to_host(torch.tensor([1 + 2j]).conj()).values
    assert conjugate is not None
    assert conjugate.tolist() == [1 - 2j]


def test_torch_tensors_without_values() -> None:
    torch = available("torch")
    sparse = to_host(torch.eye(3).to_sparse())
    assert (sparse.values, sparse.shape, sparse.library) == (None, (3, 3), "torch")
    meta = to_host(torch.ones(2, device="meta"))
    assert (meta.values, meta.device, meta.shape) == (None, "meta", (2,))
    assert meta.error.startswith("cannot be read: NotImplementedError")
    wide = to_host(torch.ones(1).expand(10**9))
    assert wide.values is None
    assert "MiB are not read" in wide.error


def test_jax_arrays() -> None:
    jax = available("jax")
    found = to_host(jax.numpy.ones((2, 3), dtype="bfloat16"))
    assert (found.type_name, found.dtype, found.library) == ("jax.Array", "bfloat16", "jax")
    assert found.values is not None
    assert found.values.dtype == ml_dtypes.bfloat16
    array = jax.numpy.ones(3)
    settle(array)
    array.delete()
    deleted = to_host(array)
    assert (deleted.values, deleted.shape) == (None, (3,))
    leaked: list[Any] = []
    jax.jit(lambda x: leaked.append(x) or x)(jax.numpy.ones(3))
    assert to_host(leaked[0]).values is None


def test_mlx_arrays() -> None:
    mx = available("mlx.core")
    found = to_host(mx.ones((2, 3), dtype=mx.bfloat16))
    assert (found.dtype, found.library) == ("bfloat16", "mlx")
    assert found.values is not None


def test_libraries_and_devices_are_told() -> None:
    assert (library_of(np.ones(1)), device_of(np.ones(1))) == ("numpy", "cpu")
    assert (library_of([1]), device_of([1])) == ("", "")
    settle([1])
