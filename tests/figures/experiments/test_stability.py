"""What is looked at around a change."""

from __future__ import annotations

import pytest

import fire_ref
from figures.experiments.course import Look
from figures.experiments.network import drift, features, judged
from figures.experiments.stability import Watch, rounded

from ...backends import available
from .faked import conv_moment, matrices, moment


def test_every_look_is_at_the_old_task_and_at_its_time() -> None:
    torch = available("torch")
    model = moment().model
    X, y = torch.rand(30, 20), torch.randint(10, (30,))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    H = features(model, X)
    again = (7.0, 0.5)
    watch = Watch(model, Look(lambda: judged(model, X, y), lambda: features(model, X), lambda: again))
    first = judged(model, X, y)
    with torch.no_grad():
        for tensor in model.parameters():
            tensor *= 0.5
    watch.changed()
    assert watch.found["before"] == [rounded(value) for value in first]
    assert watch.found["after"] == [rounded(value) for value in judged(model, X, y)]
    weights = [tensor for name, tensor in before.items() if name.endswith("weight")]
    assert watch.found["sfe"] == pytest.approx(sum(float((W / 2).norm()) ** 2 for W in weights), rel=1e-3)
    assert watch.found["drift"] == pytest.approx(drift(H, features(model, X)), rel=1e-3)
    for place, scale in enumerate((1.0, 0.5)):
        # Against the gain c = sqrt(out/in): G / c^2.
        grams = [(W @ W.T if len(W) <= W.shape[1] else W.T @ W) * scale**2 * W.shape[1] / len(W) for W in weights]
        dfi = sum(float((G - torch.eye(len(G))).norm()) ** 2 for G in grams)
        assert watch.found["dfi"][place] == pytest.approx(dfi, rel=1e-3)
    for updates in range(1, 151):
        watch.updated(updates)
    assert list(watch.found) == [
        "before", "dfi", "sfe", "drift", "after", "restated", "after 10", "after 100",
    ]  # fmt: skip
    assert watch.found["restated"] == [7.0, 0.5]


def test_sfe_and_dfi_are_over_the_matrices_that_fire_takes() -> None:
    torch = available("torch")
    now = conv_moment()
    X = torch.rand(9, 3, 6, 6)
    watch = Watch(now.model, Look(lambda: (2.5, None), lambda: now.model[:-1](X).detach().double()), now.recipe)
    before = {name: (W.double(), c) for name, (W, c) in matrices(now.model).items()}
    with torch.no_grad():
        for tensor in now.model.parameters():
            tensor *= 0.5
    watch.changed()
    assert watch.found["sfe"] == pytest.approx(sum(float((W / 2).norm()) ** 2 for W, _ in before.values()), rel=1e-3)
    for place, scale in enumerate((1.0, 0.5)):
        dfi = sum(float(fire_ref.dfi(scale * W, gain=c)) for W, c in before.values())
        assert watch.found["dfi"][place] == pytest.approx(dfi, rel=1e-3)
    query = torch.nn.Module()
    query.to_q, query.to_v = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)
    watch = Watch(query, Look(lambda: (2.5, None), lambda: X.flatten(1).double()), "vit")
    with torch.no_grad():
        query.to_v.weight *= 3
    watch.changed()
    assert watch.found["sfe"] == 0


def test_what_is_neither_right_nor_wrong_has_no_share() -> None:
    torch = available("torch")
    model = moment().model
    X = torch.rand(30, 20)
    watch = Watch(model, Look(lambda: (2.5, None), lambda: features(model, X)))
    watch.changed()
    assert watch.found["before"] == watch.found["after"] == [2.5, None]
    assert "restated" not in watch.found


def test_numbers_are_short_and_what_is_none_is_none() -> None:
    assert [rounded(value) for value in (0.123456, 123456.0)] == [0.1235, 123500]
    assert [rounded(value) for value in (float("inf"), float("nan"))] == [None, None]
