"""Steps grouped into moves, and the polynomial of each."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.coefficients import Triple, schedule
from fire_ref.iterating.moves import CUBIC, PAIR, evaluate, moves
from fire_ref.iterating.products import mirror, square
from fire_ref.response import respond
from fire_ref.tolerances import EPS

MUON: Triple = schedule("test", "muon")[0]


def test_only_two_cubic_steps_in_a_row_are_a_pair() -> None:
    assert moves([CUBIC] * 4, pairs=True) == [PAIR, PAIR]
    assert moves([MUON, CUBIC, MUON, CUBIC, CUBIC, CUBIC], pairs=True) == [(MUON,), (CUBIC,), (MUON,), PAIR, (CUBIC,)]
    assert moves([CUBIC] * 3, pairs=False) == [(CUBIC,)] * 3
    assert moves([(1.5, -0.25, 0.0)] * 2, pairs=True) == [((1.5, -0.25, 0.0),)] * 2
    assert moves([], pairs=True) == []


@pytest.mark.parametrize("move", [(CUBIC,), (MUON,), PAIR, ((2.0, 0.0, 0.0),), ((0.0, 0.0, 1.0),)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("in_place", [False, True])
def test_the_polynomial_is_what_the_steps_do_to_a_value(
    rng: np.random.Generator, move: tuple[Triple, ...], dtype: str, in_place: bool
) -> None:
    if in_place and move[0][2] != 0.0:
        pytest.skip("a step with c needs G while it writes")
    n = 40
    s = np.linspace(0.01, 1.0, n)
    V = np.linalg.qr(rng.standard_normal((n, n)))[0]
    G = np.asfortranarray(((V * s**2) @ V.T).astype(dtype))
    inner, out = square(n, G.dtype), G if in_place else square(n, G.dtype)
    constant = evaluate(move, G, inner, out)
    mirror(out)
    q = respond(s, len(move), move) / s
    expected = (V * (q - constant)) @ V.T
    # No term is larger than the sum of the coefficients' magnitudes, 11 for Muon's.
    assert np.linalg.norm(out - expected, 2) <= 40 * EPS[dtype] * max(1.0, sum(map(abs, move[0])))
