"""Who computes an exact polar factor: ours, SciPy, and what can be built from an SVD elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import scipy.linalg

import fire_ref
from fire_ref.polar import METHODS

from .device import Device
from .inputs import Matrix
from .timing import Call

Maker: TypeAlias = Callable[[Device, Matrix], Call]

#: What the ratios of a device are taken against, by its name: where none is there, ours by SVD.
REFERENCES: Mapping[str, tuple[str, ...]] = {"cpu": ("scipy polar",), "cuda": ("torch svd", "cupy svd")}
OURS = {method: f"fire_ref {method}" for method in ("svd", "fast")}


def ours() -> dict[str, Maker]:
    """Return our methods, as far as this version has them."""
    return {OURS[method]: _ours(method) for method in OURS if method in METHODS}


def rivals(device: Device) -> dict[str, Maker]:
    """
    Return everybody else who is there.

    Parameters
    ----------
    device : Device
        Where they would work.

    Returns
    -------
    dict
        Name to a function that makes the call of one matrix, its values already where they belong.
    """
    found: dict[str, Maker] = {"scipy polar": _scipy, "numpy svd": _namespace} if device.name == "cpu" else {}
    if device.name == "cuda":
        found["cupy svd"] = _namespace
    if device.torch is not None:
        found["torch svd"] = _torch
    if device.jax is not None:
        found |= {f"jax {method}": _jax(method) for method in ("svd", "qdwh")}
    return found


def batched(device: Device) -> dict[str, Maker]:
    """Return who takes a stack of matrices, first the one whose time the ratios are taken of."""
    found: dict[str, Maker] = {"numpy svd" if device.name == "cpu" else "cupy svd": _namespace}
    return found | ({} if device.torch is None else {"torch svd": _torch})


def reference(device: Device) -> str:
    """Return whose time the ratios are taken of."""
    there = rivals(device)
    return next(name for name in REFERENCES[device.name] if name in there)


def _ours(method: str) -> Maker:
    def make(device: Device, W: Matrix) -> Call:
        V = device.array(W)
        return lambda: fire_ref.polar_factor(V, method=method)

    return make


def _scipy(_: Device, W: Matrix) -> Call:
    return lambda: scipy.linalg.polar(W)[0]


def _namespace(device: Device, W: Matrix) -> Call:
    V, xp = device.array(W), device.xp

    def call() -> Any:
        U, _, Vh = xp.linalg.svd(V, full_matrices=False)
        return U @ Vh

    return call


def _torch(device: Device, W: Matrix) -> Call:
    V, svd = device.tensor(W), device.torch.linalg.svd

    def call() -> Any:
        U, _, Vh = svd(V, full_matrices=False)
        return U @ Vh

    return call


def _jax(method: str) -> Maker:
    def make(device: Device, W: Matrix) -> Call:
        jax = device.jax
        from jax.scipy.linalg import polar

        wide = W.dtype == np.float64
        with jax.enable_x64(wide):
            V = jax.numpy.asarray(W)

        def call() -> Any:
            with jax.enable_x64(wide), jax.default_matmul_precision("float32"):  # never TF32
                return jax.block_until_ready(polar(V, method=method)[0])

        return call

    return make
