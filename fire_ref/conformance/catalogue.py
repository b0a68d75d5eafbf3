"""The cases of a verification: explicit lists for each level, at most 16 (shape, dtype) pairs, 6 when quick."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .case import Case
from .dialect import Dialect
from .mild import mildest
from .precision import limits

TALL, WIDE, SQUARE = (96, 32), (32, 96), (32, 32)
OTHERS = ("other", "third", "fourth", "fifth")
SEPARATE, KERNEL, UPRIGHT = (3, 12, 8), (16, 8, 3, 3), (64, 2, 5, 3)
OBLONG, DEPTHWISE = (8, 16, 3, 5), (8, 1, 3, 3)
#: Smallest singular value of the fingerprint's probes, which noise must not drown.
DEPTH = {"float64": 1e-4, "float32": 1e-4, "float16": 1e-2, "bfloat16": 3e-2}
#: Scales that an implementation without care for them may fail at.
SCALES = {
    "float64": (1e-200, 1e-12, 1e-6, 1e6, 1e12, 1e200),
    "float32": (1e-30, 1e-12, 1e-6, 1e6, 1e12, 1e30),
    "float16": (1e-3, 1e3),
    "bfloat16": (1e-30, 1e-12, 1e-6, 1e6, 1e12, 1e30),
}


def catalogue(
    dialect: Dialect, level: str, dtype: str, *, quick: bool = False, seed: int = 0, adapter: str | None = None
) -> tuple[Case, ...]:
    """
    List the cases of one verification.

    Parameters
    ----------
    dialect : Dialect
        Declared.
    level : str
        "matrix" or "weight".
    dtype : str
        Of the inputs.
    quick : bool
        At most 6 (shape, dtype) pairs.
    seed : int
        Added to every case's seed.
    adapter : str or None
        "linear" takes matrices only, "conv2d" gets them as 1 x 1 kernels.

    Returns
    -------
    tuple of Case
        Each with its own id.
    """
    every = [*_probes(dtype), *_small(dialect, dtype), *_ordinary(dtype), *_shapes(dtype), *_scaled(dtype)]
    every += [*_degenerate(dtype), *_others(dtype)]
    if level == "matrix":
        every += [*_stacks(dtype, "acceptable"), *_moved(dtype)]
    elif adapter != "linear" and 4 in dialect.layouts:
        every += _kernels(dtype)
    elif adapter is None and 3 in dialect.layouts:
        every += _stacks(dtype, "valid")
    if adapter == "conv2d":
        every = [replace(case, shape=(*case.shape, 1, 1)) if len(case.shape) == 2 else case for case in every]
    kept = _within(every, 6 if quick else 16)
    return tuple(replace(case, seed=case.seed + seed) for case in kept)


def _within(cases: Iterable[Case], pairs: int) -> Iterator[Case]:
    """Keep the cases of the first pairs: probes, one small, what has more axes, the odd ones, the rest."""
    ranks = ("probe", "half", "deep", "odd")

    def rank(case: Case) -> int:
        return next((i for i, flag in enumerate(ranks) if flag in case.flags), len(ranks))

    cases = list(cases)
    wanted = list(dict.fromkeys((case.shape, case.dtype) for case in sorted(cases, key=rank)))
    if pairs < len(wanted):  # of the three small shapes one is enough
        small = [(case.shape, case.dtype) for case in cases if "half" in case.flags]
        rest = [pair for pair in wanted if pair not in small]
        wanted = [*rest[:3], small[0], *rest[3:]]
    kept = set(wanted[:pairs])
    return (case for case in cases if (case.shape, case.dtype) in kept)


def _probes(dtype: str) -> Iterator[Case]:
    recipe = f"log:{DEPTH[dtype]}"
    for name, shape, scale in (("tall", TALL, 1.5), ("wide", WIDE, 0.6), ("square", SQUARE, 2.0), ("tiny", TALL, 0.01)):
        text = f"log-spaced singular values, the largest {scale}"
        flags = frozenset({"probe", "det-"} if name == "square" else {"probe"})
        yield Case(f"probe-{name}", text, shape, recipe, dtype, scale=scale, flags=flags)


def _moved(dtype: str) -> Iterator[Case]:
    recipe = f"log:{DEPTH[dtype]}"
    flags = frozenset({"moved"})
    text = "probe-tall, rows and columns permuted, with signs"
    yield Case("turned", text, TALL, recipe, dtype, 1.5, flags=flags | {"turned"}, base="probe-tall")
    yield Case(
        "transposed",
        "probe-tall, transposed",
        WIDE,
        recipe,
        dtype,
        1.5,
        flags=flags | {"transposed"},
        base="probe-tall",
    )


def _small(dialect: Dialect, dtype: str) -> Iterator[Case]:
    p, recipes = mildest(dialect.name)
    for i, recipe in enumerate(recipes):
        shapes = (("square", (p, p)), ("tall", (2 * p, p)), ("wide", (p, 2 * p)), *((name, (p, p)) for name in OTHERS))
        for name, shape in shapes:
            text = f"small and mild, {recipe}"
            yield Case(f"small-{name}-{i}", text, shape, recipe, dtype, seed=i, flags=frozenset({"half"}))


def _ordinary(dtype: str) -> Iterator[Case]:
    yield Case("identity", "the identity", SQUARE, "identity", dtype)
    yield Case(
        "permutation", "a signed permutation times powers of two, exact in any dtype", SQUARE, "permutation", dtype
    )
    yield Case("isometry", "orthonormal columns already", TALL, "flat", dtype)
    yield Case("gaussian-tall", "independent normal entries", TALL, "gaussian", dtype)
    yield Case("gaussian-wide", "independent normal entries", WIDE, "gaussian", dtype, form="fortran")
    yield Case(
        "well-square", "from 1 to 0.2, positive determinant", SQUARE, "linear:0.2", dtype, flags=frozenset({"det+"})
    )
    yield Case("flip", "near the interval where raw Newton-Schulz flips signs", SQUARE, "linear:0.83", dtype, scale=2.1)
    yield Case("graded", "graded to 1e-12", SQUARE, "log:1e-12", dtype)
    yield Case("clustered", "two clusters of singular values", SQUARE, "clustered:1e-6", dtype)
    yield Case("one-tiny", "one tiny singular value", TALL, "tiny:1e-6", dtype)
    yield Case("read-only", "memory that cannot be written", SQUARE, "linear:0.2", dtype, form="read-only")


def _shapes(dtype: str) -> Iterator[Case]:
    for m, n in ((31, 33), (7, 7), (129, 31)):
        yield Case(f"odd-{m}x{n}", "odd sizes", (m, n), "log:0.1", dtype, flags=frozenset({"odd"}))
    padded = frozenset({"odd", "padded"})
    yield Case("padded", "a view into a buffer full of NaN", (31, 33), "log:0.1", dtype, flags=padded, form="strided")
    for m, n in ((1, 7), (7, 1)):
        yield Case(f"vector-{m}x{n}", "one row or column", (m, n), "flat", dtype, flags=frozenset({"vector"}))


def _scaled(dtype: str) -> Iterator[Case]:
    flags = frozenset({"scale"})
    for scale in SCALES[dtype]:
        yield Case(
            f"scale-{scale:g}", "extreme scale", TALL, "log:0.1", dtype, scale, verdict="acceptable", flags=flags
        )
    _, most = limits(dtype)
    yield Case(
        "scale-largest", "at the dtype's largest", TALL, "log:0.1", dtype, most / 2, verdict="acceptable", flags=flags
    )
    tiny = flags | {"subnormal"}
    yield Case("subnormal", "subnormal numbers", SQUARE, "log:0.1", dtype, verdict="acceptable", flags=tiny)


def _degenerate(dtype: str) -> Iterator[Case]:
    for name, what in (("dead", "three columns of zeros"), ("twin", "three pairs of equal rows")):
        shape = TALL if name == "dead" else SQUARE
        flags = frozenset({"rank", name})
        yield Case(f"rank-{name}", what, shape, "log:0.1", dtype, verdict="acceptable", flags=flags)
    yield Case("zero", "the zero matrix", SQUARE, "zero", dtype, verdict="acceptable", flags=frozenset({"zero"}))
    for name in ("nan", "inf"):
        flags = frozenset({"nonfinite", name})
        yield Case(name, f"one {name}", SQUARE, "log:0.1", dtype, verdict="invalid", flags=flags)


def _others(dtype: str) -> Iterator[Case]:
    """Is the argument left alone in other dtypes, where a cast does not copy?"""
    for other in ("bfloat16", "float64" if dtype != "float64" else "float32"):
        if other != dtype:
            flags = frozenset({"purity"})
            yield Case(f"purity-{other}", "is the argument left alone?", (12, 8), "log:0.1", other, flags=flags)


def _stacks(dtype: str, verdict: str) -> Iterator[Case]:
    flags = frozenset({"stack", "deep"})
    yield Case(
        "stack-3",
        "three matrices of unequal scale",
        SEPARATE,
        "log:0.1",
        dtype,
        verdict=verdict,
        flags=flags | {"uneven"},
    )
    yield Case(
        "stack-3-equal", "three matrices of equal norm", SEPARATE, "log:0.1", dtype, verdict=verdict, flags=flags
    )
    one = flags - {"deep"}
    yield Case("stack-1", "a stack of one", (1, *SEPARATE[1:]), "log:0.1", dtype, verdict=verdict, flags=one)


def _kernels(dtype: str) -> Iterator[Case]:
    conv = frozenset({"conv", "deep"})
    mild = "linear:0.5"
    yield Case("kernel", "3 x 3 taps of unequal scale", KERNEL, mild, dtype, flags=conv | {"uneven"})
    yield Case("kernel-equal", "3 x 3 taps of equal norm", KERNEL, mild, dtype, flags=conv)
    yield Case("kernel-upright", "5 x 3 taps, more outputs than inputs times taps", UPRIGHT, mild, dtype, flags=conv)
    yield Case("kernel-oblong", "3 x 5 taps", OBLONG, mild, dtype, flags=conv)
    yield Case("depthwise", "one input channel a group", DEPTHWISE, "flat", dtype, flags=frozenset({"conv"}))
    zero = frozenset({"conv", "zero-tap", "zero"})
    yield Case("zero-tap", "one tap of zeros", KERNEL, mild, dtype, verdict="acceptable", flags=zero)
