"""What is no polar factor although its name or place suggests it: QR, V for V^T, steps without a norm."""

from __future__ import annotations

from functools import partial

from .record import CALLABLES, Known

#: What they share.
_wrong = partial(Known, level="matrix", arrays="torch", dtype="float64", dialect="paper", faithful="no", converged="no")

WRONG = (
    _wrong(
        "orthogonium.BatchedBjorckOrthogonalization",
        "orthogonium",
        f"{CALLABLES}:orthogonium_bjorck",
        dtype="float32",
        dialect="official",
        computes="twelve cubic steps, divided by no norm",
        codes=("NO_NORMALISATION", "WRONG_STEPS"),
        note="its package puts a spectral normalisation before it; from 1.73 on signs flip, from 2.24 on it diverges",
    ),
    _wrong(
        "torch.nn.utils.parametrizations.orthogonal",
        "torch",
        f"{CALLABLES}:torch_orthogonal",
        dtype="float32",
        computes="the orthogonal factor of QR, its diagonal made positive",
        codes=("WRONG_FACTOR_QR", "STATE_CHANGED"),
        note="takes one matrix; a zero matrix stays zero; draws random numbers for a rectangle",
    ),
    _wrong(
        "heavyball (svd)",
        "heavyball",
        f"{CALLABLES}:heavyball_orthogonal",
        computes="the polar factor of a square matrix; five Newton-Schulz steps for any other",
        kwargs={"mode": "svd"},
        codes=("UNDER_ITERATED", "STATE_CHANGED"),
        note="changes the random state where it rounds a rectangle, at any dtype but float64",
    ),
    _wrong(
        "heavyball (qr)",
        "heavyball",
        f"{CALLABLES}:heavyball_orthogonal",
        computes="the orthogonal factor of QR of a square matrix; five Newton-Schulz steps for any other",
        kwargs={"mode": "qr"},
        codes=("WRONG_FACTOR_QR", "UNDER_ITERATED", "STATE_CHANGED"),
    ),
    _wrong(
        "heavyball (legacy_svd)",
        "heavyball",
        f"{CALLABLES}:heavyball_orthogonal",
        computes="U V instead of U V^T of a square matrix; five Newton-Schulz steps for any other",
        kwargs={"mode": "legacy_svd"},
        codes=("WRONG_FACTOR_V", "UNDER_ITERATED", "STATE_CHANGED"),
    ),
)
