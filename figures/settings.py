"""What a figure is asked for: which weights, on which device, how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from fire_ref import backend
from fire_ref.arrays import to_host
from fire_ref.errors import BackendError

from .experiments.asking import Trial

#: Name -> the networks it stands for.
WEIGHTS: dict[str, tuple[str, ...]] = {
    "digits": ("digits-mlp", "digits-conv"),
    "minilm": ("minilm",),
    "stories15m": ("stories15m",),
    "resnet50": ("resnet50",),
}


@dataclass(frozen=True)
class Settings:
    """
    What all figures may be asked for.

    Attributes
    ----------
    weights : tuple of str
        Names of `WEIGHTS`.
    device : {"cpu", "cuda"}
        Where weights lie while they are worked on.
    quick, large : bool
        For what takes long: less of it, or also the largest.
    trial : Trial
        For experiments: the scale, the seeds, where results are kept.
    """

    weights: tuple[str, ...] = ("digits",)
    device: str = "cpu"
    quick: bool = False
    large: bool = False
    trial: Trial = field(default_factory=Trial)

    @property
    def networks(self) -> tuple[str, ...]:
        """The networks, each once, in the order asked for."""
        return tuple(dict.fromkeys(network for name in self.weights for network in WEIGHTS[name]))

    def to_device(self, array: Any) -> Any:
        """
        Move an array to the device.

        Raises
        ------
        BackendError
            No usable GPU for "cuda".
        """
        return backend("cupy" if self.device == "cuda" else "numpy").asarray(array)


def weights_named(given: str) -> tuple[str, ...]:
    """
    Read a list of weights from the command line.

    Parameters
    ----------
    given : str
        Names with commas between them, or "all".

    Returns
    -------
    tuple of str

    Raises
    ------
    ValueError
        An unknown name.
    """
    parts = [part.strip() for part in given.split(",")]
    names = tuple(name for part in parts for name in (WEIGHTS if part == "all" else (part,)))
    for name in names:
        if name not in WEIGHTS:
            known = ", ".join(WEIGHTS)
            raise ValueError(f"figures: --weights must be of {known} or all; got {name!r}. Try --weights digits.")
    return names


def device_there(name: str) -> str:
    """
    Accept a device that can be used here.

    Parameters
    ----------
    name : {"cpu", "cuda"}
        From the command line.

    Returns
    -------
    str
        The same.

    Raises
    ------
    ValueError
        CuPy cannot use a GPU.
    """
    if name == "cuda":
        try:
            backend("cupy")
        except BackendError as error:
            why = str(error).removeprefix("backend: ").replace("backend('numpy')", "--device cpu")
            raise ValueError(f"figures: --device cuda: {why}") from None
    return name


def plain(values: Any) -> list[Any]:
    """Return an array of any library as lists of Python numbers, None where it is not finite."""
    return list(_finite(to_host(values).tolist()))


def _finite(value: Any) -> Any:
    if isinstance(value, Sequence):
        return [_finite(one) for one in value]
    return value if value == value and abs(value) != float("inf") else None
