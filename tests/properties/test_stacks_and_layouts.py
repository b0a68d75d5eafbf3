"""A stack is a loop, a weight tensor is a naive loop over its taps, and every backend says the same."""

from __future__ import annotations

import itertools
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS, distance_bound, iterate_bound

from .. import backends
from ..killing import kills
from ..strategies import Matrix, seeds, with_spectrum

E64 = EPS["float64"]


def condition(W: Matrix) -> float:
    s = np.linalg.svd(W, compute_uv=False)
    return float((s[..., 0] / s[..., -1]).max())


def collapsed(W: Matrix) -> Matrix:
    """One norm over the whole batch, and the batch as one tall matrix."""
    return fire_ref.polar_factor(W.reshape(-1, W.shape[-1])).reshape(W.shape)


def mixed_norm(W: Matrix, steps: int) -> Matrix:
    return fire_ref.newton_schulz(W / np.linalg.norm(W), steps, normalization="none")


@kills(
    collapsed={"polar_factor": collapsed},
    mixed={"newton_schulz": mixed_norm},
    swapped={"polar_factor": lambda W: fire_ref.polar_factor(W[::-1])},
)
@given(rng=seeds(), batch=st.integers(2, 4), m=st.integers(2, 6), n=st.integers(2, 6), steps=st.integers(0, 10))
def test_a_stack_is_a_loop(lib, rng: np.random.Generator, batch: int, m: int, n: int, steps: int) -> None:
    W = rng.standard_normal((batch, 2, m, n)) * 10.0 ** rng.integers(-3, 4, (batch, 2, 1, 1))
    Q, X, d = lib.polar_factor(W), lib.newton_schulz(W, steps), fire_ref.dfi(W)
    near = distance_bound(min(m, n), E64, condition(W))
    for index in np.ndindex(batch, 2):
        assert np.linalg.norm(Q[index] - fire_ref.polar_factor(W[index])) <= 2 * near
        one = fire_ref.newton_schulz(W[index], steps)
        assert np.linalg.norm(X[index] - one) <= iterate_bound(min(m, n), E64, 1.5**steps)
        assert abs(d[index] - float(fire_ref.dfi(W[index]))) <= 100 * E64 * float(d[index])


def naive_fire(W: Matrix, layout: str) -> Matrix:
    """FIRE tap by tap, by hand: every index of the other axes in turn."""
    V = np.empty_like(W)
    others = [letter for letter in layout if letter not in "OI"]
    sizes = dict(zip(layout, W.shape, strict=True))
    area = np.prod([sizes[letter] for letter in others if letter.isupper()])
    for place in itertools.product(*(range(sizes[letter]) for letter in others)):
        where = dict(zip(others, place, strict=True))
        index = tuple(where.get(letter, slice(None)) for letter in layout)
        tap = W[index] if layout.index("O") < layout.index("I") else W[index].T
        U, _s, Vh = np.linalg.svd(tap, full_matrices=False)
        out = (sizes["O"] / sizes["I"]) ** 0.5 / area * (U @ Vh)
        V[index] = out if layout.index("O") < layout.index("I") else out.T
    return V


@kills(
    in_out={"fire": lambda W, layout: fire_ref.fire(W, layout=layout.translate(str.maketrans("OI", "IO")))},
    side={"fire": lambda W, layout: fire_ref.fire(W, layout=layout) * W.shape[0]},
)
@given(rng=seeds(), letters=st.permutations("OIHWb"), axes=st.integers(2, 5))
def test_a_weight_is_a_loop_over_its_taps(lib, rng: np.random.Generator, letters: list[str], axes: int) -> None:
    kept = [letter for letter in letters if letter in "OIHWb"[:axes]]
    layout = "".join(kept)
    W = rng.standard_normal([{"O": 5, "I": 3, "H": 2, "W": 3, "b": 2}[letter] for letter in layout])
    order = [layout.index(c) for c in sorted(set(layout) - set("OI"), key=string.printable.index)]
    stack = np.transpose(W, [*order, layout.index("O"), layout.index("I")])
    assert np.linalg.norm(lib.fire(W, layout=layout) - naive_fire(W, layout)) <= (
        2 * W.size * distance_bound(3, E64, condition(stack))
    )


@pytest.mark.parametrize("name", [name for name in backends.NAMES if name != "numpy"])
@kills(qr={"polar_factor": lambda W: W}, other={"newton_schulz": lambda W, steps: W})
@given(
    rng=seeds(),
    shape=st.sampled_from([(5, 3), (3, 5), (4, 4)]),
    cond=st.floats(1, 1e4),
    steps=st.integers(1, 10),
)
def test_backends_agree_within_the_conditioning_bound(
    lib, name: str, rng: np.random.Generator, shape: tuple[int, int], cond: float, steps: int
) -> None:
    W = with_spectrum(rng, *shape, np.geomspace(1, 1 / cond, min(shape)))
    with backends.backend(name) as other:
        s = np.linalg.svd(W, compute_uv=False)
        eps = EPS[other.widest]
        V = other.make(W, other.widest)
        near = 2 * distance_bound(len(s), eps, s[0] / s[-1])
        assert np.linalg.norm(other.host(lib.polar_factor(V)) - fire_ref.polar_factor(W)) <= near
        far = 2 * iterate_bound(len(s), eps, 1.5**steps)
        gap = other.host(lib.newton_schulz(V, steps)) - fire_ref.newton_schulz(W, steps)
        assert np.linalg.norm(gap) <= far
        assert abs(float(fire_ref.dfi(V)) - float(fire_ref.dfi(W))) <= 100 * eps * (1 + s[0] ** 4) * len(s)
