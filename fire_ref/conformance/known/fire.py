"""FIRE itself: cubic steps, as in the paper's official code or rescaled to the norm of W."""

from __future__ import annotations

from functools import partial

from .record import CALLABLES, K_STEP, Known

#: What they share.
_fire = partial(
    Known, level="matrix", arrays="torch", dtype="float32", dialect="official", converged="no", codes=K_STEP
)

FIRE = (
    _fire(
        "optax (cubic, ten steps)",
        "optax",
        f"{CALLABLES}:optax_muon",
        arrays="jax",
        computes="ten cubic steps in the dtype given, norm plus 1e-8",
        kwargs={"triple": (1.5, -0.5, 0.0), "steps": 10},
    ),
    _fire(
        "timm (cubic, ten steps)",
        "timm",
        f"{CALLABLES}:timm_cubic",
        computes="ten cubic steps, norm at least 1e-7",
    ),
    _fire(
        "SAC_pytorch.apply_fire",
        "SAC-pytorch",
        "SAC_pytorch.SAC:apply_fire",
        level="weight",
        dialect="norm-preserving",
        computes="twenty cubic steps, rescaled to the norm of W",
        adapter="linear",
        note="every parameter with two axes, embeddings too; never a kernel; a zero matrix is left alone",
    ),
    _fire(
        "dreamer4.apply_fire",
        "dreamer4",
        f"{CALLABLES}:dreamer4_fire",
        level="weight",
        dialect="norm-preserving",
        computes="twenty cubic steps, rescaled to the norm of W",
        adapter="linear",
        note="the function alone is run: its module needs a torchvision that fits torch",
    ),
)
