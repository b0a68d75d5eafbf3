"""No memory: isometries with FIRE's gain that know nothing of W, and are not the same twice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from figures.experiments.arms.random_isometry import change

from ....backends import available
from ..faked import conv_moment, matrices, moment


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_it_is_an_isometry_that_does_not_depend_on_the_weights(make: Any) -> None:
    torch = available("torch")
    one, other = make(far=0.3), make(far=0.9)
    first, second = change(one).state, change(other).state
    old, new = matrices(one.model), matrices(one.model, first)
    assert len({float(V[0, 0]) for V, _ in new.values()}) == len(old)
    for name, (V, c) in new.items():
        # Rounded to float32: FACTS of storage, some eps^2 p.
        assert float(fire_ref.dfi(V, gain=c)) < 1e-9
        assert torch.equal(V, matrices(one.model, second)[name][0])
        assert not torch.allclose(V, old[name][0], atol=1e-2)
    again = change(one).state
    assert not torch.equal(again["0.weight"], first["0.weight"])


def test_directions_are_uniform() -> None:
    available("torch")
    now = moment(inputs=2, width=2)
    now = now._replace(rng=np.random.default_rng(3))
    drawn = [change(now).state["2.weight"].double().numpy() for _ in range(300)]
    # Of a uniform orthogonal 2 x 2 matrix every entry has mean 0 and variance 1/2, and half are reflections.
    for entries in np.reshape(drawn, (300, 4)).T:
        assert abs(entries.mean()) < 5 * (0.5 / 300) ** 0.5
        assert abs(np.mean(entries**2) - 0.5) < 5 * (0.125 / 300) ** 0.5
    assert abs(np.mean([np.linalg.det(one) > 0 for one in drawn]) - 0.5) < 5 * (0.25 / 300) ** 0.5
