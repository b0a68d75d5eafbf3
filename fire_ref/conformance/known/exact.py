"""The exact polar factor, by SVD or QDWH."""

from __future__ import annotations

from functools import partial

from .record import CALLABLES, Known

#: What they share.
_exact = partial(Known, level="matrix", dialect="paper")

EXACT = (
    _exact(
        "scipy.linalg.polar",
        "scipy",
        "scipy.linalg:polar",
        arrays="numpy",
        dtype="float64",
        computes="the polar factor, by SVD",
        result=0,
        note="takes stacks since SciPy 1.16; refuses NaN and inf; completes a zero matrix to an isometry",
    ),
    _exact(
        "procrustes.orthogonal",
        "qc-procrustes",
        f"{CALLABLES}:procrustes_orthogonal",
        arrays="numpy",
        dtype="float64",
        computes="the polar factor, by SVD of the padded square",
        note="takes one matrix; refuses NaN and inf",
    ),
    _exact(
        "jax.scipy.linalg.polar (svd)",
        "jax",
        "jax.scipy.linalg:polar",
        arrays="jax",
        dtype="float32",
        computes="the polar factor, by SVD",
        result=0,
        kwargs={"method": "svd"},
        note="NaN goes through; float16 and bfloat16 are not implemented",
    ),
    _exact(
        "jax.scipy.linalg.polar (qdwh)",
        "jax",
        f"{CALLABLES}:jax_qdwh",
        arrays="jax",
        dtype="float32",
        computes="the polar factor, by QDWH",
        codes=("OVERFLOW",),
        note="refuses a wide matrix from the right, its default side; zero if W is zero or subnormal, or near overflow",
    ),
    _exact(
        "geoopt.Stiefel.projx",
        "geoopt",
        f"{CALLABLES}:geoopt_projection",
        arrays="torch",
        dtype="float32",
        computes="the polar factor, by SVD",
        note="takes stacks and wide matrices; NaN is a LinAlgError; float16 and bfloat16 are not implemented",
    ),
)
