"""One chunk: the curve, the rate, the order, clipping, and what goes along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from figures.experiments.arms.catalogue import ARMS
from figures.experiments.vision.evaluating import judged
from figures.experiments.vision.order import batches
from figures.experiments.vision.phases import Phase, spread
from figures.experiments.vision.resnet import resnet8
from figures.experiments.vision.schedule import factor
from figures.experiments.vision.training import Curve, trained

from ....backends import available
from .faked import TINY, samples

PHASE = Phase(np.arange(59, 0, -2), np.arange(20), 12)


def ran(model: Any, phase: Phase = PHASE, sizes: Any = TINY, seed: int = 0, **more: Any) -> Curve:
    return trained(model, *samples(), phase, sizes, order=np.random.default_rng(seed), **more)


def test_the_curve_is_what_is_found_afterwards() -> None:
    available("torch")
    model = resnet8(4, 8, 10, 0)
    found = ran(model, sizes=replace(TINY, points=5))
    assert [point[0] for point in found] == [2, 4, 7, 9, 12]
    train, test = samples()
    wanted = [*judged(model, train.some(PHASE.train)), *judged(model, test.some(PHASE.test))]
    assert found[-1][1:] == pytest.approx(wanted, rel=1e-3)
    assert model.training
    assert [point[0] for point in ran(model, PHASE._replace(updates=3), replace(TINY, points=5))] == [1, 2, 3]


def test_looking_changes_nothing_and_may_be_at_less() -> None:
    torch = available("torch")
    seldom, often = resnet8(4, 8, 10, 0), resnet8(4, 8, 10, 0)
    ran(seldom, sizes=replace(TINY, points=1))
    found = ran(often, sizes=replace(TINY, points=12, tested=10))
    assert all(torch.equal(a, b) for a, b in zip(seldom.parameters(), often.parameters(), strict=True))
    train, test = samples()
    wanted = [*judged(often, train.some(spread(PHASE.train, 10))), *judged(often, test.some(spread(PHASE.test, 10)))]
    assert found[-1][1:] == pytest.approx(wanted, rel=1e-3)


def test_it_learns_and_asks_other_images_than_it_learns() -> None:
    available("torch")
    found = ran(resnet8(8, 8, 10, 0), PHASE._replace(updates=150), replace(TINY, points=3, rate=0.02))
    assert found[-1][2] == 1.0
    assert found[-1][1] < found[0][1]  # type: ignore[operator]
    assert found[-1][3] != found[-1][1]


def test_only_the_images_of_the_phase_are_learned() -> None:
    torch = available("torch")
    train, test = samples()
    spoilt = replace(train, labels=torch.where(torch.arange(60) % 2 == 1, train.labels, 0))
    ends = []
    for shown in (train, spoilt):
        model = resnet8(4, 8, 10, 0)
        trained(model, shown, test, PHASE, TINY, order=np.random.default_rng(0))
        ends.append(model.head[-1].weight)
    assert torch.equal(*ends)


def test_an_update_is_a_step_against_the_gradient_of_its_batch() -> None:
    torch = available("torch")
    sizes = replace(TINY, rate=0.1, clip=0.0, warmup=0.0, cosine=False)
    found, wanted = resnet8(4, 8, 10, 0), resnet8(4, 8, 10, 0)
    ran(
        found, PHASE._replace(updates=3), sizes, optimizer=lambda model, rate: torch.optim.SGD(model.parameters(), rate)
    )
    train, _ = samples()
    for places in batches(30, 10, 3, np.random.default_rng(0)):
        inputs, labels = train.at(PHASE.train[places])
        told = wanted(inputs)
        loss = -told.log_softmax(dim=1)[torch.arange(10), labels].mean()
        gradients = torch.autograd.grad(loss, list(wanted.parameters()))
        with torch.no_grad():
            for one, gradient in zip(wanted.parameters(), gradients, strict=True):
                one -= 0.1 * gradient
    for one, other in zip(found.parameters(), wanted.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


def test_the_order_alone_decides_what_is_learned() -> None:
    torch = available("torch")
    torch.manual_seed(0)
    models = [resnet8(4, 8, 10, 0) for _ in range(3)]
    for model, seed in zip(models, (0, 0, 1), strict=True):
        ran(model, seed=seed)
        torch.rand(7)  # its own generator plays no part
    same, other = (torch.equal(models[0].conv1.weight, one.conv1.weight) for one in models[1:])
    assert same
    assert not other


@pytest.mark.parametrize("cosine", [False, True])
def test_the_rate_follows_its_schedule_in_every_group(cosine: bool) -> None:
    torch = available("torch")
    seen: list[list[float]] = []
    made: list[Any] = []

    def two(model: Any, rate: float) -> Any:
        head = list(model.head.parameters())
        rest = [one for name, one in model.named_parameters() if not name.startswith("head")]
        made.append(torch.optim.SGD([{"params": rest}, {"params": head, "lr": 10 * rate}], lr=rate))
        return made[-1]

    sizes = replace(TINY, warmup=0.25, cosine=cosine, rate=0.01)
    ran(resnet8(4, 8, 10, 0), sizes=sizes, optimizer=two,
        watch=lambda _: seen.append([group["lr"] for group in made[0].param_groups]))  # fmt: skip
    assert len(made) == 1
    wanted = [factor(update, 12, 0.25, cosine=cosine) for update in range(12)]
    assert [one[0] for one in seen] == pytest.approx([0.01 * one for one in wanted])
    assert [one[1] for one in seen] == pytest.approx([0.1 * one for one in wanted])


def test_adam_at_the_rate_is_what_it_uses_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = available("torch")
    made: list[Any] = []
    real = torch.optim.Adam
    monkeypatch.setattr(torch.optim, "Adam", lambda *args, **more: made.append(more) or real(*args, **more))
    ran(resnet8(4, 8, 10, 0), sizes=replace(TINY, rate=0.125))
    assert made == [{"lr": 0.125}]


@pytest.mark.parametrize(("clip", "bound"), [(0.5, 0.5), (1e-3, 1e-3), (0.0, np.inf)])
def test_gradients_are_clipped_over_all_parameters(clip: float, bound: float) -> None:
    torch = available("torch")
    norms: list[float] = []
    model = resnet8(4, 8, 10, 0)

    def look(_: int) -> None:
        norms.append(float(torch.stack([one.grad.norm() for one in model.parameters()]).norm()))

    ran(model, sizes=replace(TINY, clip=clip), watch=look)
    assert len(norms) == 12
    assert max(norms) <= bound * (1 + 1e-5)
    assert clip == 0 or max(norms) > 0.9 * bound
    assert clip or max(norms) > 0.5


def test_a_penalty_is_added_to_the_loss() -> None:
    torch = available("torch")
    model = resnet8(4, 8, 10, 0)
    initial = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    strong = ARMS["l2-init"].penalty
    assert strong is not None
    ran(model, sizes=replace(TINY, clip=0.0), penalty=lambda one: 1e5 * strong(one, initial))
    free = resnet8(4, 8, 10, 0)
    ran(free, sizes=replace(TINY, clip=0.0))
    with torch.no_grad():
        assert strong(model, initial) < 0.5 * strong(free, initial)


@pytest.mark.parametrize("fails", [False, True])
def test_a_companion_goes_along_and_is_always_let_go(fails: bool) -> None:
    torch = available("torch")
    told: list[str] = []

    class Along:
        def __init__(self, model: Any, optimizer: Any) -> None:
            fresh = isinstance(optimizer, torch.optim.Adam) and not optimizer.state
            told.append("made" if fresh and model.head is not None else "late")

        def updated(self) -> None:
            told.append("updated")
            if fails:
                raise KeyboardInterrupt

        def close(self) -> None:
            told.append("closed")

    def watch(_: int) -> None:
        told.append("watched")

    if fails:
        with pytest.raises(KeyboardInterrupt):
            ran(resnet8(4, 8, 10, 0), companion=Along, watch=watch)
        assert told == ["made", "updated", "closed"]
    else:
        ran(resnet8(4, 8, 10, 0), companion=Along, watch=watch)
        assert told == ["made", *["updated", "watched"] * 12, "closed"]


def test_a_network_that_diverged_has_no_number() -> None:
    available("torch")
    model = resnet8(4, 8, 10, 0)
    model.head[-1].bias.data[:] = float("nan")
    assert ran(model)[-1][1] is None
