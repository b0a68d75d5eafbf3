"""The paper's four theorems on random networks: no bound is ever exceeded."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fire_ref import theory
from fire_ref.theory import activity, drift, feature_rank, hessian
from fire_ref.tolerances import EPS, residual_bound

from ..killing import breaks
from ..strategies import Matrix, matrices, seeds, with_spectrum
from ..theory.networks import Network, networks

#: The functions work with sums and SVDs of at most 12 values, a few times over.
ROUNDING = 10 * residual_bound(12, EPS["float64"])


def below(small: float, large: float, scale: float) -> None:
    assert small <= large * (1 + ROUNDING) + ROUNDING * scale


@breaks(
    **{
        "no root of two": (drift, "sqrt", lambda x: 1.0 if x == 2 else np.sqrt(x)),
        "one layer only": (drift, "propagated", lambda norms, steps: steps[0]),
        "half the sum": (
            drift,
            "propagated",
            lambda norms, steps: sum(steps) / 2,
        ),
    }
)
@given(net=networks(), phi=st.sampled_from(sorted(drift.ACTIVATIONS)))
def test_drift_stays_below_every_bound(net: Network, phi: str) -> None:
    """Measured <= sqrt 2; measured <= sharper <= the paper's form."""
    found = theory.feature_drift(*net, phi)
    if found.holds:
        below(found.measured, found.trivial, 1.0)
        below(found.measured, found.sharper, 1.0)
        below(found.sharper, found.bound, found.bound)
    above = theory.feature_drift([np.eye(2), np.diag([1.0, 2.0])], [np.eye(2), np.diag([2.0, 1.0])], np.eye(2))
    below(above.measured, above.sharper, 1.0)
    t = 1e-4  # the witness that the constant is attained
    w, v = np.array([[1.0, 0.0]]), np.cos(t) * np.array([[np.cos(t), np.sin(t) * np.sqrt(np.tan(t))]])
    tight = theory.feature_drift([w], [v], np.diag([1.0, 1 / np.sqrt(np.tan(t))]), "identity")
    below(tight.measured, tight.sharper, 0.0)


@breaks(
    **{
        "a quarter": (hessian, "BETA", 0.25),
        "norms not squared": (hessian, "spectral", lambda W: np.sqrt(np.linalg.norm(W, 2))),
        "no defect": (hessian, "root_dfi", lambda W, gain: 0.0),
    }
)
@given(net=networks(), gain=st.floats(0.3, 3))
def test_curvature_stays_below_every_bound(net: Network, gain: float) -> None:
    """Measured <= sharper <= the paper's form, at any gain, for every layer."""
    for found in theory.curvature(net.weights, net.inputs, gains=gain):
        below(found.measured, found.sharper, found.sharper)
        below(found.sharper, found.bound, found.bound)


@breaks(**{"a quarter": (hessian, "BETA", 0.25)})
@given(net=networks(), rng=seeds())
def test_curvature_with_biases_stays_below_too(net: Network, rng: np.random.Generator) -> None:
    """The same with biases, where what enters each layer is measured."""
    biases = [rng.standard_normal(len(W)) for W in net.weights]
    wide = theory.curvature([*net.weights, np.eye(2, len(net.weights[-1]))], net.inputs, biases=[*biases, np.zeros(2)])
    for found in [*theory.curvature(net.weights, net.inputs, biases=biases), *wide]:
        below(found.measured, found.sharper, found.sharper)
        below(found.sharper, found.bound, found.bound)
    even = theory.curvature([np.eye(2)], np.ones((1, 2)), biases=[np.zeros(2)])[0]
    below(even.measured, even.sharper, 0.0)


@breaks(
    **{
        "no kappa": (feature_rank, "sqrt", lambda x: 1.0),
        "rounds the share up": (feature_rank, "residual_bound", lambda p, eps: -0.4),
    }
)
@given(X=matrices(most=10), spread=st.floats(0, 0.7), delta=st.sampled_from([0.01, 0.1, 0.3, 0.6]), rng=seeds())
def test_effective_rank_stays_above_every_bound(
    X: Matrix, spread: float, delta: float, rng: np.random.Generator
) -> None:
    """Measured >= sharper >= the paper's form, for tall layers of full rank."""
    n = X.shape[1]
    m = n + int(rng.integers(0, 4))
    s = np.sqrt(1 + spread / np.sqrt(n) * rng.uniform(-1, 1, n))
    found = theory.effective_rank(with_spectrum(rng, m, n, s), X, gain=1.0, delta=delta)
    assert found.measured >= found.sharper >= found.bound
    squeezed = theory.effective_rank(np.diag(np.sqrt([1.6, 0.4])), np.eye(2), gain=1.0, delta=0.4)
    assert squeezed.holds
    assert squeezed.measured >= squeezed.sharper >= squeezed.bound


@breaks(
    **{
        "inverse": (activity, "sqrt", lambda x: 1 / max(np.sqrt(x), 1e-9) if x < 1 else np.sqrt(x)),
        "no root": (activity, "sqrt", lambda x: x**0.25),
    }
)
@given(rng=seeds(), n=st.integers(2, 12), spread=st.floats(0, 0.9), gain=st.floats(0.1, 10))
def test_activity_stays_within_every_bound(rng: np.random.Generator, n: int, spread: float, gain: float) -> None:
    """The paper's form <= sharper <= measured for the least unit, the other way round for the most."""
    m = int(rng.integers(1, n + 1))
    s = gain * np.sqrt(1 + spread / np.sqrt(m) * rng.uniform(-1, 1, m))
    for W in (with_spectrum(rng, m, n, s), np.diag(s)):
        least, most = theory.neuron_activity(W, gain=gain)
        below(least.sharper, least.measured, 1.0)
        below(least.bound, least.sharper, 1.0)
        below(most.measured, most.sharper, 1.0)
        below(most.sharper, most.bound, 1.0)
    uneven, _ = theory.neuron_activity(np.diag([*np.full(30, np.sqrt(1.1)), np.sqrt(0.9)]), gain=1.0)
    below(uneven.sharper, uneven.measured, 1.0)
