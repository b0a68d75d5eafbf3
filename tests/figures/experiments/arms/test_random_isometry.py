"""No memory: isometries with FIRE's gain that know nothing of W, and are not the same twice."""

from __future__ import annotations

import numpy as np

import fire_ref
from figures.experiments.arms.arm import gain, weights
from figures.experiments.arms.random_isometry import change

from ....backends import available
from ..faked import moment


def test_it_is_an_isometry_that_does_not_depend_on_the_weights() -> None:
    torch = available("torch")
    one, other = moment(far=0.3), moment(far=0.9)
    first, second = change(one).state, change(other).state
    for name, W in weights(one.model.state_dict()).items():
        # Rounded to float32: FACTS of storage, some eps^2 p.
        assert float(fire_ref.dfi(first[name], gain=gain(W))) < 1e-9
        assert torch.equal(first[name], second[name])
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
