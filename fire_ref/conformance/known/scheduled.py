"""Quintic steps with coefficients that differ from step to step: tuned ones, and Polar Express."""

from __future__ import annotations

from functools import partial

from .record import CALLABLES, K_STEP, NARROWED, Known

#: What they share.
_scheduled = partial(Known, level="matrix", arrays="torch", dtype="float32", converged="no", codes=K_STEP)

SCHEDULED = (
    _scheduled(
        "timm.optim.Muon",
        "timm",
        f"{CALLABLES}:timm_muon",
        dialect="muon-scheduled",
        computes="five different steps in bfloat16, norm at least 1e-7",
        kwargs={"preset": "quintic"},
        codes=(*K_STEP, *NARROWED),
        note="the coefficients that timm's optimizer has by default",
    ),
    _scheduled(
        "timm (polar_express)",
        "timm",
        f"{CALLABLES}:timm_polar_express",
        dialect="polar-express-cushioned",
        computes="eight different steps, norm at least 1e-7",
    ),
    _scheduled(
        "heavyball",
        "heavyball",
        f"{CALLABLES}:heavyball_orthogonal",
        dialect="muon-scheduled",
        computes="five different steps in bfloat16, norm at least 1e-7",
        codes=(*K_STEP, "DTYPE_DOWNCAST", "NONDETERMINISTIC", "STATE_CHANGED"),
        note="rounds to bfloat16 at random, once, before the first step; float64 stays float64",
    ),
    _scheduled(
        "heavyball.msign",
        "heavyball",
        f"{CALLABLES}:heavyball_msign",
        dtype="float64",
        dialect="polar-express-1.01",
        computes="ten steps in float64, norm at least 1e-7",
        codes=(*K_STEP, "STATE_CHANGED"),
        note="singular values from 3e-4 ||W||_F up reach 1; float32 is rounded to bfloat16 at random",
    ),
    _scheduled(
        "GramNewtonSchulz",
        "gram-newton-schulz",
        f"{CALLABLES}:gram_newton_schulz",
        dialect="polar-express-1.05",
        computes="five different steps in float16 on the Gram matrix, norm plus 1e-7",
        codes=(*K_STEP, "DTYPE_DOWNCAST"),
        note="the norm is taken in float32; a square matrix takes the ordinary way",
    ),
    _scheduled(
        "StandardNewtonSchulz",
        "gram-newton-schulz",
        f"{CALLABLES}:gram_standard",
        dialect="polar-express-1.05",
        computes="five different steps in float16, norm plus 1e-7",
        codes=(*K_STEP, "DTYPE_DOWNCAST"),
    ),
)
