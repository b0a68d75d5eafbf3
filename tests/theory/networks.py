"""Small dense networks, before and after FIRE, at many scales and depths."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

import fire_ref

Host = np.ndarray[Any, np.dtype[np.float64]]


class Network(NamedTuple):
    """Weights, the same after a move, and inputs."""

    weights: list[Host]
    moved: list[Host]
    inputs: Host


@st.composite
def networks(draw: st.DrawFn, deepest: int = 4, widest: int = 7) -> Network:
    """Draw a network, and one that is k steps of FIRE, exact FIRE, or a small random step away."""
    widths = [draw(st.integers(1, widest)) for _ in range(draw(st.integers(1, deepest)) + 1)]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = 2.0 ** draw(st.floats(-3, 3))
    weights = [scale * rng.standard_normal((m, n)) for n, m in pairwise(widths)]
    move = draw(st.sampled_from(["exact", "steps", "little", "far"]))
    size = {"little": 1e-3, "far": 10.0}.get(move, 0.0)
    moved = [W + size * rng.standard_normal(W.shape) if size else _fired(W, move) for W in weights]
    return Network(weights, moved, rng.standard_normal((draw(st.integers(1, 9)), widths[0])))


def _fired(W: Host, method: str) -> Host:
    found = fire_ref.fire(W) if method == "exact" else fire_ref.fire(W, method="newton-schulz", steps=5)
    return np.asarray(found)
