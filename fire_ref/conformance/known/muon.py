"""Muon's five quintic steps: one triple of coefficients, computed in bfloat16 or in the dtype given."""

from __future__ import annotations

from functools import partial

from .record import BOUNDS, CALLABLES, K_STEP, NARROWED, Known

#: What they share; most answer a float32 matrix in bfloat16.
_keller = partial(
    Known,
    level="matrix",
    dialect="muon",
    arrays="torch",
    dtype="float32",
    converged="no",
    codes=(*K_STEP, *NARROWED),
)

MUON = (
    _keller(
        "torch.optim.Muon",
        "torch",
        f"{CALLABLES}:torch_muon",
        computes="five steps in bfloat16, norm at least 1e-7",
        codes=(*K_STEP, *NARROWED, "INPUT_MUTATED"),
        note="private; takes one matrix; divides a bfloat16 argument in place",
    ),
    _keller(
        "torch.optim.Muon (bfloat16)",
        "torch",
        f"{CALLABLES}:torch_muon",
        dtype="bfloat16",
        computes="five steps in bfloat16, norm at least 1e-7",
        codes=(*K_STEP, "INPUT_MUTATED"),
        note="private; divides its argument by the norm in place",
    ),
    _keller(
        "muon-optimizer",
        "muon-optimizer",
        "muon:zeropower_via_newtonschulz5",
        computes="five steps in bfloat16, norm plus 1e-7",
        kwargs={"steps": 5},
        note="the module is called muon, as another package on PyPI is",
    ),
    _keller(
        "muon-optimizer (update)",
        "muon-optimizer",
        f"{CALLABLES}:keller_update",
        level="weight",
        computes="the first update: five steps in bfloat16, gain sqrt(max(1, rows / columns)) of the last two axes",
        faithful="no",
        codes=(*BOUNDS, *NARROWED, "INPUT_MUTATED", "SHAPE_CHANGED"),
        note="writes to the gradient; answers a kernel flattened to (o, i kh kw), with the gain of (kh, kw)",
    ),
    _keller(
        "pytorch_optimizer",
        "pytorch-optimizer",
        "pytorch_optimizer.optimizer.utils:zero_power_via_newton_schulz_5",
        computes="five steps in bfloat16, norm at least 1e-7",
        note="`dtype` and `weights` can be chosen",
    ),
    _keller(
        "pytorch_optimizer (Gram)",
        "pytorch-optimizer",
        "pytorch_optimizer.optimizer.utils:zero_power_via_gram_newton_schulz",
        computes="five steps in float16 on the Gram matrix, norm at least 1e-7",
        note="the norm is taken in float32; the Gram matrix is formed anew after two steps",
    ),
    _keller(
        "timm.optim.Muon (original)",
        "timm",
        f"{CALLABLES}:timm_muon",
        computes="five steps in bfloat16, norm at least 1e-7",
        note="loaded without the rest of timm, which needs torchvision",
    ),
    _keller(
        "keras.optimizers.Muon",
        "keras",
        f"{CALLABLES}:keras_muon",
        computes="five steps in the dtype given, norm plus 1e-7",
        codes=K_STEP,
        note="on torch, as KERAS_BACKEND is set to unless it has a value",
    ),
    _keller(
        "mlx.optimizers.Muon",
        "mlx",
        f"{CALLABLES}:mlx_muon",
        arrays="mlx",
        computes="five steps in the dtype given, norm plus 1e-7",
        codes=K_STEP,
        note="private; takes one matrix; on Linux mlx-cpu is needed too",
    ),
    _keller(
        "optax.contrib.muon",
        "optax",
        f"{CALLABLES}:optax_muon",
        arrays="jax",
        computes="five steps in the dtype given, norm plus 1e-8",
        codes=K_STEP,
        note="private; takes one matrix unless told its axes",
    ),
)
