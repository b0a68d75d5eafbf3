"""Host values into an array of the target's library, exactly, and in the memory layout that a case asks for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

import numpy as np

from ...arrays import FLOATS, Array
from ...errors import missing_extra, sentence
from . import devices
from .outcome import Raw, Setup

#: Library -> the module that makes its arrays.
MODULES = {"numpy": "numpy", "torch": "torch", "jax": "jax.numpy", "cupy": "cupy", "mlx": "mlx.core"}
#: Library -> the extra that brings it; mlx has none.
EXTRAS = {"torch": "peers", "jax": "peers", "cupy": "cuda12"}
#: Libraries whose arrays have strides.
STRIDED = ("numpy", "torch", "cupy")


def usable(setup: Setup) -> None:
    """
    Refuse a library, dtype or device that cannot be had here, before a target is blamed for it.

    Parameters
    ----------
    setup : Setup
        What is asked for.

    Raises
    ------
    MissingExtraError
        The library is not installed.
    ValueError
        It is unknown or broken, or does not have the dtype or the device.
    BackendError
        It finds no usable GPU.
    """
    arrays, dtype = setup.arrays, setup.dtype
    if arrays not in MODULES:
        raise ValueError(sentence("verify", "arrays", f"be one of {', '.join(MODULES)}", repr(arrays), "'numpy'"))
    if dtype not in FLOATS:
        raise ValueError(sentence("verify", "dtype", f"be one of {', '.join(FLOATS)}", repr(dtype), "'float32'"))
    device = devices.fitting(arrays, setup.device)
    _import(arrays)
    devices.usable(arrays, device)
    if (arrays, dtype) in (("cupy", "bfloat16"), ("mlx", "float64")):
        rule = f"be a dtype that {arrays} has and passes on exactly"
        raise ValueError(sentence("verify", "dtype", rule, repr(dtype), "'float32'"))
    if (arrays, dtype) == ("jax", "float64") and not importlib.import_module("jax").config.jax_enable_x64:
        advice = "jax.config.update('jax_enable_x64', True), or the target's name, which runs in a process of its own"
        raise ValueError(
            sentence("verify", "dtype", "be float32 or narrower while JAX's x64 is off", repr(dtype), advice)
        )


def _import(arrays: str) -> None:
    try:
        importlib.import_module(MODULES[arrays])
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != arrays:
            raise _broken(arrays, error) from error
        if arrays in EXTRAS:
            raise missing_extra("verify", arrays, EXTRAS[arrays]) from None
        got = f"{arrays!r}, which is not installed"
        raise ValueError(
            sentence("verify", "arrays", "be an installed library", got, f"pip install {arrays}")
        ) from None
    except ImportError as error:  # a shared library that does not load
        raise _broken(arrays, error) from error


def _broken(arrays: str, error: ImportError) -> ValueError:
    got = f"{arrays!r}, which is broken ({error})"
    return ValueError(sentence("verify", "arrays", "be a library that can be imported", got, "installing it anew"))


def to_library(values: Raw, arrays: str, form: str = "plain", device: str | None = None) -> Array:
    """
    Copy values into a new array of a library.

    Parameters
    ----------
    values : ndarray
        Of any of the four dtypes; bfloat16 is that of ml_dtypes.
    arrays : str
        The library.
    form : str
        One of `FORMS`; what the library cannot express becomes "plain".
    device : str, optional
        Where it is to lie, as `Setup.device`.

    Returns
    -------
    array
        With the same values, bit by bit.
    """

    def make(host: Raw) -> Array:
        return devices.placed(_MAKERS[arrays](host), arrays, device)

    if form == "strided" and arrays in STRIDED and values.ndim:
        return _every_other(make(_padded(values)), values.ndim)
    if form == "fortran" and arrays in STRIDED and values.ndim > 1:
        return make(values.swapaxes(-1, -2)).swapaxes(-1, -2)
    array = make(values)
    if form == "read-only" and arrays == "numpy":
        array.flags.writeable = False
    return array


def _padded(values: Raw) -> Raw:
    # What reads past the view, or takes its memory for contiguous, meets NaN.
    shape = [*values.shape[:-2], *(2 * size + 1 for size in values.shape[-2:])]
    buffer = np.full(shape, np.nan, dtype=values.dtype)
    _every_other(buffer, values.ndim)[...] = values
    return buffer


def _every_other(buffer: Array, ndim: int) -> Array:
    return buffer[(..., *[slice(1, None, 2)] * min(ndim, 2))]


def _copy(values: Raw) -> Raw:
    return np.array(values, order="C", copy=True)


def _to_torch(values: Raw) -> Array:
    torch = importlib.import_module("torch")
    if values.dtype.name == "bfloat16":  # torch cannot read that of ml_dtypes; the bits are the same
        return torch.from_numpy(_copy(values).view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(_copy(values))


def _to_mlx(values: Raw) -> Array:
    mx = importlib.import_module("mlx.core")
    return mx.array(values.astype(np.float32)).astype(getattr(mx, values.dtype.name))


_MAKERS: Mapping[str, Callable[[Raw], Array]] = {
    "numpy": _copy,
    "torch": _to_torch,
    "jax": lambda values: importlib.import_module("jax.numpy").array(_copy(values)),
    "cupy": lambda values: importlib.import_module("cupy").array(_copy(values)),
    "mlx": _to_mlx,
}
