"""Process-wide state before and after a call: what changed is named and put back."""

from __future__ import annotations

import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class _Probe:
    name: str
    library: str  # looked at only where somebody else has imported it
    read: Callable[[Any], Any]
    write: Callable[[Any, Any], object]


class Watch:
    """What a block changed: `changed` is filled when the block is left."""

    def __init__(self) -> None:
        self.changed: tuple[str, ...] = ()


@contextmanager
def watching() -> Iterator[Watch]:
    """
    Compare the state of the process before and after a block, and restore it.

    Yields
    ------
    Watch
        Its `changed` names what the block changed and left changed.
    """
    watch = Watch()
    modules = len(sys.modules)
    before = [(probe, state) for probe in _PROBES for state in _look(probe)]
    try:
        yield watch
    finally:
        imported = len(sys.modules) != modules
        changed = [probe.name for probe, state in before if _restored(probe, state)]
        watch.changed = tuple(name for name in changed if not (imported and name in _OF_IMPORTS))


def _look(probe: _Probe) -> list[Any]:
    # A list of one, or of none where the state cannot be told: no such library, or a deleted working directory.
    library = sys.modules.get(probe.library)
    if library is None:
        return []
    try:
        return [probe.read(library)]
    except Exception:
        return []


def _restored(probe: _Probe, before: Any) -> bool:
    after = _look(probe)
    if after and _comparable(after[0]) == _comparable(before):
        return False
    with suppress(Exception):  # a deleted working directory stays deleted
        probe.write(sys.modules[probe.library], before)
    return True


def _comparable(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _comparable(value) for key, value in state.items()}
    if isinstance(state, np.ndarray):
        return state.tobytes()
    return bytes(state.numpy()) if type(state).__name__ == "Tensor" else state


def _set_environment(_: Any, before: dict[str, str]) -> None:
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    for name, value in before.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _set_filters(_: Any, before: list[Any]) -> None:
    warnings.filters[:] = before  # type: ignore[index]
    with warnings.catch_warnings():  # entering it tells the module that the filters changed
        pass


def _set_device(torch: Any, before: Any) -> None:
    torch.set_default_device(None if before.type == "cpu" else before)


def _deterministic(torch: Any) -> tuple[bool, bool]:
    return torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()


_PROBES = (
    _Probe("numpy error state", "numpy", lambda _: np.geterr(), lambda _, old: np.seterr(**old)),
    _Probe(
        "numpy random state",
        "numpy",
        lambda _: np.random.get_state(legacy=False),  # noqa: NPY002 (the legacy generator is what is watched)
        lambda _, old: np.random.set_state(old),  # noqa: NPY002
    ),
    _Probe("python random state", "random", lambda _: random.getstate(), lambda _, old: random.setstate(old)),
    _Probe("environment", "os", lambda _: dict(os.environ), _set_environment),
    _Probe("working directory", "os", lambda _: os.getcwd(), lambda _, old: os.chdir(old)),
    _Probe("warning filters", "warnings", lambda _: list(warnings.filters), _set_filters),
    _Probe(
        "torch default dtype",
        "torch",
        lambda torch: torch.get_default_dtype(),
        lambda torch, old: torch.set_default_dtype(old),
    ),
    _Probe("torch default device", "torch", lambda torch: torch.get_default_device(), _set_device),
    _Probe(
        "torch grad mode",
        "torch",
        lambda torch: torch.is_grad_enabled(),
        lambda torch, old: torch.set_grad_enabled(old),
    ),
    _Probe(
        "torch random state", "torch", lambda torch: torch.get_rng_state(), lambda torch, old: torch.set_rng_state(old)
    ),
    _Probe(
        "torch threads", "torch", lambda torch: torch.get_num_threads(), lambda torch, old: torch.set_num_threads(old)
    ),
    _Probe(
        "torch deterministic algorithms",
        "torch",
        _deterministic,
        lambda torch, old: torch.use_deterministic_algorithms(old[0], warn_only=old[1]),
    ),
    _Probe(
        "torch matmul precision",
        "torch",
        lambda torch: torch.get_float32_matmul_precision(),
        lambda torch, old: torch.set_float32_matmul_precision(old),
    ),
    _Probe(
        "jax x64",
        "jax",
        lambda jax: bool(jax.config.jax_enable_x64),
        lambda jax, old: jax.config.update("jax_enable_x64", old),
    ),
)
#: Importing a library changes these; where the call imported something, that is not the target's doing.
_OF_IMPORTS = ("environment", "warning filters")
