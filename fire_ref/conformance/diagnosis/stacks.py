"""Clues from stacks of matrices and from kernels: what has more than two axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import prod, sqrt

import numpy as np

from ...tolerances import EPS
from ..dialect import Dialect
from ..evidence import Observation
from ..hypotheses import MOST_STEPS
from ..precision import HALVES, Host
from ..truth import from_matrices, layout_of, to_matrices
from .clue import Clue, View
from .matching import close, match, solved, total


def stacks(view: View) -> Iterator[Clue]:
    """One large matrix, one norm for all, or some other mixture; only where single matrices are right."""
    if not view.right_on_probes or view.singles:
        return
    check = "value.stack" if view.evidence.level == "matrix" else "value.faithful"
    bad = view.bad(check)
    for seen in view.evidence.flagged("stack"):
        if seen.case.id in bad and seen.finite and seen.answer.shape[0] > 1:
            yield _stack(view, seen)
            return
    for seen in view.evidence.flagged("stack"):
        if seen.answered and not seen.finite and view.evidence.computing not in HALVES:  # there it may diverge
            yield Clue("BATCH_MIXED", "error", 0.5, seen.case.id, "a stack becomes NaN or inf, single matrices do not")
            return


def _stack(view: View, seen: Observation) -> Clue:
    W, Y, dialect = seen.input, seen.answer, view.evidence.dialect
    b, m, n = W.shape
    shapes: tuple[tuple[str, Callable[[Host], Host], Callable[[Host], Host]], ...] = (
        ("rows one below the other", lambda A: A.reshape(b * m, n), lambda A: A.reshape(b, m, n)),
        ("one row for each", lambda A: A.reshape(b, m * n), lambda A: A.reshape(b, m, n)),
        (
            "columns side by side",
            lambda A: A.transpose(1, 0, 2).reshape(m, b * n),
            lambda A: A.reshape(m, b, n).transpose(1, 0, 2),
        ),
    )
    for name, flatten, restore in shapes:
        if match(Y, restore(solved(flatten(W), dialect)), view.eps):
            return Clue("BATCH_COLLAPSED", "error", 0.95, seen.case.id, f"one matrix: {name}")
    layout = layout_of(dialect, seen.level, 3)
    matrices = to_matrices(W, layout, flat=False)
    shared = np.stack([solved(A, dialect, norm=total(W)) for A in matrices]) * seen.truth.gains[..., None]
    if match(Y, from_matrices(shared, layout, W.shape, flat=False), view.eps):
        return Clue("BATCH_MIXED", "error", 0.95, seen.case.id, "one norm for the whole stack")
    return Clue("BATCH_MIXED", "error", 0.6, seen.case.id, "single matrices are right, those of a stack are not")


def kernels(view: View) -> Iterator[Clue]:
    """Factors, axes and norms of kernels; only of those that disagree."""
    bad = view.bad("value.converged" if view.evidence.dialect.exact else "value.faithful")
    seen = [one for one in view.evidence.flagged("conv") if one.case.id in bad and one.finite and _area(one) > 1]
    if not seen:
        yield from _unsure(view)
        return
    unchanged = [one for one in seen if np.array_equal(one.answer, one.input)]
    if unchanged:
        if view.right_on_probes:
            yield Clue("SKIPPED_SILENTLY", "error", 1.0, unchanged[0].case.id, "kernels come back as they were")
        yield Clue("NOOP", "error", 1.0, unchanged[0].case.id, "the kernel comes back as it was")
        return
    yield from _kernel(view, seen)


def _unsure(view: View) -> Iterator[Clue]:
    """Where rounding hides a wrong factor from the bound, it does not hide it from the mean over a kernel."""
    check = "value.converged" if view.evidence.dialect.exact else "value.faithful"
    unsure = {result.case for result in view.of(check, "inconclusive", "pass")}
    seen = [one for one in view.evidence.flagged("conv") if one.case.id in unsure and one.finite and _area(one) > 1]
    solve = _flat if view.evidence.dialect.convolution == "flat" else _taps
    matches = [match(one.answer, solve(one, view.evidence.dialect), view.eps) for one in seen]
    factors = [found.factor for found in matches if found is not None]
    if seen and len(factors) == len(seen):
        yield from _factor(view, seen, factors)


def _area(seen: Observation) -> int:
    layout = layout_of(seen.dialect, seen.level, seen.answer.ndim)
    return prod(seen.answer.shape[axis] for axis in layout.spatial)


def _kernel(view: View, seen: list[Observation]) -> Iterator[Clue]:
    dialect = view.evidence.dialect
    for name, solve in (("tap by tap", _taps), ("one norm for all taps", _shared), ("flat", _flat)):
        factors = []
        for one in seen:
            found = match(one.answer, solve(one, dialect), view.eps)
            if found is None:
                break
            factors.append(found.factor)
        else:
            case = seen[0].case.id
            if name == "one norm for all taps":
                yield Clue("BATCH_MIXED", "error", 0.95, case, name)
            elif name == "flat" and dialect.convolution != "flat":
                yield Clue("CONV_FLATTENED", "error", 0.95, case, "one matrix of out x (in kh kw)")
            elif name == "tap by tap" and dialect.convolution == "flat":
                yield Clue("CONV_KERNEL_AXES", "error", 0.9, case, "every tap by itself; declared one matrix")
            else:
                yield from _factor(view, seen, factors)
            return
    other = _steps(view, seen)
    if other is not None:
        yield other
        return
    for one in seen:
        last = one.input.reshape(-1, *one.input.shape[-2:])
        solved_last = np.stack([solved(A, dialect) if A.any() else A for A in last]).reshape(one.input.shape)
        if match(one.answer, solved_last, view.eps):
            yield Clue("CONV_KERNEL_AXES", "error", 0.9, one.case.id, "the last two axes, kh x kw, are the matrices")
            return


def _steps(view: View, seen: list[Observation]) -> Clue | None:
    """Kernels that take another number of steps than the dialect's."""
    dialect = view.evidence.dialect
    found = []
    for k in () if dialect.exact else (*range(1, MOST_STEPS + 1), None):
        other = replace(dialect, steps=k)
        matches = [match(one.answer, other_truth(one, other), view.eps) for one in seen]
        if all(matches):
            found.append((sum(one.distance for one in matches if one), k))
    if not found:
        return None
    k = min(found, key=lambda pair: pair[0])[1]
    text = f"kernels take {'all' if k is None else k} steps; declared k = {dialect.steps}"
    return Clue("WRONG_STEPS", "error", 0.9, seen[0].case.id, text)


def other_truth(seen: Observation, dialect: Dialect) -> Host:
    """Return what another dialect says of a case."""
    return seen.against(dialect).value


def _taps(seen: Observation, dialect: Dialect) -> Host:
    layout = layout_of(dialect, seen.level, seen.input.ndim)
    stack = np.stack([solved(A, dialect) if A.any() else A for A in to_matrices(seen.input, layout, flat=False)])
    return from_matrices(stack, layout, seen.input.shape, flat=False)


def _shared(seen: Observation, dialect: Dialect) -> Host:
    layout, norm = layout_of(dialect, seen.level, seen.input.ndim), total(seen.input)
    stack = np.stack([solved(A, dialect, norm=norm) for A in to_matrices(seen.input, layout, flat=False)])
    return from_matrices(stack, layout, seen.input.shape, flat=False)


def _flat(seen: Observation, dialect: Dialect) -> Host:
    layout = layout_of(dialect, seen.level, seen.input.ndim)
    flat = replace(dialect, convolution="flat")
    W = to_matrices(seen.input, layout, flat=True)
    return from_matrices(solved(W[0], flat)[None], layout, seen.input.shape, flat=True)


#: Name, code -> factor for (o, i, kh, kw).
FACTORS: tuple[tuple[str, str, Callable[[int, int, int, int], float]], ...] = (
    ("sqrt(o/i)", "MISSING_KERNEL_AREA", lambda o, i, _h, _w: sqrt(o / i)),
    ("sqrt(o/i)/kh", "GAIN_KERNEL_SIDE", lambda o, i, h, _w: sqrt(o / i) / h),
    ("sqrt(o/i)/kw", "GAIN_KERNEL_SIDE", lambda o, i, _h, w: sqrt(o / i) / w),
    ("sqrt(o/i)/sqrt(kh kw)", "GAIN_KERNEL_SIDE", lambda o, i, h, w: sqrt(o / i / h / w)),
    ("sqrt(i/o)/(kh kw)", "LAYOUT_IN_OUT", lambda o, i, h, w: sqrt(i / o) / h / w),
    ("sqrt(i/o)", "LAYOUT_IN_OUT", lambda o, i, _h, _w: sqrt(i / o)),
    ("1", "WRONG_GAIN", lambda _o, _i, _h, _w: 1.0),
    ("1/(kh kw)", "WRONG_GAIN", lambda _o, _i, h, w: 1 / h / w),
    ("sqrt(max(1, kh/kw))", "GAIN_FROM_KERNEL_DIMS", lambda _o, _i, h, w: sqrt(max(1.0, h / w))),
    ("sqrt(kh/kw)", "GAIN_FROM_KERNEL_DIMS", lambda _o, _i, h, w: sqrt(h / w)),
    ("sqrt(max(1, kh/kw))/(kh kw)", "GAIN_FROM_KERNEL_DIMS", lambda _o, _i, h, w: sqrt(max(1.0, h / w)) / h / w),
    ("sqrt(kh/kw)/(kh kw)", "GAIN_FROM_KERNEL_DIMS", lambda _o, _i, h, w: sqrt(h / w) / h / w),
    ("sqrt(max(1, o/i))", "WRONG_GAIN", lambda o, i, _h, _w: sqrt(max(1.0, o / i))),
    ("sqrt(max(1, o/i))/(kh kw)", "WRONG_GAIN", lambda o, i, h, w: sqrt(max(1.0, o / i)) / h / w),
    ("sqrt(o/(i kh kw))/(kh kw)", "WRONG_GAIN", lambda o, i, h, w: sqrt(o / i / h / w) / h / w),
    ("sqrt(o/(i kh kw))", "WRONG_GAIN", lambda o, i, h, w: sqrt(o / i / h / w)),
)


def _factor(view: View, seen: list[Observation], factors: list[float]) -> Iterator[Clue]:
    room = 0.1 if view.eps == EPS["bfloat16"] else 0.02
    declared = [float(one.truth.gains[0, 0]) for one in seen]
    if all(close(factor, value, room) for factor, value in zip(factors, declared, strict=True)):
        return
    shown, told = (", ".join(f"{value:.4g}" for value in values) for values in (factors, declared))
    case = seen[-1].case.id
    for name, code, rule in FACTORS:
        values = [rule(*one.answer.shape) for one in seen]
        if all(close(factor, value, room) for factor, value in zip(factors, values, strict=True)):
            yield Clue(code, "error", 0.95, case, f"kernels are multiplied by {name}: {shown}; declared {told}")
            return
    yield Clue("WRONG_GAIN", "error", 0.7, case, f"kernels are multiplied by {shown}; declared {told}")


RULES = (stacks, kernels)
