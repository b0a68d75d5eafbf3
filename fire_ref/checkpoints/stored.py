"""One named tensor of a network, wherever it is kept: what is known of it before its values are read."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from math import prod

from ..arrays import Array


@dataclass(frozen=True, slots=True)
class Stored:
    """
    One tensor of a file, a state or a module.

    Attributes
    ----------
    name : str
        As the network calls it.
    shape : tuple of int
        Of the tensor.
    dtype : str
        Its name, as "float32" or "float8_e4m3fn".
    read : callable
        Returns the array; for a file the only moment at which its bytes are in memory.
    place : hashable, optional
        What the names of one tied tensor share.
    owner : str, optional
        What holds it, where that is known: "Linear", "Conv2d", or a description.
    trouble : str, optional
        Why it cannot be read as an array.
    raw : callable, optional
        Returns the bytes as they are stored, of any dtype; None where `read` has them too.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], Array]
    place: Hashable = None
    owner: str | None = None
    trouble: str | None = None
    raw: Callable[[], Array] | None = None

    @property
    def size(self) -> int:
        """Number of entries."""
        return prod(self.shape)
