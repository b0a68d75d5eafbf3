"""Wrong implementations, each with the code that names it; written apart from the package, in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import ml_dtypes
import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Solver = Callable[[Array], Array]

CUBIC = (1.5, -0.5, 0.0)
KELLER = (3.4445, -4.7750, 2.0315)


def ns(W: Array, steps: int = 10, abc: tuple[float, float, float] = CUBIC, norm: Any = None, eps: float = 0.0) -> Array:
    """A plain loop; the norm is a number, a function of W, or the Frobenius norm."""
    a, b, c = (W.dtype.type(x) for x in abc)
    size = np.linalg.norm(W) if norm is None else norm(W) if callable(norm) else norm
    X = (W / (size + W.dtype.type(eps))).astype(W.dtype)
    for _ in range(steps):
        G = X.T @ X if X.shape[0] >= X.shape[1] else X @ X.T
        P = b * G + c * (G @ G)
        X = a * X + (X @ P if X.shape[0] >= X.shape[1] else P @ X)
    return X.astype(W.dtype)


def polar(W: Array) -> Array:
    U, _, Vh = np.linalg.svd(W, full_matrices=False)
    return U @ Vh


def fan(W: Array) -> float:
    return float(np.sqrt(W.shape[0] / W.shape[1]))


def official(W: Array, solve: Solver = ns, gain: Callable[[Array], float] | None = None) -> Array:
    """The official code at level weight: 2-D, or OIHW tap by tap."""
    if W.ndim == 2:
        return ((fan(W) if gain is None else gain(W)) * solve(W)).astype(W.dtype)
    factor = fan(W) / (W.shape[2] * W.shape[3]) if gain is None else gain(W)
    out = np.empty_like(W)
    for i in range(W.shape[2]):
        for j in range(W.shape[3]):
            out[:, :, i, j] = factor * solve(W[:, :, i, j])
    return out


def as_bfloat16(x: Array) -> Array:
    return x.astype(ml_dtypes.bfloat16).astype(np.float32)


def ns_in_bfloat16(W: Array, steps: int = 10) -> Array:
    X = as_bfloat16(as_bfloat16(W) / np.linalg.norm(as_bfloat16(W)))
    for _ in range(steps):
        wide = X.shape[0] < X.shape[1]
        G = as_bfloat16(X @ X.T if wide else X.T @ X)
        X = as_bfloat16(1.5 * X - 0.5 * as_bfloat16(G @ X if wide else X @ G))
    return X.astype(W.dtype)


def in_place(W: Array) -> Array:
    W /= np.linalg.norm(W)
    return ns(W)


_buffers: dict[tuple[int, ...], Array] = {}


def buffered(W: Array) -> Array:
    out = _buffers.setdefault(W.shape, np.empty_like(W))
    out[...] = ns(W)
    return out


def unseeded_power(W: Array) -> Array:
    rng = np.random.default_rng()
    v = rng.standard_normal(W.shape[-1])
    for _ in range(2):
        v = W.T @ (W @ v)
        v /= np.linalg.norm(v)
    return ns(W, norm=np.linalg.norm(W @ v)).astype(W.dtype)


def untransposed(W: Array) -> Array:
    U, _, Vh = np.linalg.svd(W, full_matrices=False)
    return U @ Vh.T if W.shape[0] >= W.shape[1] else (Vh.T @ U).T


def reordered(W: Array) -> Array:
    U, _, Vh = np.linalg.svd(W, full_matrices=False)
    return U[:, ::-1] @ Vh


def gram_inverse(W: Array) -> Array:
    V = W.astype(np.float64)
    tall = W.shape[0] >= W.shape[1]
    return (V @ np.linalg.pinv(V.T @ V, rcond=1e-13) if tall else np.linalg.pinv(V @ V.T, rcond=1e-13) @ V).astype(
        W.dtype
    )


def tall_only(W: Array) -> Array:
    """W (W^T W)^(-1/2) by eigenvalues, whatever the shape."""
    V = W.astype(np.float64)
    w, E = np.linalg.eigh(V.T @ V)
    return (V @ (E / np.sqrt(np.maximum(w, 1e-300))) @ E.T).astype(W.dtype)


def forgot_to_turn_back(W: Array) -> Array:
    return ns(W.T if W.shape[0] < W.shape[1] else W)


def rotation(W: Array) -> Array:
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    x = s / np.linalg.norm(s)
    for _ in range(10):
        x = 1.5 * x - 0.5 * x**3
    if W.shape[0] == W.shape[1] and np.linalg.det(U @ Vh) < 0:
        x[-1] = -x[-1]
    return (U * x) @ Vh


def reflected(W: Array) -> Array:
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    x = s / np.linalg.norm(s)
    for _ in range(10):
        x = 1.5 * x - 0.5 * x**3
    x[-1] = -x[-1]
    return (U * x) @ Vh


def aol(W: Array) -> Array:
    return ns(W / np.sqrt(np.sum(np.abs(W @ W.T), axis=1, keepdims=True)))


def rows_first(W: Array) -> Array:
    return ns(W / np.linalg.norm(W, axis=1, keepdims=True))


def sharded(parts: int, axis: int) -> Solver:
    def solve(W: Array) -> Array:
        if W.ndim != 2 or W.shape[axis] % parts:
            return ns(W)
        return np.concatenate([ns(piece) for piece in np.split(W, parts, axis)], axis)

    return solve


def stacked(W: Array, solve: Solver = ns) -> Array:
    return solve(W) if W.ndim == 2 else np.stack([stacked(A, solve) for A in W])


def collapsed(W: Array) -> Array:
    return ns(W) if W.ndim == 2 else ns(W.reshape(-1, W.shape[-1])).reshape(W.shape)


def flattened(W: Array) -> Array:
    return ns(W) if W.ndim == 2 else ns(W.reshape(len(W), -1)).reshape(W.shape)


def mixed(W: Array) -> Array:
    return ns(W) if W.ndim == 2 else np.stack([ns(A, norm=np.linalg.norm(W)) for A in W])


def spectral(W: Array) -> Any:
    return np.linalg.norm(W, 2)


def schatten4(W: Array) -> Any:
    return np.sqrt(np.linalg.norm(W.T @ W))


def ignores_steps(W: Array, steps: int = 10) -> Array:  # noqa: ARG001 # that is its mistake
    return ns(W, 10)


def padded_to_even(W: Array) -> Array:
    """Pads odd sides with what the buffer held before: ones."""
    m, n = W.shape
    big = np.ones((m + m % 2, n + n % 2), W.dtype) * np.float32(0.3)
    big[:m, :n] = W
    return ns(big)[:m, :n]


def zero_guarded(W: Array) -> Array:
    return ns(W) if np.any(W) else W.copy()


def hides_nan(W: Array) -> Array:
    return ns(np.nan_to_num(W, posinf=1.0, neginf=-1.0))


def careful(W: Array) -> Array:
    """
    A right one: scaled first, zero kept, NaN refused.

    Raises
    ------
    ValueError
        NaN or inf.
    """
    if not np.isfinite(W).all():
        raise ValueError("NaN or inf")
    peak = np.max(np.abs(W))
    return ns(W / peak) if peak else W.copy()


def kernel_ratio(W: Array) -> float:
    return float(np.sqrt(max(1.0, W.shape[-2] / W.shape[-1])))


def muon_of_kernel(W: Array) -> Array:
    """Muon with the gain of the last two axes, also where these are spatial; float32 inside."""
    V = W.astype(np.float32).reshape(len(W), -1)
    return (kernel_ratio(W) * ns(V, 5, KELLER, eps=1e-7)).reshape(W.shape).astype(W.dtype)


def whole_kernel(W: Array) -> Array:
    if W.ndim == 2:
        return official(W)
    return (fan(W) / (W.shape[2] * W.shape[3]) * ns(W.reshape(len(W), -1))).reshape(W.shape).astype(W.dtype)


def one_norm_for_taps(W: Array) -> Array:
    return official(W) if W.ndim == 2 else official(W, lambda A: ns(A, norm=np.linalg.norm(W)))


def last_axes(W: Array) -> Array:
    if W.ndim == 2:
        return official(W)
    return np.stack([np.stack([ns(A) for A in B]) for B in W]).astype(W.dtype)


def sac(W: Array, gain: Callable[[int, int], float] = lambda i, o: float(np.sqrt(o / i))) -> Array:
    if W.ndim == 3:
        return np.stack([sac(A, gain) for A in W])
    return (gain(*W.shape) * ns(W, eps=1e-8)).astype(W.dtype)


def raises_on_wide(W: Array) -> Array:
    if W.ndim == 2 and W.shape[0] < W.shape[1]:
        raise RuntimeError("tall matrices only")
    return ns(W)


def exits(W: Array) -> Array:  # noqa: ARG001 # it does not come to that
    raise SystemExit(3)


def prints(W: Array) -> Array:
    print("norm", np.linalg.norm(W))  # noqa: T201 # that is its mistake
    return ns(W)


def careless_about_state(W: Array) -> Array:
    np.random.seed(0)  # noqa: NPY002 # that is its mistake
    return ns(W)


@dataclass(frozen=True)
class Mutant:
    """A wrong implementation, how it is verified, and what must be found."""

    code: str
    name: str
    fn: Callable[..., Any]
    dialect: str = "official"
    level: str = "matrix"
    dtype: str = "float32"
    severity: str = "error"
    kwargs: dict[str, Any] = field(default_factory=dict)


def typed(a: float, b: float, c: float = 0.0, steps: int = 10) -> Solver:
    return lambda W: ns(W, steps, (a, b, c), eps=1e-7 if c else 0.0)


def scaled(factor: Callable[[Array], float], solve: Solver = ns) -> Solver:
    return lambda W: (factor(W) * solve(W)).astype(W.dtype)


MUTANTS = (
    Mutant("NOOP", "returns W", lambda W: W.copy()),
    Mutant("NOOP", "only normalised", lambda W: W / np.linalg.norm(W)),
    Mutant("NOOP", "returns W, weight", lambda W: W.copy(), level="weight"),
    Mutant("WRONG_GAIN", "a factor of two", scaled(lambda W: 2.0)),
    Mutant("WRONG_GAIN", "sqrt(m/n) at level matrix", scaled(fan)),
    Mutant("WRONG_GAIN", "norm kept", lambda W: (np.linalg.norm(W) / np.linalg.norm(ns(W)) * ns(W)).astype(W.dtype)),
    Mutant("WRONG_GAIN", "Muon's 0.2 sqrt(max)", scaled(lambda W: 0.2 * max(W.shape[-2:]) ** 0.5)),
    Mutant("WRONG_GAIN", "no gain, weight", lambda W: official(W, gain=lambda _: 1.0), level="weight"),
    Mutant(
        "LAYOUT_IN_OUT",
        "in and out, weight",
        lambda W: official(W, gain=lambda A: 1 / fan(A) / A[0, 0].size),
        level="weight",
    ),
    Mutant(
        "LAYOUT_IN_OUT",
        "torch's gain on Flax kernels",
        lambda W: sac(W, lambda i, o: float(np.sqrt(i / o))),
        "official-sac",
        "weight",
    ),
    Mutant("MISSING_KERNEL_AREA", "no 1/area", lambda W: official(W, gain=fan), level="weight"),
    Mutant(
        "GAIN_KERNEL_SIDE",
        "1/kh",
        lambda W: official(W, gain=lambda A: fan(A) / (A.shape[2] if A.ndim > 2 else 1)),
        level="weight",
    ),
    Mutant(
        "GAIN_FROM_KERNEL_DIMS",
        "of kh and kw",
        lambda W: official(W, gain=fan if W.ndim == 2 else kernel_ratio),
        level="weight",
    ),
    Mutant("GAIN_FROM_KERNEL_DIMS", "Muon's, in bfloat16", muon_of_kernel, "muon", "weight", "bfloat16"),
    Mutant("UNDER_ITERATED", "only a graded matrix lags", lambda W: ns(W, 60), "paper", dtype="float64"),
    Mutant("CONV_FLATTENED", "one matrix", whole_kernel, level="weight"),
    Mutant("CONV_KERNEL_AXES", "kh x kw", last_axes, level="weight"),
    Mutant("BATCH_MIXED", "one norm for all taps", one_norm_for_taps, level="weight"),
    Mutant(
        "SKIPPED_SILENTLY", "kernels left alone", lambda W: official(W) if W.ndim == 2 else W.copy(), level="weight"
    ),
    Mutant("BATCH_COLLAPSED", "rows below rows", collapsed),
    Mutant("BATCH_COLLAPSED", "one row each", flattened),
    Mutant("BATCH_MIXED", "one norm", mixed),
    Mutant("SHARD_LOCAL", "2 rows", sharded(2, 0)),
    Mutant("SHARD_LOCAL", "4 columns", sharded(4, 1)),
    Mutant("SHARD_LOCAL", "8 rows", sharded(8, 0)),
    Mutant("QKV_BOUNDARY", "3 blocks of rows", sharded(3, 0)),
    Mutant("TRANSPOSE_MISSING", "not turned back", forgot_to_turn_back),
    Mutant("TRANSPOSE_MISSING", "Gram of the long side", tall_only, "paper", dtype="float64"),
    Mutant("NO_NORMALISATION", "raw", lambda W: ns(W, norm=1.0)),
    Mutant("NORMALISATION_KIND", "spectral", lambda W: ns(W, norm=spectral)),
    Mutant("NORMALISATION_KIND", "1.02 Frobenius", lambda W: ns(W, norm=lambda A: 1.02 * np.linalg.norm(A))),
    Mutant("NORMALISATION_KIND", "Schatten-4", lambda W: ns(W, norm=schatten4)),
    Mutant("EPS_FLOOR", "eps 1e-3", lambda W: ns(W, eps=1e-3)),
    Mutant("EPS_FLOOR", "eps 1e-7", lambda W: ns(W, eps=1e-7), severity="limit"),
    Mutant(
        "EPS_FLOOR",
        "clamped at 1e-7",
        lambda W: ns(W, norm=lambda A: max(np.linalg.norm(A), np.float32(1e-7))),
        severity="limit",
    ),
    Mutant("ZERO_NAN", "no guard", ns, severity="limit"),
    Mutant("OVERFLOW", "naive norm", lambda W: ns(W, norm=lambda A: np.sqrt(np.sum(A * A))), severity="limit"),
    Mutant("UNDER_ITERATED", "k = 10 as exact", ns, "paper"),
    Mutant("UNDER_ITERATED", "k = 5 as declared", lambda W: ns(W, 5), "official-gpt", severity="limit"),
    Mutant("STEPS_IGNORED", "always ten", ignores_steps),
    Mutant("WRONG_STEPS", "nine", lambda W: ns(W, 9)),
    Mutant("WRONG_STEPS", "exact", polar),
    Mutant("WRONG_STEPS", "applied twice", lambda W: ns(ns(W))),
    Mutant("COEFFICIENT_TYPO", "3.445", typed(3.445, -4.7750, 2.0315, 5), "muon"),
    Mutant("COEFFICIENT_TYPO", "2.0135", typed(3.4445, -4.7750, 2.0135, 5), "muon"),
    Mutant("COEFFICIENT_TYPO", "1.5, -0.4", typed(1.5, -0.4)),
    # Five steps: from nine on the map's chaos makes float32's rounding larger than the leakage shows, and whether the
    # coefficients are still named depends on the processor.
    Mutant("COEFFICIENT_TYPO", "Muon's", typed(*KELLER, 5)),
    Mutant(
        "WRONG_FACTOR_QR",
        "Q of QR",
        lambda W: np.linalg.qr(W)[0] if W.shape[0] >= W.shape[1] else np.linalg.qr(W.T)[0].T,
        "paper",
    ),
    Mutant(
        "WRONG_FACTOR_QR",
        "against k = 10",
        lambda W: np.linalg.qr(W)[0] if W.shape[0] >= W.shape[1] else np.linalg.qr(W.T)[0].T,
    ),
    Mutant("WRONG_FACTOR_V", "V for V^T", untransposed, "paper"),
    Mutant("WRONG_FACTOR", "U in another order", reordered, "paper"),
    Mutant("GRAM_INVERSE", "G^-1", gram_inverse, "paper"),
    Mutant("GRAM_INVERSE", "G^-1 for k = 10", gram_inverse),
    Mutant("ROWS_RESCALED", "AOL", aol),
    Mutant("ROWS_RESCALED", "unit rows", rows_first),
    Mutant("SIGN_FLIPPED", "always", reflected),
    Mutant("DET_FORCED", "det > 0", rotation),
    Mutant("INPUT_MUTATED", "in place", in_place),
    Mutant("OUTPUT_ALIASED", "one buffer", buffered),
    Mutant("DTYPE_DOWNCAST", "bfloat16 inside", ns_in_bfloat16),
    Mutant("DTYPE_DOWNCAST", "float32 inside", lambda W: ns(W.astype(np.float32)).astype(W.dtype), dtype="float64"),
    Mutant("DTYPE_CHANGED", "float64 back", lambda W: ns(W).astype(np.float64)),
    Mutant("SHAPE_CHANGED", "one axis more", lambda W: ns(W)[None]),
    Mutant("SHAPE_CHANGED", "flat", lambda W: ns(W).ravel()),
    Mutant("TYPE_CHANGED", "a list", lambda W: ns(W).tolist()),
    Mutant("NONDETERMINISTIC", "unseeded power iteration", unseeded_power),
    Mutant("PADDING_LEAK", "odd sides", padded_to_even),
    Mutant("RANK_POLICY", "completes", polar, "paper", severity="note"),
    Mutant("NONFINITE_ACCEPTED", "NaN hidden", hides_nan),
    Mutant("CONDITION_SQUARED", "by the Gram matrix", lambda W: tall_or_wide(W), "paper"),
    Mutant("RAISED", "tall only", raises_on_wide),
    Mutant("EXITED", "sys.exit", exits),
    Mutant("PRINTED", "prints", prints, severity="note"),
    Mutant("STATE_CHANGED", "np.random.seed", careless_about_state, severity="limit"),
    Mutant("UNEXPLAINED", "with its neighbour", lambda W: ns(W) + W.dtype.type(0.1) * np.roll(ns(W), 1, axis=0)),
)


def tall_or_wide(W: Array) -> Array:
    """W (W^T W)^(-1/2) by eigenvalues of the small Gram, in the dtype of W."""
    if W.shape[0] < W.shape[1]:
        return tall_or_wide(W.T).T
    w, E = np.linalg.eigh(W.T @ W)
    return (W @ (E / np.sqrt(np.maximum(w, np.finfo(W.dtype).tiny))) @ E.T).astype(W.dtype)
