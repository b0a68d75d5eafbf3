"""
The backend switch: the only file that knows one array library from another.

An array carries its own namespace, so nothing else in the package asks whether it holds NumPy, CuPy, PyTorch,
JAX or a strict array-API implementation: it works on an `Operand`, which says where the array came from and
what the result must look like.
"""

from __future__ import annotations

import warnings
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeAlias

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


@dataclass(frozen=True)
class Operand:
    """An accepted array: real floating, detached from any graph, otherwise as it was given."""

    array: Array
    xp: Namespace
    dtype: DType
    name: str
    device: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return tuple(self.array.shape)


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
    except ImportError:
        return (
            'CuPy is not installed. Try pip install "fire_ref[cuda12]" or "fire_ref[cuda13]", '
            "whichever CUDA the driver supports."
        )
    try:
        if cupy.cuda.is_available():
            return None
        cupy.cuda.runtime.getDeviceCount()
    except RuntimeError as error:  # CUDARuntimeError: no driver, no device, or a driver too old
        return f"CuPy {cupy.__version__} is installed but finds no usable GPU ({error}). Try backend('numpy')."
    return f"CuPy {cupy.__version__} is installed but finds no GPU. Try backend('numpy')."


def is_dask(value: object) -> bool:
    """Say whether `value` is a Dask array."""
    return bool(compat.is_dask_array(value))


def operand(function: str, argument: str, value: object, *, check: bool = True) -> Operand:
    """
    Accept an array, or refuse it with a sentence that says why.

    Parameters
    ----------
    function, argument : str
        Where the value was given, for the message.
    value : array_like
        An array of any supported library, or a nested list (becomes NumPy float64).
    check : bool
        False allows a JAX tracer.

    Returns
    -------
    Operand
        Integers have become float64 (float32 on JAX without x64, with one warning).

    Raises
    ------
    TypeError
        Not an array, or not of a real dtype up to float64, or a JAX tracer while `check` is true.
    NotImplementedError
        A Dask array: the functions that take one look for it before they come here.
    """
    array = _as_array(function, argument, value)
    if is_dask(array):
        raise NotImplementedError(
            f"{function}: {argument} is a Dask array, which this function does not take. Try {argument}.compute(), "
            "or one of sfe, dfi and newton_schulz."
        )
    if check and _is_tracer(array):
        raise TypeError(
            sentence(
                function,
                argument,
                "hold values while check=True",
                "a JAX tracer",
                "check=False under jit, vmap and other transformations",
            )
        )
    xp = compat.array_namespace(array)
    device = compat.device(array)
    name = dtype_name(array)
    if name.startswith(("int", "uint")):
        array = xp.astype(array, _float_for_integers(function, argument, xp, device))
    elif name not in FLOATS:
        raise TypeError(
            sentence(
                function,
                argument,
                "be real, of dtype bfloat16, float16, float32, float64 or an integer type",
                f"dtype {name}",
                "converting it to float64 first",
            )
        )
    return Operand(array, xp, array.dtype, dtype_name(array), device)


def _as_array(function: str, argument: str, value: object) -> Array:
    """Turn lists into NumPy arrays and refuse what only looks like an array."""
    got, advice = type(value).__name__, f"numpy.asarray({argument})"
    if isinstance(value, (list, tuple, int, float)) and not isinstance(value, bool):
        try:
            array = np.asarray(value)
        except (ValueError, TypeError):
            array = np.asarray(None)
        if array.dtype.kind in "iuf":
            return array.astype(np.float64)
        got, advice = (
            f"a list that is not a rectangle of numbers (dtype {array.dtype})",
            "a list of equal rows",
        )
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


def _plain_tensor(function: str, argument: str, value: Any) -> Array:
    """Detach a strided torch tensor; a sparse one or one shard of a DTensor is not the matrix."""
    if type(value).__name__ == "DTensor":
        raise TypeError(sentence(function, argument, "be a whole tensor", "a DTensor", f"{argument}.full_tensor()"))
    if str(value.layout) != "torch.strided":
        raise TypeError(
            sentence(function, argument, "be dense", f"a tensor of layout {value.layout}", f"{argument}.to_dense()")
        )
    return value.detach()


def _is_tracer(array: Array) -> bool:
    if not compat.is_jax_array(array):
        return False
    import jax

    return isinstance(array, jax.core.Tracer)


def _float_for_integers(function: str, argument: str, xp: Namespace, device: Any) -> DType:
    wide = wide_dtype(xp, device)
    if wide == xp.float32:
        warnings.warn(
            f"{function}: {argument} holds integers and this namespace has no float64; computing in float32.",
            stacklevel=4,
        )
    return wide


def same_home(function: str, first: Operand, second: Operand, names: tuple[str, str]) -> None:
    """
    Refuse two arrays of different libraries or devices.

    Parameters
    ----------
    function : str
        Who asks.
    first, second : Operand
        The two arrays.
    names : tuple of str
        Their argument names.

    Raises
    ------
    TypeError
        The namespaces or devices differ.
    """
    here = (first.xp.__name__.removeprefix("array_api_compat."), str(first.device))
    there = (second.xp.__name__.removeprefix("array_api_compat."), str(second.device))
    if here != there:
        raise TypeError(
            sentence(
                function,
                f"{names[0]} and {names[1]}",
                "be arrays of one library on one device",
                f"{here[0]} on {here[1]} and {there[0]} on {there[1]}",
                "moving one to the other",
            )
        )


def dtype_name(array_or_dtype: Any) -> str:
    """Name a dtype as all libraries do: "float32", whatever the byte order or the library's prefix."""
    if isinstance(array_or_dtype, type):  # a scalar type, as numpy.float32
        array_or_dtype = np.dtype(array_or_dtype)
    dtype = getattr(array_or_dtype, "dtype", array_or_dtype)
    name = getattr(dtype, "name", None)
    return str(name) if name is not None else str(dtype).rsplit(".", 1)[-1]


def wide_dtype(xp: Namespace, device: Any) -> DType:
    """Return float64, or float32 where the namespace or the device has no float64 (JAX without x64, Apple's MPS)."""
    without = getattr(device, "type", None) == "mps" or (
        compat.is_jax_namespace(xp) and "float64" not in xp.__array_namespace_info__().dtypes()
    )
    return xp.float32 if without else xp.float64


def iteration_dtype(function: str, w: Operand, dtype: Any) -> DType:
    """
    Return the dtype an iteration runs in: the input's, float32 for half, or the one asked for.

    Parameters
    ----------
    function : str
        Who asks.
    w : Operand
        The input.
    dtype : None, str or dtype
        None for the rule, else a dtype of the input's namespace or its name.

    Returns
    -------
    dtype
        Of the input's namespace.

    Raises
    ------
    TypeError
        `dtype` is not a floating dtype of that namespace.
    """
    if dtype is None:
        return w.xp.float32 if w.name in HALVES else getattr(w.xp, w.name)
    name = dtype if isinstance(dtype, str) else dtype_name(dtype)
    found = getattr(w.xp, name, None) if name in FLOATS else None
    if found is None or (name == "float64" and wide_dtype(w.xp, w.device) != found):
        raise TypeError(
            sentence(
                function,
                "dtype",
                f"be a floating dtype that {w.xp.__name__} has",
                repr(dtype),
                "dtype='float64' or 'float32'",
            )
        )
    return found


def widest(xp: Namespace, first: DType, second: DType) -> DType:
    """Return the wider of two floating dtypes."""
    return first if FLOATS.index(dtype_name(first)) >= FLOATS.index(dtype_name(second)) else second


def to_host(array: Array) -> np.ndarray[Any, np.dtype[Any]]:
    """Copy an array to a NumPy array; bfloat16 keeps its ml_dtypes dtype where the library has one."""
    if compat.is_torch_array(array):
        return np.asarray(array.detach().cpu().float() if dtype_name(array) in HALVES else array.detach().cpu())
    if compat.is_cupy_array(array):
        return np.asarray(array.get())
    return np.asarray(array)


def from_host(values: np.ndarray[Any, np.dtype[Any]], like: Operand, dtype: DType) -> Array:
    """Copy host values to the namespace and device of `like`; a 0-d one becomes a NumPy scalar where that is NumPy's."""
    if values.ndim == 0:
        return like.xp.asarray(values.item(), dtype=dtype, device=like.device)[()]
    return like.xp.asarray(values, dtype=dtype, device=like.device)


def handed_back(w: Operand, result: Array) -> Array:
    """Round a result to the caller's dtype; what overflows there becomes inf."""
    with quiet():
        return w.xp.astype(result, w.dtype)


def quiet() -> AbstractContextManager[Any]:
    """Let overflow and its infinities pass without NumPy's warnings, where they are the right answer."""
    return np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore")
