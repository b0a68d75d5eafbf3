"""The numbers of a row once more, from the public functions on the matrices themselves, and how far rounding goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

import fire_ref
from fire_ref.models.record import Key
from fire_ref.tolerances import EPS, iterate_bound, residual_bound

Host = np.ndarray[Any, np.dtype[Any]]
E64 = EPS["float64"]
#: bisected for 40 times over 1454 nats, the multiplier of a row's `least_sfe` is good to 1454 / 2^40 = 1.4e-9.
BISECTION = 1.4e-9


class Number(NamedTuple):
    """One number of a row: what the row says, what it is, and how far rounding may put the two apart."""

    name: str
    value: float
    truth: float
    slack: float

    @property
    def holds(self) -> bool:
        """Whether they agree."""
        return self.value == self.truth or abs(self.value - self.truth) <= self.slack


def matrices_of(W: Host, layout: str) -> Host:
    """Return the matrices of a weight, (N, O, I) in float64."""
    others = [axis for axis, letter in enumerate(layout) if letter not in "OI"]
    O, I = layout.index("O"), layout.index("I")  # noqa: E741
    return np.transpose(np.asarray(W, dtype=np.float64), (*others, O, I)).reshape(-1, W.shape[O], W.shape[I])


def square_slack(value: float, error: float) -> float:
    """Bound the change of ||E||^2 when E moves by `error`: 2 ||E|| error + error^2."""
    return 2 * value**0.5 * error + error * error


def numbers(row: fire_ref.Row, W: Host) -> Iterator[Number]:
    """
    Yield every number of a row that has a unit or a scale, with its independent value.

    The row works on singular values, these on matrices: Gram matrices, iterates and polar factors. Singular values
    are good to residual_bound ||W||_F together, an iterate to its bound.
    """
    A = matrices_of(W, row.layout)
    N, m, n = len(A), max(A.shape[1:]), min(A.shape[1:])
    c, q, size = row.gain, N * n, float(np.linalg.norm(A))
    # What the rank rule leaves out is rounding of the dtype that FIRE iterates in; at full rank there is none.
    eps = E64 if row.rank == row.directions else row.rtol / m
    backward = residual_bound(m, E64) * size
    s = np.linalg.svd(A, compute_uv=False)
    mean = float(s.mean())
    yield Number("s_max", row.s_max, float(s.max()), backward)
    yield Number("s_min", row.s_min, float(s.min()), backward)
    yield Number("squared_norm", row.squared_norm, float(np.sum(A * A)), square_slack(size**2, backward))
    # Both ends of each ratio move by `backward` at most; its inverse is at most 1.
    one = s[s[:, 0] > 0]
    worst = float(np.min(one[:, -1] / one[:, 0])) if len(one) else 0.0
    least = float(one[:, 0].min()) if len(one) else np.inf
    yield Number("cond", 1 / row.cond, worst, 2 * backward / least)
    if mean > 0:
        # Of a Gram matrix over c^2, and of c where c is the mean (at most ||W||_F sqrt(q) / (q mean) of it).
        scale = size**2 / mean**2 + q**0.5
        moved = 4 * residual_bound(m, E64) * scale * q**0.5
        yield _dfi("dfi_before", row.dfi_before, A, mean, moved)
        yield Number("root_dfi[before]", row.root_dfi["before"], row.dfi_before**0.5, moved)
        yield Number("deviation[before]", row.deviation["before"], _deviation(A / mean), moved)
    yield _dfi("dfi_gain", row.dfi_gain, A, c, 4 * residual_bound(m, E64) * (size**2 / c**2 + q**0.5))
    for key in row.dfi:
        yield from _after(row, A, key, eps)
    optimum = float(np.sum((s - c) ** 2))
    whole = 4 * residual_bound(m, E64) * (size + c * q**0.5) ** 2
    yield Number("sfe_optimum", row.sfe_optimum, optimum, whole)
    yield Number("sfe_isotropy", row.sfe_isotropy, float(np.sum((s - mean) ** 2)), whole)
    yield Number("sfe_gain", row.sfe_gain, q * (mean - c) ** 2, whole)


def _dfi(name: str, value: float, A: Host, gain: float, error: float) -> Number:
    truth = float(np.sum(fire_ref.dfi(A, gain=gain)))
    return Number(name, value, truth, square_slack(max(truth, value), error))


def iterates(A: Host, k: int) -> Host:
    """Return X_k of each matrix; a zero matrix, which the iteration cannot divide by its norm, stays zero."""
    return np.stack([fire_ref.newton_schulz(M, k) if M.any() else M for M in A])


def _after(row: fire_ref.Row, A: Host, key: Key, eps: float) -> Iterator[Number]:
    N, m, n = len(A), max(A.shape[1:]), min(A.shape[1:])
    c, q, size = row.gain, N * n, float(np.linalg.norm(A))
    if key == "exact":
        X, near = fire_ref.polar_factor(A), residual_bound(m, E64) * N**0.5
    else:
        # The iterate's own error, and that of the singular values in the closed form: stretched alike.
        X, near = iterates(A, int(key)), 2 * iterate_bound(m, eps, 1.5 ** int(key)) * N**0.5
    # ||X^T X - Y^T Y|| <= (||X||_2 + ||Y||_2) ||X - Y|| and no p_k exceeds 1.
    gram = (2 + near) * near
    truth = float(np.sum(fire_ref.dfi(X)))
    yield Number(f"dfi[{key}]", row.dfi[key], truth, square_slack(max(truth, row.dfi[key]), gram))
    yield Number(f"root_dfi[{key}]", row.root_dfi[key], truth**0.5, gram)
    yield Number(f"deviation[{key}]", row.deviation[key], _deviation(X), gram)
    paid = float(np.sum(fire_ref.sfe(A, c * X)))
    backward = residual_bound(m, E64) * size
    if key == "exact":
        # <W, Q> = tr H is good to the backward error whatever the condition, the distance of the factors is not.
        yield Number("sfe[exact]", row.sfe[key], paid, 4 * residual_bound(m, E64) * (size + c * q**0.5) ** 2)
        return
    yield Number(f"sfe[{key}]", row.sfe[key], paid, square_slack(max(paid, row.sfe[key]), c * near + backward))
    found = float(fire_ref.excess({"w": _one(A)}, {"w": _one(c * X)}, gain=c).least_sfe)
    # On the front dSFE = -lam c^2 dDfI and ||u - v|| = 2 lam ||v^3 - v||: with t = sqrt(DfI) the slope dSFE/dt is
    # 2 lam c^2 t <= 2 c^2 (t + ||u|| + sqrt q), u = s / c: for lam >= 1 v >= 0.7, and below lam t <= t.
    slope = 2 * c * c * (truth**0.5 + size / c + q**0.5)
    moved = gram + 4 * BISECTION * truth**0.5 + backward / c
    yield Number(f"least_sfe[{key}]", row.least_sfe[key], found, slope * moved)


def _deviation(X: Host) -> float:
    """Return the largest ||G - I||_2, G the Gram matrix of the short side."""
    Xt = np.swapaxes(X, -1, -2)
    gram = Xt @ X if X.shape[-2] >= X.shape[-1] else X @ Xt
    return float(np.max(np.linalg.norm(gram - np.eye(gram.shape[-1]), ord=2, axis=(-2, -1))))


def _one(A: Host) -> Host:
    """Put matrices together as the taps of one kernel, which a state of a network may hold."""
    return np.moveaxis(A, 0, -1)[..., None]


def assert_true(row: fire_ref.Row, W: Host) -> None:
    """Assert that every number of a row is what the public functions say of the matrices."""
    wrong = [number for number in numbers(row, W) if not number.holds]
    assert not wrong
