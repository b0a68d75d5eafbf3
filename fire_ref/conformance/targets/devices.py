"""Where the arrays lie that a target is given: in the host's memory, or on a GPU."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Mapping

from ...arguments import choice
from ...arrays import Array, backend
from ...errors import BackendError, sentence

DEVICES = ("cpu", "cuda")
#: Library -> where its arrays can lie.
OF_LIBRARY: Mapping[str, tuple[str, ...]] = {
    "numpy": ("cpu",),
    "torch": DEVICES,
    "jax": DEVICES,
    "cupy": ("cuda",),
    "mlx": ("cpu",),
}


def fitting(arrays: str, device: object) -> str | None:
    """
    Refuse a device on which a library's arrays never lie.

    Parameters
    ----------
    arrays : str
        The library.
    device : object
        The caller's; None for where the library puts its arrays by itself.

    Returns
    -------
    str or None

    Raises
    ------
    ValueError
        An unknown name, or none of the library's.
    """
    if device is None:
        return None
    known = choice("verify", "device", device, DEVICES)
    if known not in OF_LIBRARY[arrays]:
        rule = f"be {OF_LIBRARY[arrays][0]!r} with arrays={arrays!r}"
        others = [repr(library) for library, devices in OF_LIBRARY.items() if known in devices]
        advice = f"arrays={' or '.join(others)}"
        raise ValueError(sentence("verify", "device", rule, repr(known), advice))
    return known


def usable(arrays: str, device: str | None) -> None:
    """
    Refuse a GPU that is not here, before a target is blamed for it.

    Parameters
    ----------
    arrays : str
        The library, which can be imported.
    device : str or None
        From `fitting`.

    Raises
    ------
    BackendError
        The library finds no usable GPU; the message says why.
    """
    if arrays == "cupy":
        backend("cupy")
    elif device == "cuda":
        trouble = _TROUBLES[arrays]()
        if trouble is not None:
            raise BackendError(f"verify: device 'cuda' cannot be used: {trouble}. Try device='cpu'.")


def placed(array: Array, arrays: str, device: str | None) -> Array:
    """
    Put an array on a device.

    Parameters
    ----------
    array : array
        New, of the library.
    arrays : str
        The library.
    device : str or None
        One of its devices; None leaves the array where it is.

    Returns
    -------
    array
        With the same values, bit by bit.
    """
    # The others have one device each, and their arrays are there.
    return array if device is None or arrays not in _MOVES else _MOVES[arrays](array, device)


def _torch_trouble() -> str | None:
    torch = importlib.import_module("torch")
    with warnings.catch_warnings():  # an old driver is said by a warning
        warnings.simplefilter("ignore")
        if torch.cuda.is_available():
            return None
    why = "finds no usable GPU" if torch.backends.cuda.is_built() else "was built without CUDA"
    return f"torch {torch.__version__} {why}"


def _jax_trouble() -> str | None:
    jax = importlib.import_module("jax")
    try:
        jax.devices("gpu")
    except RuntimeError as error:
        return f"JAX {jax.__version__} finds no GPU ({' '.join(str(error).split())})"
    return None


def _to_torch_device(tensor: Array, device: str) -> Array:
    return tensor.to(device)


def _to_jax_device(array: Array, device: str) -> Array:
    jax = importlib.import_module("jax")
    return jax.device_put(array, jax.devices("gpu" if device == "cuda" else "cpu")[0])


_TROUBLES: Mapping[str, Callable[[], str | None]] = {"torch": _torch_trouble, "jax": _jax_trouble}
_MOVES: Mapping[str, Callable[[Array, str], Array]] = {"torch": _to_torch_device, "jax": _to_jax_device}
