"""Right implementations of every dialect, each written in several ways apart from the package, in plain NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from typing import Any

import ml_dtypes
import numpy as np
import scipy.linalg

Array = np.ndarray[Any, np.dtype[Any]]
Solver = Callable[[Array], Array]
Triple = tuple[float, float, float]
#: Rounds to what is stored, and returns it in the dtype that is calculated in.
Round = Callable[[Any], Array]

CUBIC = (1.5, -0.5, 0.0)
KELLER = (3.4445, -4.7750, 2.0315)
SCHEDULED = (
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
)
EXPRESS = (
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
    (2.300652019954817, -1.6689039845747493, 0.4188073119525673),
    (1.891301407787398, -1.2679958271945868, 0.37680408948524835),
    (1.8750014808534479, -1.2500016453999487, 0.3750001645474248),
)
CUSHIONED = (
    (8.237312490495555, -23.157747414558198, 16.680568411445915),
    (4.082441999064835, -2.893047735332586, 0.5252849256975648),
    (3.9263479922546582, -2.8547468034765298, 0.5318022422894988),
    (3.2982187133085143, -2.424541981026706, 0.48632008358844075),
    (2.2970369434552573, -1.63662558125903, 0.4002628455953627),
    (1.8763805351440397, -1.2347896577722228, 0.35891887501668385),
    (1.8564423485617974, -1.2132449880935525, 0.3568003487825883),
    (1.8749994008682747, -1.2499988017229169, 0.3749994008546422),
)


def tempered(by: float, steps: int) -> tuple[Triple, ...]:
    return tuple((a / by, b / by**3, c / by**5) for a, b, c in EXPRESS[:steps])


@dataclass(frozen=True)
class Spec:
    """
    What a dialect computes.

    Attributes
    ----------
    triples : tuple
        One for each step; none for the exact factor.
    eps, safety : float
        What is added to the norm, and the factor on it.
    half : bool
        Whether it may compute in half precision whatever it is given.
    weight : str
        Which function of `WEIGHTS` applies it to a weight.
    """

    triples: tuple[Triple, ...]
    eps: float = 0.0
    safety: float = 1.0
    half: bool = False
    weight: str = ""


_muon = partial(Spec, eps=1e-7, half=True)
SPECS = {
    "paper": Spec((), weight="taps"),
    "official": Spec((CUBIC,) * 10, weight="taps"),
    "official-gpt": Spec((CUBIC,) * 5, weight="taps"),
    "official-sac": Spec((CUBIC,) * 10, 1e-8, weight="flax"),
    "norm-preserving": Spec((CUBIC,) * 20, 1e-7, weight="norm"),
    "muon": _muon((KELLER,) * 5, weight="muon"),
    "muon-moonshot": _muon((KELLER,) * 5, weight="moonshot"),
    "muon-scheduled": _muon(SCHEDULED),
    "polar-express": replace(_muon(EXPRESS[:5]), half=False),
    "polar-express-safe": _muon(tempered(1.01, 5), safety=1.01),
    "polar-express-1.02": _muon(tempered(1.02, 5), safety=1.02),
    "polar-express-1.05": _muon(tempered(1.05, 5)),
    "polar-express-1.01": _muon((*tempered(1.01, 7), *((1.875, -1.25, 0.375),) * 3)),
    "polar-express-cushioned": _muon(CUSHIONED),
    "deepseek-v4": _muon((*(KELLER,) * 8, *((2.0, -1.5, 0.5),) * 2)),
    "cubic5": Spec((CUBIC,) * 5),
}

#: How the eps of a dialect comes to the norm.
FLOORS: dict[str, Callable[[Any, float], Any]] = {
    "added": lambda norm, eps: norm + eps,
    "clamped": lambda norm, eps: np.maximum(norm, norm.dtype.type(eps)),
    "under the root": lambda norm, eps: np.hypot(norm, norm.dtype.type(eps)),
}


def storage(name: str) -> Any:
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def keeping(stored: str, wide: str) -> Round:
    """Return the rounding of an arithmetic that stores in one dtype and calculates in another."""
    return lambda x: np.asarray(x).astype(storage(stored)).astype(wide)


# --- k steps ---


@dataclass(frozen=True)
class Steps:
    """
    The steps of a dialect in one style and one arithmetic, on one matrix or, if `stacks`, on many at once.

    Attributes
    ----------
    spec : Spec
        Of the dialect.
    style : str
        Of `STYLES`.
    stored, wide : str
        Dtypes: of every intermediate result, and of the arithmetic itself.
    floor : str
        Of `FLOORS`.
    """

    spec: Spec
    style: str
    stored: str
    wide: str
    floor: str

    def __call__(self, W: Array) -> Array:
        """
        Return X in the dtype that is stored.

        Raises
        ------
        ValueError
            More than one matrix, and the style is not made for that.
        """
        if W.ndim > 2 and self.style == "small Gram":
            return np.stack([self(A) for A in W])
        if W.ndim != 2 and self.style != "batched":
            raise ValueError(f"one matrix at a time, not {W.shape}")
        rnd = keeping(self.stored, self.wide)
        with np.errstate(all="ignore"):
            X = rnd(W)
            norm = rnd(np.sqrt(np.sum(X * X, axis=(-2, -1), keepdims=True)))
            norm = rnd(self.spec.safety * norm)
            X = rnd(X / rnd(FLOORS[self.floor](norm, self.spec.eps)))
            return STYLES[self.style](X, self.spec.triples, rnd).astype(storage(self.stored))


def small_gram(X: Array, triples: Sequence[Triple], rnd: Round) -> Array:
    """X (a I + b G + c G^2) for tall X, and the mirrored one for wide ones."""
    tall = X.shape[0] >= X.shape[1]
    eye = np.eye(min(X.shape), dtype=X.dtype)
    for a, b, c in triples:
        G = rnd(X.T @ X if tall else X @ X.T)
        P = rnd(a * eye + b * G + c * rnd(G @ G)) if c else rnd(a * eye + b * G)
        X = rnd(X @ P if tall else P @ X)
    return X


def other_side(X: Array, triples: Sequence[Triple], rnd: Round) -> Array:
    """Horner's rule with the Gram of the rows, whatever the shape: a X + A (b X + c A X)."""
    for a, b, c in triples:
        A = rnd(X @ X.T)
        inner = rnd(b * X + c * rnd(A @ X)) if c else rnd(b * X)
        X = rnd(a * X + rnd(A @ inner))
    return X


def batched(X: Array, triples: Sequence[Triple], rnd: Round) -> Array:
    """Any number of axes in front; a X + B X with B = b A + c A A, tall ones turned by swapaxes."""
    tall = X.shape[-2] > X.shape[-1]
    X = np.swapaxes(X, -1, -2) if tall else X
    for a, b, c in triples:
        A = rnd(X @ np.swapaxes(X, -1, -2))
        X = rnd(rnd(a * X) + rnd(rnd(rnd(b * A) + rnd(c * rnd(A @ A))) @ X))
    return np.swapaxes(X, -1, -2) if tall else X


def one_operation_a_line(X: Array, triples: Sequence[Triple], rnd: Round) -> Array:
    """Everything rounded as soon as it exists, nothing fused; powers of X one by one."""
    tall = X.shape[0] >= X.shape[1]
    for a, b, c in triples:
        cube = rnd(X @ rnd(X.T @ X)) if tall else rnd(rnd(X @ X.T) @ X)
        fifth = rnd(cube @ rnd(X.T @ X)) if tall else rnd(rnd(X @ X.T) @ cube)
        X = rnd(rnd(rnd(a * X) + rnd(b * cube)) + rnd(c * fifth))
    return X


STYLES: dict[str, Callable[[Array, Sequence[Triple], Round], Array]] = {
    "small Gram": small_gram,
    "other side": other_side,
    "batched": batched,
    "one by one": one_operation_a_line,
}


# --- the exact factor ---


def _svd(W: Array, wide: str) -> Array:
    U, _, Vh = np.linalg.svd(W.astype(wide), full_matrices=False)
    return np.asarray(U @ Vh)


def _gesvd(W: Array, wide: str) -> Array:
    if W.ndim > 2:
        return np.stack([_gesvd(A, wide) for A in W])
    U, _, Vh = scipy.linalg.svd(W.astype(wide), full_matrices=False, lapack_driver="gesvd")
    return np.asarray(U @ Vh)


def _polar(W: Array, wide: str) -> Array:
    if W.ndim > 2:
        return np.stack([_polar(A, wide) for A in W])
    return np.asarray(scipy.linalg.polar(W.astype(wide))[0])


EXACT = {"svd": _svd, "gesvd": _gesvd, "scipy's polar": _polar}


# --- weights ---


def _fan(W: Array) -> float:
    return float(np.sqrt(W.shape[0] / W.shape[1])) / (W.shape[2] * W.shape[3] if W.ndim == 4 else 1)


def taps_in_loops(solve: Solver, W: Array) -> Array:
    """The official code: 2-D, or OIHW tap by tap."""
    if W.ndim == 2:
        return np.asarray(_fan(W) * solve(W).astype(np.float64))
    out = np.zeros(W.shape)
    for i in range(W.shape[2]):
        for j in range(W.shape[3]):
            out[:, :, i, j] = solve(W[:, :, i, j])
    return _fan(W) * out


def taps_in_front(solve: Solver, W: Array) -> Array:
    """Likewise, all taps at once: a solver of stacks."""
    if W.ndim == 2:
        return np.asarray(solve(W[None])[0].astype(np.float64) * _fan(W))
    X = solve(W.transpose(2, 3, 0, 1).reshape(-1, *W.shape[:2])).astype(np.float64)
    return _fan(W) * X.reshape(*W.shape[2:], *W.shape[:2]).transpose(2, 3, 0, 1)


def taps_by_einsum(solve: Steps, W: Array) -> Array:
    """Likewise, on OIHW as it lies."""
    K = W[:, :, None, None] if W.ndim == 2 else W
    rnd = keeping(solve.stored, solve.wide)
    with np.errstate(all="ignore"):
        X = rnd(K)
        X = rnd(X / rnd(np.sqrt(np.einsum("oihw,oihw->hw", X, X))))
        for a, b, c in solve.spec.triples:
            assert not c
            G = rnd(np.einsum("oihw,ojhw->ijhw", X, X))
            X = rnd(a * X + b * rnd(np.einsum("oihw,ijhw->ojhw", X, G)))
    return (_fan(K) * X).reshape(W.shape)


def flax_kernels(solve: Solver, W: Array) -> Array:
    """(in, out), or a stack of these, each by itself."""
    if W.ndim == 3:
        return np.stack([flax_kernels(solve, A) for A in W])
    return np.asarray(np.sqrt(W.shape[1] / W.shape[0]) * solve(W.T).T.astype(np.float64))


def flax_stacks(solve: Solver, W: Array) -> Array:
    """Likewise, never transposed: a solver of stacks."""
    return np.asarray(solve(W).astype(np.float64) * np.sqrt(W.shape[-1] / W.shape[-2]))


def norm_kept(solve: Solver, W: Array) -> Array:
    """The norm of W back; zero stays zero."""
    X = solve(W).astype(np.float64)
    size = np.linalg.norm(X)
    return np.asarray(X / size * np.linalg.norm(W.astype(np.float64))) if size > 0 else X


def muon_kernels(solve: Solver, W: Array) -> Array:
    """Kernels flat; sqrt(max(1, rows / columns))."""
    X = solve(W.reshape(len(W), -1))
    return np.asarray(max(1.0, X.shape[0] / X.shape[1]) ** 0.5 * X.astype(np.float64)).reshape(W.shape)


def moonshot_kernels(solve: Solver, W: Array) -> Array:
    """Kernels flat; 0.2 sqrt(max(rows, columns))."""
    X = solve(W.reshape(len(W), -1))
    return np.asarray(0.2 * np.sqrt(max(X.shape)) * X.astype(np.float64)).reshape(W.shape)


#: Kind of weight -> the functions that apply a solver to it; the second of two needs one that takes stacks.
WEIGHTS: dict[str, tuple[Callable[[Any, Array], Array], ...]] = {
    "taps": (taps_in_loops, taps_in_front),
    "flax": (flax_kernels, flax_stacks),
    "norm": (norm_kept,),
    "muon": (muon_kernels,),
    "moonshot": (moonshot_kernels,),
}


# --- all ways ---


@dataclass(frozen=True)
class Way:
    """A right implementation, and what is peculiar to it."""

    name: str
    fn: Solver


def arithmetics(spec: Spec, dtype: str) -> list[tuple[str, str]]:
    """List what a right implementation may store in and calculate in."""
    own = {"float64": ("float64",), "float32": ("float32", "float64")}.get(dtype, ("float32", "float64", dtype))
    found = [(name, "float64" if name == "float64" else "float32") for name in own]
    if spec.half and dtype != "bfloat16":
        found.append(("bfloat16", "float32"))
    return found


def ways(dialect: str, level: str, dtype: str) -> tuple[Way, ...]:
    """
    List right implementations of a dialect.

    Parameters
    ----------
    dialect : str
        A name of `SPECS`.
    level : str
        "matrix" or "weight".
    dtype : str
        Of what they are given, and return.

    Returns
    -------
    tuple of Way
        Neighbours differ in everything that they can differ in.
    """
    spec = SPECS[dialect]
    solvers: list[tuple[str, Any, bool]] = []
    if not spec.triples:
        for wide in ("float64",) if dtype == "float64" else ("float32", "float64"):
            solvers += [(f"{name} in {wide}", partial(solve, wide=wide), True) for name, solve in EXACT.items()]
    else:
        pairs = [(style, *kept) for kept in arithmetics(spec, dtype) for style in STYLES]
        floors = cycle(FLOORS if spec.eps else ["added"])
        for (style, stored, wide), floor in zip(pairs, islice(floors, len(pairs)), strict=True):
            name = f"{style}, {stored}" + (f", eps {floor}" if spec.eps else "")
            solvers.append((name, Steps(spec, style, stored, wide, floor), style in ("small Gram", "batched")))
    if level == "matrix":
        return tuple(Way(name, _returning(solve, dtype)) for name, solve, _ in solvers)
    found = []
    for name, solve, stacks in solvers:
        applied = WEIGHTS[spec.weight][: 2 if stacks else 1]
        found += [Way(f"{name}, {apply.__name__}", _returning(partial(apply, solve), dtype)) for apply in applied]
        if spec.weight == "taps" and isinstance(solve, Steps) and solve.style == "small Gram":
            found.append(Way(f"{solve.stored}, taps_by_einsum", _returning(partial(taps_by_einsum, solve), dtype)))
    return tuple(found)


def _returning(solve: Solver, dtype: str) -> Solver:
    def target(W: Array) -> Array:
        with np.errstate(all="ignore"):
            return solve(W).astype(storage(dtype) if W.dtype == storage(dtype) else W.dtype)

    return target
