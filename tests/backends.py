"""The array backends every test can run on, and what to do where one is absent."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fire_ref.arrays import to_host

#: Names that must be present: in CI a skip may not hide a missing package. Comma-separated.
REQUIRED = tuple(filter(None, os.environ.get("FIRE_REF_REQUIRE", "").split(",")))

#: NumPy knows bfloat16 by its type only.
HALF = {"bfloat16": ml_dtypes.bfloat16}

NAMES = ("numpy", "read-only", "strict", "torch", "jax", "jax-x64", "cupy")


@dataclass(frozen=True)
class Backend:
    """How to make an array of one library from NumPy values, and read it back."""

    name: str
    make: Callable[..., Any]
    precisions: tuple[str, ...] = ("float64", "float32", "float16")

    @property
    def widest(self) -> str:
        """The widest dtype: JAX without x64 has no float64."""
        return self.precisions[0]

    def host(self, array: Any) -> np.ndarray[Any, Any]:
        """Return NumPy values in float64."""
        return to_host(array).astype(np.float64)


def available(package: str) -> Any:
    """Import a package, or skip the test; fail where FIRE_REF_REQUIRE names it."""
    try:
        return importlib.import_module(package)
    except ImportError:
        if package in REQUIRED:
            pytest.fail(f"{package} is required here (FIRE_REF_REQUIRE) and cannot be imported")
        pytest.skip(f"{package} is not installed")


@contextlib.contextmanager
def backend(name: str) -> Iterator[Backend]:
    """Open one backend by name."""
    if name == "numpy":
        yield Backend(
            name,
            lambda values, dtype="float64": np.array(values, dtype=np.float64).astype(HALF.get(dtype, dtype)),
            ("float64", "float32", "float16", "bfloat16"),
        )
    elif name == "read-only":
        yield Backend(name, _read_only)
    elif name == "strict":
        strict = available("array_api_strict")
        yield Backend(
            name,
            lambda values, dtype="float64": strict.asarray(
                np.array(values, dtype=np.float64), dtype=getattr(strict, dtype)
            ),
            ("float64", "float32"),
        )
    elif name == "torch":
        torch = available("torch")
        yield Backend(
            name,
            lambda values, dtype="float64": torch.tensor(np.array(values, dtype=np.float64)).to(getattr(torch, dtype)),
            ("float64", "float32", "float16", "bfloat16"),
        )
    elif name in ("jax", "jax-x64"):
        with _jax(x64=name == "jax-x64") as opened:
            yield opened
    else:
        yield _cupy()


def _read_only(values: Any, dtype: str = "float64") -> np.ndarray[Any, Any]:
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


@contextlib.contextmanager
def _jax(*, x64: bool) -> Iterator[Backend]:
    jax = available("jax")
    widest = "float64" if x64 else "float32"
    with jax.enable_x64(x64):
        yield Backend(
            "jax-x64" if x64 else "jax",
            lambda values, dtype=widest: jax.numpy.asarray(np.array(values, dtype=np.float64), dtype=dtype),
            ("float64", "float32", "float16", "bfloat16") if x64 else ("float32", "float16", "bfloat16"),
        )


def _cupy() -> Backend:
    cupy = available("cupy")
    if not cupy.cuda.is_available():
        if "gpu" in REQUIRED:
            pytest.fail("a GPU is required here (FIRE_REF_REQUIRE) and CuPy finds none")
        pytest.skip("CuPy finds no GPU")
    return Backend("cupy", lambda values, dtype="float64": cupy.array(np.array(values, dtype=np.float64), dtype=dtype))
