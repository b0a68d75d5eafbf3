"""What is asked of a target, and what came of it: plain records that cross a process boundary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np

Raw: TypeAlias = np.ndarray[Any, np.dtype[Any]]

#: How the values lie in memory: fresh and C-contiguous, a view into a NaN-padded buffer, read-only, column by column.
FORMS = ("plain", "strided", "read-only", "fortran")


@dataclass(frozen=True)
class Call:
    """
    One request: call the target on copies of some values.

    Attributes
    ----------
    values : ndarray
        Of the target's dtype (ml_dtypes for bfloat16). The target gets them as an array of its own library.
    form : str
        One of `FORMS`; what a library cannot express becomes "plain".
    repeat : int
        How often the target is called on fresh copies of `values`; each answer is returned.
    other : ndarray or None
        Called once in between: the first answer is read again after it (is its memory reused?).
    kwargs : mapping
        Added to the target's own, for this call.
    """

    values: Raw
    form: str = "plain"
    repeat: int = 1
    other: Raw | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """
    What came of one `Call`.

    Attributes
    ----------
    status : str
        "returned", "raised", "exited" (SystemExit), "hung" (killed after the timeout), "crashed" (the process died).
    values : tuple of ndarray
        The answers as host arrays in the dtype that was returned, one for each repetition; empty when there is none
        or when it is no array at all.
    type_name, dtype, device : str
        Of the (first) answer, as "torch.Tensor", "bfloat16", "cpu"; empty if it has none.
    shape : tuple of int
        Of the (first) answer.
    own_type : bool
        The answer is an array of the library that was given.
    given_device : str
        Where the input lay.
    own_device : bool
        It lies on the device of the input.
    changed_input : bool
        The target wrote to its argument (not judged for targets that work in place).
    aliased : bool
        The first answer changed when the target was called on `other`.
    extra_changed : tuple of str
        Of an adapter's module: names of other parameters or buffers that changed (as "bias").
    error : str
        "ValueError: message", on one line; for a dead process what is known of its end.
    printed : str
        What was written to standard output or error by Python code, cut after 500 characters.
    state : tuple of str
        What the call changed and left changed, as "numpy error state", "torch default dtype"; it has been restored.
    seconds : float
        Wall time inside the target, all repetitions.
    """

    status: str
    values: tuple[Raw, ...] = ()
    type_name: str = ""
    dtype: str = ""
    device: str = ""
    shape: tuple[int, ...] = ()
    own_type: bool = True
    given_device: str = ""
    own_device: bool = True
    changed_input: bool = False
    aliased: bool = False
    extra_changed: tuple[str, ...] = ()
    error: str = ""
    printed: str = ""
    state: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Setup:
    """
    How a target is to be called.

    Attributes
    ----------
    arrays : str
        "numpy", "torch", "jax", "cupy" or "mlx".
    dtype : str
        "float64", "float32", "float16" or "bfloat16".
    kwargs : mapping
        Keyword arguments of every call.
    result : int, str or None
        Which item (index or field) of what is returned is the answer.
    in_place : bool
        The answer is the edited argument.
    adapter : str or None
        "linear" or "conv2d": the target gets a torch module that holds the values as its weight.
    device : str or None
        "cpu" or "cuda": where the arrays lie that it gets; None for where the library puts them by itself.
    """

    arrays: str = "numpy"
    dtype: str = "float32"
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    result: int | str | None = None
    in_place: bool = False
    adapter: str | None = None
    device: str | None = None


class Target(Protocol):
    """Something that answers calls; never raises for what the target does."""

    @property
    def name(self) -> str:
        """What was asked for, as "package.module:callable"."""

    @property
    def versions(self) -> Mapping[str, str]:
        """Library -> version, of the target's package and its array library."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names that the callable accepts as keyword arguments, as far as its signature tells."""

    @property
    def loading_seconds(self) -> float:
        """Wall time of importing the target and its array library."""

    def call(self, call: Call) -> Outcome:
        """Call the target; after a hang, an exit or a crash the next call meets a fresh process."""

    def close(self) -> None:
        """End the process, if there is one."""
