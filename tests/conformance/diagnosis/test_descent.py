from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.checks import run
from fire_ref.conformance.diagnosis.clue import View
from fire_ref.conformance.diagnosis.descent import Setting, descend, setting, within
from fire_ref.conformance.fingerprint import take
from fire_ref.conformance.record import Verdict

from ..mutants import ns
from ..observed import evidence, observation


def told(steps: int = 10) -> Setting:
    W = np.diag([1.0, 0.5, 0.2, 0.1])
    found = evidence(observation(W, ns(W, steps), "probe"))
    view = View(found, run(found), take(found, "1"), Verdict("no"), Verdict("no"))
    return setting(view, 2.0**-52, 0.0)


def test_the_declared_formula_fits_its_own_response_and_no_other() -> None:
    assert within(told().misfit())
    assert not within(told(9).misfit())


def test_other_starts_and_triples_are_tried() -> None:
    right = told()
    assert not within(right.misfit([x * 1.01 for x in right.starts]))
    assert not within(right.misfit(triples=[(1.5, -0.49, 0.0)] * 10))


def test_what_overflows_is_far_off_and_finite() -> None:
    deviations = told().misfit(triples=[(9.0, 9.0, 9.0)] * 10)
    assert np.isfinite(deviations).all()
    assert not within(deviations)


def test_the_descent_finds_the_least_squares() -> None:
    x = np.linspace(0, 1, 9)
    values, error = descend(lambda v: v[0] * np.exp(v[1] * x) - 2 * np.exp(0.5 * x), np.array([1.0, 0.0]))
    assert values == pytest.approx([2.0, 0.5])
    assert np.abs(error).max() < 1e-6


def test_a_floor_gives_room_on_small_norms_only() -> None:
    W = np.diag([1.0, 0.5, 0.2, 0.1]) * 1e-3
    seen = evidence(observation(W, ns(W, eps=1e-7), "probe"))
    view = View(seen, run(seen), take(seen, "1"), Verdict("no"), Verdict("no"))
    assert not within(setting(view, 2.0**-52, 0.0).misfit())
    assert within(setting(view, 2.0**-52, 1e-7).misfit())
