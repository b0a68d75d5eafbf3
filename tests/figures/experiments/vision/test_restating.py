"""Statistics estimated anew are those of the data, and the network's own come back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures.experiments.vision.evaluating import judged
from figures.experiments.vision.resnet import resnet8
from figures.experiments.vision.restating import restated
from figures.experiments.vision.vit import vit_tiny

from ....backends import available
from .faked import samples


@pytest.fixture
def model() -> Any:
    torch = available("torch")
    made = resnet8(4, 8, 10, 0)
    shown, _ = samples()
    made(shown.at(slice(None))[0])
    with torch.no_grad():
        for one in made.parameters():
            one *= 1.5  # what the statistics were made for is gone
    return made


def state(model: Any) -> dict[str, Any]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def test_they_are_the_mean_and_variance_of_the_data(model: Any) -> None:
    torch = available("torch")
    shown, _ = samples()
    with restated(model, shown), torch.no_grad():
        first = model.conv1(shown.at(slice(None))[0]).double()
        np.testing.assert_allclose(model.bn1.running_mean, first.mean(dim=(0, 2, 3)), atol=1e-5)
        np.testing.assert_allclose(model.bn1.running_var, first.var(dim=(0, 2, 3)), rtol=1e-4)
        # In one batch: what it says at rest is what it says while it trains. There the variance is divided by the
        # number of pixels, at rest by one less: of the smallest map, 2 x 2 in sixty images, one in 240, six times.
        inputs = shown.at(slice(None))[0]
        rested, trained = model.eval()(inputs), model.train()(inputs)
        assert (rested - trained).abs().max() < 6 / 240 * trained.abs().max()


def test_batches_count_alike_and_later_ones_not_more(model: Any) -> None:
    torch = available("torch")
    shown, _ = samples(40, 10)
    with torch.no_grad():
        parts = [model.conv1(inputs).mean(dim=(0, 2, 3)) for inputs, _ in shown.parts(10)]
    with restated(model, shown, batch=10):
        assert torch.allclose(model.bn1.running_mean, torch.stack(parts).mean(dim=0), atol=1e-6)


@pytest.mark.parametrize("keep", [False, True])
def test_the_networks_own_come_back_unless_they_are_not_wanted(model: Any, keep: bool) -> None:
    torch = available("torch")
    shown, _ = samples()
    before, modes = state(model), [part.training for part in model.modules()]
    momentum = model.bn1.momentum
    with restated(model, shown, keep=keep):
        inside, told = state(model), judged(model, shown)
        assert not torch.equal(inside["bn1.running_mean"], before["bn1.running_mean"])
    after = state(model)
    wanted = inside if keep else before
    assert all(torch.equal(after[name], wanted[name]) for name in after)
    assert model.bn1.momentum == momentum is not None
    assert [part.training for part in model.modules()] == modes
    assert (judged(model, shown) == told) is keep


def test_they_come_back_from_an_interruption(model: Any) -> None:
    torch = available("torch")
    before = state(model)
    with pytest.raises(KeyboardInterrupt), restated(model, samples()[0]):
        raise KeyboardInterrupt
    assert all(torch.equal(tensor, before[name]) for name, tensor in state(model).items())


def test_without_batchnorm_nothing_is_done() -> None:
    available("torch")
    model, calls = vit_tiny(64, 8, 10, 0), []
    model.register_forward_hook(lambda *_: calls.append(1))
    with restated(model, samples()[0]):
        assert not calls
