"""The exact stability-plasticity front: closed form, exact identity, ends, shape, and that nothing lies below it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import bisect

import fire_ref
from fire_ref.tolerances import EPS, residual_bound
from fire_ref.weights import digits_mlp

from ..killing import kills
from ..strategies import Matrix, matrices, orthonormal, seeds
from .mutants import with_argument

ROUNDING = 10 * residual_bound(12, EPS["float64"])
weights = st.floats(-3, 3).map(lambda exponent: 10.0**exponent) | st.just(0.5)
relax, front, excess = fire_ref.relax, fire_ref.front, fire_ref.excess


def doubled(W: Matrix, weight: float = 0.0, **kw: float) -> Matrix:
    return relax(W, weight=2 * weight, **kw)


def straight(W: Matrix, weight: float, gain: float = 1.0) -> Matrix:
    """Interpolate between W and FIRE, as shrink-and-perturb would."""
    t = weight / (1 + weight)
    return (1 - t) * np.asarray(W) + t * gain * fire_ref.polar_factor(W)


def on_the_front(W: Matrix, V: Matrix) -> fire_ref.Excess:
    """Every V is as good as it can be."""
    return excess(W, V)._replace(least_sfe=excess(W, V).sfe)


def dented(W: Matrix, points: int) -> fire_ref.Front:
    """One point half-way to the next in SFE, and not in DfI."""
    curve = front(W, points=points)
    sfe, i = curve.sfe.copy(), points // 2
    sfe[i] = (sfe[i] + sfe[i + 1]) / 2
    return curve._replace(sfe=sfe)


WRONG = {"doubled": {"relax": doubled}, "straight": {"relax": straight}}


def loss(W: Matrix, V: Matrix, lam: float, c: float, lib: Any = fire_ref) -> float:
    return float(lib.sfe(W / c, V / c)) + lam * float(lib.dfi(V, gain=c))


def tall(*arrays: Matrix) -> list[Matrix]:
    """The small Gram of a wide matrix is the Gram of its transpose."""
    return [A if A.shape[0] >= A.shape[1] else A.T for A in arrays]


@kills(**WRONG)
@given(s=st.just(0.0) | st.floats(1e-290, 1e4), lam=weights)
def test_closed_form_agrees_with_bisection(lib, s: float, lam: float) -> None:
    """
    The one positive root of 2 lam v^3 + (1 - 2 lam) v = s, between s and 1; a 1 x 1 matrix is its own spectrum.

    To 1e-12, which is what bisection can promise: near lam = 1/2 it loses digits that the closed form keeps.
    """
    low, high = min(s, 1.0), max(s, 1.0)
    if s == 0:  # 0 is a root as well: the positive one is known
        expected = np.sqrt(1 - 1 / (2 * lam)) if lam > 0.5 else 0.0
    elif low == high:
        expected = 1.0
    else:
        expected = bisect(
            lambda v: 2 * lam * v**3 + (1 - 2 * lam) * v - s, low, high, xtol=1e-16 * s, rtol=1e-15, maxiter=3000
        )
    found = abs(float(lib.relax([[s]], weight=lam)[0, 0]))
    assert abs(found - expected) <= 1e-12 * expected


@kills(
    **WRONG,
    halved={"sfe": lambda W, V: fire_ref.sfe(W, V) / 2},
    without_gain={"dfi": lambda V, gain: fire_ref.dfi(V)},
)
@given(W=matrices(full_rank=False), lam=weights, c=st.floats(0.2, 5), rng=seeds(), far=st.floats(-3, 1))
def test_exact_identity(lib, W: Matrix, lam: float, c: float, rng: np.random.Generator, far: float) -> None:
    """W = V* M implies L(V) - L(V*) = tr((V - V*)^T (V - V*) M) + lam ||V^T V - V*^T V*||^2, for every V; M >= 0."""
    best = lib.relax(W, weight=lam, gain=c)
    V = best + 10.0**far * rng.standard_normal(W.shape)
    w, star, v = (A / c for A in tall(W, best, V))
    M = np.eye(star.shape[1]) + 2 * lam * (star.T @ star - np.eye(star.shape[1]))
    size = (1 + lam) * (1 + np.linalg.norm(w) + np.linalg.norm(v)) ** 4
    assert np.linalg.norm(w - star @ M) <= ROUNDING * size
    assert np.linalg.eigvalsh(M)[0] >= -ROUNDING * size
    right = np.trace((v - star).T @ (v - star) @ M) + lam * np.linalg.norm(v.T @ v - star.T @ star) ** 2
    assert abs(loss(W, V, lam, c, lib) - loss(W, best, lam, c, lib) - right) <= ROUNDING * size


@kills(**WRONG)
@given(W=matrices(full_rank=False), lam=weights, rng=seeds(), far=st.floats(-3, 1))
def test_the_front_is_a_global_minimum(lib, W: Matrix, lam: float, rng: np.random.Generator, far: float) -> None:
    best = loss(W, lib.relax(W, weight=lam), lam, 1.0)
    Q = fire_ref.polar_factor(W)
    rivals = [W, Q, relax(W, weight=0.9 * lam), relax(W, weight=1.1 * lam), straight(W, lam)]
    rivals += [Q + 10.0**far * rng.standard_normal(W.shape)]
    size = (1 + lam) * (1 + np.linalg.norm(W)) ** 4
    assert best <= min(loss(W, V, lam, 1.0) for V in rivals) + EPS["float64"] * size * 100


@kills(
    late={"relax": lambda W, weight, gain: relax(W, weight=max(weight, 1e-3), gain=gain)},
    early={"relax": lambda W, weight, gain: relax(W, weight=min(weight, 1e3), gain=gain)},
    unscaled={"relax": lambda W, weight, gain: relax(W, weight=weight)},
    gain_of_the_curve={"front": lambda W, gain, points: front(W, points=points)},
    short={"front": lambda W, gain, points: fire_ref.Front(*(x[1:] for x in front(W, gain=gain, points=points)))},
)
@given(W=matrices(full_rank=False), c=st.floats(0.2, 0.9))
def test_the_ends_are_doing_nothing_and_exact_fire(lib, W: Matrix, c: float) -> None:
    assert np.array_equal(lib.relax(W, weight=0.0, gain=c), W)
    end = lib.relax(W, weight=np.inf, gain=c)
    assert np.linalg.norm(end - c * fire_ref.polar_factor(W)) <= residual_bound(12, EPS["float64"])
    curve = lib.front(W, gain=c, points=5)
    s = np.linalg.svd(W, compute_uv=False)
    size = np.sum(s**2) + np.sum(s**4) / c**4 + len(s)
    assert curve.sfe[0] == 0
    assert curve.dfi[-1] == 0
    assert abs(curve.sfe[-1] - np.sum((s - c) ** 2)) <= ROUNDING * size
    assert abs(curve.dfi[0] - np.sum((s**2 / c**2 - 1) ** 2)) <= ROUNDING * size


def convex_and_monotone(curve: fire_ref.Front) -> None:
    """Assert that DfI falls, SFE grows and the slope dSFE/dDfI never rises towards zero DfI."""
    # Sums of p squares are good to about 1e-14: points nearer than 1e-7 have no slope good to 1e-6.
    keep = np.concatenate([[True], np.diff(curve.sfe) > 1e-7 * curve.sfe[-1]])
    keep &= np.concatenate([[True], np.diff(curve.dfi) < -1e-7 * curve.dfi[0]])
    sfe, dfi = curve.sfe[keep], curve.dfi[keep]
    noise = residual_bound(12, EPS["float64"]) ** 2  # all that an isometry has of either
    assert (np.diff(curve.sfe) >= -ROUNDING * curve.sfe[-1] - noise).all()
    assert (np.diff(curve.dfi) <= ROUNDING * curve.dfi[0] + noise).all()
    if dfi[0] <= noise:
        return
    slopes = -np.diff(sfe) / np.diff(dfi)
    assert (np.diff(slopes) >= -1e-6 * slopes[1:]).all()


@kills(
    reversed={"front": lambda W, points: fire_ref.Front(*(x[::-1] for x in front(W, points=points)))},
    bent={"front": lambda W, points: front(W, points=points)._replace(sfe=np.sqrt(front(W, points=points).sfe))},
)
@given(W=matrices(full_rank=False), points=st.integers(5, 40))
def test_the_front_is_convex_and_monotone(lib, W: Matrix, points: int) -> None:
    convex_and_monotone(lib.front(W, points=points))


def turned(W: Matrix, dfi: float) -> Matrix:
    """On the front's DfI, and with other singular vectors: a needless change."""
    V = relax(W, dfi=dfi)
    c, s = np.cos(0.3), np.sin(0.3)
    R = np.eye(len(V))
    R[:1, :1] = -1.0
    if len(V) > 1:
        R[:2, :2] = [[c, -s], [s, c]]
    return R @ V


@kills(
    tighter={"relax": lambda W, dfi: relax(W, dfi=dfi / 2)},
    looser={"relax": lambda W, dfi: relax(W, dfi=2 * dfi)},
    turned={"relax": turned},
    dearer={"excess": lambda W, V: excess(W, V)._replace(least_sfe=2 * excess(W, V).least_sfe + 1)},
    dominated={"excess": lambda W, V: excess(W, V)._replace(dominated=not excess(W, V).dominated)},
)
@given(W=matrices(full_rank=False), share=st.floats(0.01, 0.99), rng=seeds(), far=st.floats(-3, 1))
def test_no_v_beats_the_front_at_its_own_dfi(
    lib, W: Matrix, share: float, rng: np.random.Generator, far: float
) -> None:
    bound = share * float(fire_ref.dfi(W))
    size = (1 + np.linalg.norm(W)) ** 4
    if bound <= ROUNDING * size:  # an isometry: every bound returns W itself
        W, bound = 2 * W, 0.5
    best = lib.relax(W, dfi=bound)
    assert abs(float(fire_ref.dfi(best)) - bound) <= ROUNDING * size
    rival = best + 10.0**far * rng.standard_normal(W.shape)
    at_rival = lib.relax(W, dfi=float(fire_ref.dfi(rival)))
    assert float(fire_ref.sfe(W, at_rival)) <= float(fire_ref.sfe(W, rival)) + ROUNDING * size
    paid = lib.excess(W, rival)
    assert float(paid.sfe) >= float(paid.least_sfe) - ROUNDING * size
    assert abs(float(paid.least_sfe) - float(fire_ref.sfe(W, relax(W, dfi=float(paid.dfi))))) <= ROUNDING * size
    assert bool(paid.dominated) == (float(fire_ref.dfi(W)) <= float(fire_ref.dfi(rival)))
    s, v = (np.linalg.svd(A, compute_uv=False) for A in (W, best))
    # The least cost has no freedom but the singular values.
    assert abs(float(fire_ref.sfe(W, best)) - np.sum((s - v) ** 2)) <= ROUNDING * size


@kills(
    own_gain={"relax": lambda W, condition: fire_ref.polar_factor(W)},
    clipped={"relax": lambda W, condition: W},
)
@given(W=matrices(cond=1e4), kappa=st.floats(1, 100), rng=seeds())
def test_the_condition_is_bounded_at_least_cost(lib, W: Matrix, kappa: float, rng: np.random.Generator) -> None:
    U, s, Vh = np.linalg.svd(W, full_matrices=False)
    V = lib.relax(W, condition=kappa)
    values = np.linalg.svd(V, compute_uv=False)
    assert values[0] <= kappa * values[-1] * (1 + residual_bound(12, EPS["float64"]) * kappa)
    for floor in [*(s / kappa), *s, *rng.uniform(s[-1], s[0], 20)]:
        rival = (U * np.clip(s, floor, kappa * floor)) @ Vh
        assert float(fire_ref.sfe(W, V)) <= float(fire_ref.sfe(W, rival)) + ROUNDING * np.sum(s * s)


@kills(
    cubic_twice={"newton_schulz": lambda W, k, **kw: fire_ref.newton_schulz(W, 2 * k, **kw)},
    halved={"dfi": lambda W: fire_ref.dfi(W) / 2},
    normalised={"newton_schulz": with_argument(fire_ref.newton_schulz, normalization="frobenius")},
)
@given(W=matrices(cond=10, scale=1))
def test_the_first_step_is_a_gradient_step_of_an_eighth_on_dfi(lib, W: Matrix) -> None:
    """Un-normalised: 1.5 W - 0.5 W W^T W = W - 1/8 grad DfI(W), grad DfI = 4 W (W^T W - I)."""
    gradient = 4 * (W @ W.T @ W - W)
    size = (1 + np.linalg.norm(W)) ** 3
    step = lib.newton_schulz(W, 1, normalization="none")
    assert np.linalg.norm(step - (W - gradient / 8)) <= ROUNDING * size
    direction = np.cos(np.arange(W.size)).reshape(W.shape)
    h = 1e-4  # central difference: error h^2 times the third derivative, at most 24 size
    slope = (float(lib.dfi(W + h * direction)) - float(lib.dfi(W - h * direction))) / (2 * h)
    assert abs(slope - np.sum(gradient * direction)) <= 24 * h * h * size * np.linalg.norm(direction) ** 3 * 10


@kills(
    by_layer={"relax": lambda state, dfi: {n: relax(W, dfi=dfi / len(state)) for n, W in state.items()}},
    free={"excess": lambda W, V: excess(W, V)._replace(least_sfe=0.0)},
)
@given(rng=seeds(), share=st.floats(0.05, 0.9))
def test_one_multiplier_for_a_network_beats_any_split(lib, rng: np.random.Generator, share: float) -> None:
    state = {"a": 3 * rng.standard_normal((6, 4)), "b": 0.1 * rng.standard_normal((5, 5))}
    whole = sum(float(fire_ref.dfi(W)) for W in state.values())
    best = lib.relax(state, dfi=share * whole)
    cost = sum(float(fire_ref.sfe(state[n], best[n])) for n in state)
    size = sum(float(np.sum(W * W)) for W in state.values())
    for part in np.linspace(0, 1, 21):
        split = {
            "a": relax(state["a"], dfi=part * share * whole),
            "b": relax(state["b"], dfi=(1 - part) * share * whole),
        }
        assert cost <= sum(float(fire_ref.sfe(state[n], split[n])) for n in state) + ROUNDING * size
    paid = lib.excess(state, best)
    assert abs(float(paid.sfe) - float(paid.least_sfe)) <= ROUNDING * (size + whole)


# FACTS: paid / needed at the same DfI for He-initialised 512 x 512. Another draw moves them by a few per cent.
@pytest.mark.parametrize(("k", "paid", "needed"), [(5, 616, 69), (10, 237, 175), (15, 292, 252)])
@kills(twice={"newton_schulz": lambda W, k: fire_ref.newton_schulz(W, 2 * k)}, on_the_front={"excess": on_the_front})
def test_finite_newton_schulz_pays_more_than_it_needs(
    lib, rng: np.random.Generator, k: int, paid: float, needed: float
) -> None:
    W = rng.standard_normal((512, 512)) * (2 / 512) ** 0.5
    found = lib.excess(W, lib.newton_schulz(W, k))
    assert float(found.sfe) == pytest.approx(paid, rel=0.05)
    assert float(found.least_sfe) == pytest.approx(needed, rel=0.1)


@kills(on_the_front={"excess": on_the_front})
def test_shrink_and_perturb_pays_more_than_it_needs(lib, rng: np.random.Generator) -> None:
    """FACTS: half the weights, half fresh ones: 513 paid, 57 needed."""
    W, fresh = rng.standard_normal((2, 512, 512)) * (2 / 512) ** 0.5
    found = lib.excess(W, 0.5 * W + 0.5 * fresh)
    assert float(found.sfe) == pytest.approx(513, rel=0.05)
    assert float(found.least_sfe) == pytest.approx(57, rel=0.1)


@kills(
    one_step_more={"newton_schulz": lambda W, k: fire_ref.newton_schulz(W, 3 * k)},
    reversed={"excess": lambda W, V: excess(V, W)},
)
def test_at_gpt_scale_five_steps_are_dominated_by_doing_nothing(lib, rng: np.random.Generator) -> None:
    W = 0.02 * rng.standard_normal((768, 768))
    assert bool(lib.excess(W, lib.newton_schulz(W, 5)).dominated)
    assert not bool(lib.excess(W, lib.newton_schulz(W, 10)).dominated)


@pytest.mark.parametrize("real", [False, True])
@kills(
    reversed={"front": lambda W, points: fire_ref.Front(*(x[::-1] for x in front(W, points=points)))},
    dented={"front": dented},
)
def test_the_network_front_is_convex_too(lib, rng: np.random.Generator, real: bool) -> None:
    made = {"conv": rng.standard_normal((8, 4, 3, 3)), "dense": orthonormal(rng, 6, 6), "bias": np.zeros(6)}
    convex_and_monotone(lib.front(digits_mlp() if real else made, points=30))
