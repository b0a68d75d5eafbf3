"""
The backend switch: the only file that knows one array library from another.

An array carries its own namespace, so nothing else in the package asks whether it holds NumPy, CuPy, PyTorch,
JAX or a strict array-API implementation.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import lru_cache
from typing import Any, TypeAlias, cast

import array_api_compat as compat
import numpy as np

from .errors import BackendError, sentence

# No static type spans the array libraries; the aliases say what is meant.
Array: TypeAlias = Any
Namespace: TypeAlias = Any
DType: TypeAlias = Any

FLOATS = ("bfloat16", "float16", "float32", "float64")
HALVES = ("bfloat16", "float16")
LIBRARIES = "NumPy, CuPy, PyTorch, JAX, Dask or another array-API library, or a nested list of numbers"


def backend(name: str = "auto") -> Namespace:
    """
    Return the array namespace of a backend, checked to be usable.

    Parameters
    ----------
    name : {"auto", "numpy", "cupy"}
        "auto" takes CuPy where a GPU can be used and NumPy elsewhere.

    Returns
    -------
    module
        An array-API namespace (`array_api_compat`'s) to make arrays with.

    Raises
    ------
    BackendError
        "cupy" was asked for and CuPy is not installed or finds no usable GPU; the message says which.
    ValueError
        `name` is none of the three.

    Examples
    --------
    >>> xp = backend("numpy")
    >>> xp.eye(2)
    array([[1., 0.],
           [0., 1.]])
    """
    if name not in ("auto", "numpy", "cupy"):
        raise ValueError(sentence("backend", "name", "be 'numpy', 'cupy' or 'auto'", repr(name), "backend('auto')"))
    if name != "numpy":
        trouble = _cupy_trouble()
        if trouble is None:
            import array_api_compat.cupy as xp_cupy

            return xp_cupy
        if name == "cupy":
            raise BackendError(f"backend: 'cupy' cannot be used: {trouble}")
    import array_api_compat.numpy as xp_numpy

    return xp_numpy


def _cupy_trouble() -> str | None:
    """Say in one line why CuPy cannot run here, or None if it can."""
    try:
        import cupy
    except ModuleNotFoundError as error:
        if error.name != "cupy":
            return f"CuPy is installed but broken ({error}). Try installing it anew."
        return (
            'CuPy is not installed. Try pip install "fire_ref[cuda12]" or "fire_ref[cuda13]", '
            "whichever CUDA the driver supports."
        )
    except ImportError as error:  # a shared library that does not load
        return f"CuPy is installed but cannot be loaded ({error}). Try the extra for the driver's CUDA version."
    installed = f"CuPy {cupy.__version__} is installed but finds no"
    try:
        if cupy.cuda.is_available():
            return None
        cupy.cuda.runtime.getDeviceCount()
    except RuntimeError as error:  # CUDARuntimeError: no driver, no device, or a driver too old
        return f"{installed} usable GPU ({error}). Try backend('numpy')."
    return f"{installed} GPU. Try backend('numpy')."


def dense(function: str, argument: str, value: object) -> Array:
    """
    Return a dense array of some library: lists become NumPy's, torch tensors leave their graph.

    Parameters
    ----------
    function, argument : str
        Where the value was given, for the message.
    value : object
        Whatever was given.

    Returns
    -------
    array

    Raises
    ------
    TypeError
        It is no array, or only looks like one (masked, matrix, sparse, data frame, ragged list, one shard).
    """
    got, advice = type(value).__name__, "one of these"
    if isinstance(value, (list, tuple, int, float)) and not isinstance(value, bool):
        try:
            return _from_list(value)
        except ValueError as error:
            got, advice = str(error), "equally long rows of real numbers"
    elif isinstance(value, (np.ma.MaskedArray, np.matrix)):
        advice = f"{argument}.filled(...)" if isinstance(value, np.ma.MaskedArray) else f"{argument}.A"
    elif isinstance(value, (np.ndarray, np.generic)):
        return np.asarray(value)
    elif compat.is_torch_array(value):
        return _plain_tensor(function, argument, value)
    elif compat.is_array_api_obj(value):
        return value
    elif hasattr(value, "toarray"):
        advice = f"{argument}.toarray()"
    elif hasattr(value, "to_numpy"):
        advice = f"{argument}.to_numpy()"
    raise TypeError(sentence(function, argument, f"be a dense array of {LIBRARIES}", got, advice))


def _from_list(value: object) -> np.ndarray[Any, np.dtype[np.float64]]:
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError):  # RuntimeError: tensors that require grad
        raise ValueError("a ragged list, or one of arrays") from None
    if array.dtype.kind not in "iuf":
        raise ValueError(f"a list of dtype {array.dtype}")
    return array.astype(np.float64)


def _plain_tensor(function: str, argument: str, value: Any) -> Array:
    # Detached from its graph; what is not one dense array of values is not the matrix.
    odd = None
    if type(value).__name__ == "DTensor":
        odd = "one shard of a DTensor", f"{argument}.full_tensor()"
    elif value.is_nested:
        odd = "a nested tensor", "one tensor at a time"
    elif str(value.layout) != "torch.strided":
        odd = f"a tensor of layout {value.layout}", f"{argument}.to_dense()"
    elif value.device.type == "meta":
        odd = "a tensor on the meta device, without values", "loading the weights first"
    if odd is not None:
        raise TypeError(sentence(function, argument, "be a whole, dense tensor with values", *odd))
    return value.detach()


def home(array: Array) -> tuple[Namespace, Any]:
    """Return the namespace and the device of an array."""
    return compat.array_namespace(array), compat.device(array)


def on_host(array: Array) -> bool:
    """Say whether an array lies in the host's memory, where starting work on it costs nothing."""
    devices = array.devices() if compat.is_jax_array(array) else [compat.device(array)]
    return all("cpu" in str(device).lower() for device in devices)


def is_dask(value: object) -> bool:
    """Say whether `value` is a Dask array."""
    return bool(compat.is_dask_array(value))


def placeholder(array: Array) -> str | None:
    """Say what `array` is if it has no values: the stand-in of a JAX or torch transformation."""
    if compat.is_jax_array(array):
        import jax

        return "a JAX tracer" if isinstance(array, jax.core.Tracer) else None
    if compat.is_torch_array(array):
        import torch

        return "a transformed tensor" if torch._C._functorch.is_functorch_wrapped_tensor(array) else None
    return None


def dtype_name(array_or_dtype: Any) -> str:
    """Name a dtype as all libraries do: "float32", whatever the byte order or the library's prefix."""
    if isinstance(array_or_dtype, type):  # a scalar type, as numpy.float32
        array_or_dtype = np.dtype(array_or_dtype)
    dtype = getattr(array_or_dtype, "dtype", array_or_dtype)
    return _numpy_name(dtype) if isinstance(dtype, np.dtype) else _own_name(dtype)


@lru_cache  # NumPy makes the name anew each time, which costs as much as a small product
def _numpy_name(dtype: np.dtype[Any]) -> str:
    return _own_name(dtype)


def _own_name(dtype: Any) -> str:
    name = getattr(dtype, "name", None)
    return str(name) if name is not None else str(dtype).rsplit(".", 1)[-1]


def wide_dtype(xp: Namespace, device: Any) -> DType:
    """Return float64, or float32 where the namespace or the device has no float64 (JAX without x64, Apple's MPS)."""
    if compat.is_numpy_namespace(xp) or compat.is_cupy_namespace(xp):
        return xp.float64
    if compat.is_torch_namespace(xp):
        return xp.float32 if device.type == "mps" else xp.float64
    where = {} if compat.is_jax_namespace(xp) else {"device": device}  # a traced JAX array has no device
    return xp.float64 if "float64" in xp.__array_namespace_info__().dtypes(**where) else xp.float32


def to_host(array: Array) -> np.ndarray[Any, np.dtype[Any]]:
    """Copy an array to NumPy; bfloat16 becomes float32 where NumPy cannot hold it."""
    if compat.is_torch_array(array):
        return np.asarray(array.detach().cpu().float() if dtype_name(array) in HALVES else array.detach().cpu())
    if compat.is_cupy_array(array):
        return np.asarray(array.get())
    try:
        return np.asarray(array)
    except RuntimeError:  # array-api-strict's other devices do not let NumPy read them
        cpu = compat.array_namespace(array).__array_namespace_info__().default_device()
        return np.asarray(compat.to_device(array, cpu))


def quiet(xp: Namespace | None = None, device: Any = None) -> AbstractContextManager[Any]:
    """
    Compute as asked: no NumPy warning where inf is the right answer, no autocast to another dtype, no TF32.

    Parameters
    ----------
    xp : module, optional
        The namespace of the work; default NumPy on the host.
    device : device, optional
        Where its arrays are.

    Returns
    -------
    context manager
        One that graph capture can see through, where the namespace has graphs.
    """
    if xp is not None and compat.is_torch_namespace(xp):
        asked = xp.compiler.is_compiling() or not (_reduced(xp) or xp.is_autocast_enabled(device.type))
        return nullcontext() if asked else _torch_as_asked(xp, device)
    if xp is not None and compat.is_jax_namespace(xp):
        import jax

        return cast(AbstractContextManager[Any], jax.default_matmul_precision("highest"))  # a GPU's default is TF32
    return np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore")


def _reduced(torch: Any) -> list[Any]:
    """Return the settings by which torch multiplies float32 in less than that: a training script may have set them."""
    kinds = (torch.backends.cuda.matmul, torch.backends.mkldnn.matmul)
    above = getattr(torch.backends, "fp32_precision", None)  # what a kind without one of its own takes
    return [kind for kind in kinds if {getattr(kind, "fp32_precision", None), above} & {"tf32", "bf16"}]


@contextmanager
def _torch_as_asked(torch: Any, device: Any) -> Iterator[None]:
    with ExitStack() as stack:
        for kind in _reduced(torch):
            stack.callback(setattr, kind, "fp32_precision", kind.fp32_precision)
            kind.fp32_precision = "ieee"
        stack.enter_context(torch.autocast(device.type, enabled=False))
        yield


def contiguous(array: Array) -> Array:
    """Return the array with its entries in row-major order, as files and other libraries expect them."""
    if compat.is_torch_array(array):
        return array.contiguous()
    if compat.is_numpy_array(array) or compat.is_cupy_array(array):
        return compat.array_namespace(array).ascontiguousarray(array)
    return array


def storage(array: Any) -> Hashable:
    """Return what the names of one tied tensor share: the same memory, seen the same way."""
    if compat.is_torch_array(array):
        try:
            return ("torch", array.data_ptr(), str(array.dtype), _view(array.shape, array.stride()))
        except RuntimeError:  # sparse, nested or without values: nothing to share
            return id(array)
    if isinstance(array, np.ndarray):
        return ("numpy", array.__array_interface__["data"][0], array.dtype.str, _view(array.shape, array.strides))
    return id(array)


def _view(shape: Sequence[int], strides: Sequence[int]) -> tuple[tuple[int, int], ...]:
    return tuple((size, step if size > 1 else 0) for size, step in zip(shape, strides, strict=True))
