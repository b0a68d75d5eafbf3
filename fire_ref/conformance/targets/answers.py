"""An answer of whatever library back to the host in its own dtype; what is no array is described, not converted."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import ml_dtypes
import numpy as np

from ...arrays import Array, dtype_name
from .dtypes import spelled
from .outcome import Raw

T = TypeVar("T")

#: Bytes of an answer that are read; a broadcast view can claim any number.
LARGEST = 256 * 2**20
#: Library -> its module, its class of arrays. A library that nobody imported made no answer.
_CLASSES = (
    ("torch", "torch", "Tensor"),
    ("jax", "jax", "Array"),
    ("cupy", "cupy", "ndarray"),
    ("mlx", "mlx.core", "array"),
)


@dataclass(frozen=True)
class Answer:
    """
    What a target returned, on the host.

    Attributes
    ----------
    values : ndarray or None
        A C-contiguous copy in the dtype that was returned; None where there is no array of numbers.
    type_name, dtype, device : str
        As "torch.Tensor", "bfloat16", "cpu"; the latter two empty where they are unknown.
    shape : tuple of int
        As far as it has one.
    library : str
        "numpy", "torch", "jax", "cupy", "mlx", or "" for anything else.
    error : str
        Why there are no values.
    """

    values: Raw | None
    type_name: str
    dtype: str = ""
    device: str = ""
    shape: tuple[int, ...] = ()
    library: str = ""
    error: str = ""


def to_host(answer: object, limit: float = LARGEST) -> Answer:
    """
    Describe an object and copy its values, if it is an array of numbers.

    Parameters
    ----------
    answer : object
        Anything at all; whatever it does when it is read is caught.
    limit : float
        The number of bytes above which it is not read.

    Returns
    -------
    Answer
    """
    library = library_of(answer)
    values, error = None, ""
    try:
        values = _read(answer, library, limit)
    except Exception as trouble:  # sparse, without values, deleted, of a dtype that the host lacks, ...
        error = (
            str(trouble) if isinstance(trouble, _NoValues) else f"cannot be read: {type(trouble).__name__}: {trouble}"
        )
    known = _attempt(lambda: dtype_name(answer), "") if _has(answer, "dtype") else ""
    shape: tuple[int, ...] = _attempt(lambda: _shape(answer), ())
    return Answer(values, _type_name(answer, library), known, device_of(answer), shape, library, error)


def library_of(answer: object) -> str:
    """Name the library of an array, or "" for what is no array of the five."""
    if isinstance(answer, np.ndarray):
        return "numpy"
    for library, module, name in _CLASSES:
        kind = getattr(sys.modules.get(module), name, None)
        if isinstance(kind, type) and isinstance(answer, kind):
            return library
    return ""


def device_of(array: Array) -> str:
    """Name the device of an array, as "cpu" or "cuda:0"; "" for what is no array."""
    library = library_of(array)
    return _attempt(lambda: _DEVICES[library](array), "") if library else ""


def settle(answer: Array) -> None:
    """Wait until an asynchronous or lazy library has computed the answer, so that its time and its errors count."""
    library = library_of(answer)
    if library == "jax":
        answer.block_until_ready()
    elif library == "torch" and answer.is_cuda:
        sys.modules["torch"].cuda.synchronize(answer.device)
    elif library == "cupy":
        answer.device.synchronize()
    elif library == "mlx":
        sys.modules["mlx.core"].eval(answer)


class _NoValues(ValueError):
    """The answer has no values that could be judged; the message is the whole reason."""


def _read(answer: Any, library: str, limit: float) -> Raw:
    if not library:
        raise _NoValues(f"the answer is no array but a {type(answer).__name__}")
    if answer.nbytes > limit:
        size = f"{answer.nbytes / 2**20:.0f} MiB" if math.isfinite(answer.nbytes) else "no"
        raise _NoValues(f"the answer claims {size}; more than {limit / 2**20:.0f} MiB are not read")
    host = _READERS[library](answer)
    if spelled(host.dtype) is None:
        raise _NoValues(f"the answer has dtype {host.dtype}, which is no dtype of numbers")
    return np.array(host, order="C", copy=True, subok=False)


def _from_torch(tensor: Array) -> Raw:
    if str(tensor.layout) != "torch.strided" or tensor.is_nested:
        raise _NoValues(
            "the answer is a nested tensor" if tensor.is_nested else f"the answer has layout {tensor.layout}"
        )
    host = tensor.detach().cpu().resolve_conj().resolve_neg()
    name = dtype_name(host)
    if hasattr(ml_dtypes, name):  # NumPy cannot be given these; the bits are the same
        torch = sys.modules["torch"]
        bits = {1: torch.uint8, 2: torch.int16}[host.element_size()]
        return np.asarray(host.view(bits).numpy()).view(getattr(ml_dtypes, name))
    return np.asarray(host.numpy())


def _from_mlx(array: Array) -> Raw:
    if dtype_name(array) == "bfloat16":
        return np.array(array.astype(sys.modules["mlx.core"].float32)).astype(ml_dtypes.bfloat16)
    return np.array(array)


def _jax_device(array: Array) -> str:
    names = sorted(f"{device.platform}:{device.id}" for device in array.devices())
    return "cpu" if names == ["cpu:0"] else ", ".join(names)


_READERS: Mapping[str, Callable[[Array], Raw]] = {
    "numpy": lambda array: array,
    "torch": _from_torch,
    "jax": np.asarray,
    "cupy": lambda array: array.get(),
    "mlx": _from_mlx,
}
_DEVICES: Mapping[str, Callable[[Array], str]] = {
    "numpy": lambda _: "cpu",
    "torch": lambda array: str(array.device),
    "jax": _jax_device,
    "cupy": lambda array: f"cuda:{array.device.id}",
    "mlx": lambda _: str(sys.modules["mlx.core"].default_device()),
}


def _type_name(answer: object, library: str) -> str:
    if library == "jax":
        return "jax.Array"  # the class behind it moves from version to version
    kind = type(answer)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _shape(answer: object) -> tuple[int, ...]:
    return tuple(int(size) for size in getattr(answer, "shape", ()))


def _has(answer: object, name: str) -> bool:
    return _attempt(lambda: hasattr(answer, name), False)


def _attempt(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except Exception:  # a foreign object may do anything when it is asked for its shape
        return otherwise
