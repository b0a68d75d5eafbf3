"""Loss and accuracy of a network at rest, whatever the size of the parts."""

from __future__ import annotations

from typing import Any

import pytest

from figures.experiments import network
from figures.experiments.vision.evaluating import features, judged, resting
from figures.experiments.vision.resnet import resnet8

from ....backends import available
from .faked import samples


@pytest.fixture
def model() -> Any:
    available("torch")
    made = resnet8(4, 8, 10, 0)
    shown, _ = samples()
    for _ in range(3):
        made(shown.at(slice(None))[0])  # statistics that are not those of the beginning
    return made


def test_it_is_the_mean_over_all_images(model: Any) -> None:
    shown, _ = samples(23, 10)
    model.eval()
    wanted = network.judged(model, *shown.at(slice(None)))
    model.train()
    for batch in (500, 10, 1):
        loss, accuracy = judged(model, shown, batch)
        # Sums of float32 losses of size one, in another order.
        assert loss == pytest.approx(wanted[0], rel=1e-5)
        assert accuracy == pytest.approx(wanted[1], rel=1e-12)


def test_statistics_stay_and_the_network_trains_on(model: Any) -> None:
    torch = available("torch")
    shown, _ = samples()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.train()
    model.blocks[1].eval()
    modes = [part.training for part in model.modules()]
    judged(model, shown)
    features(model, shown)
    assert [part.training for part in model.modules()] == modes
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    with resting(model):
        assert not any(part.training for part in model.modules())
        assert not torch.is_grad_enabled()
    with pytest.raises(KeyboardInterrupt), resting(model):
        raise KeyboardInterrupt
    assert [part.training for part in model.modules()] == modes
    assert torch.is_grad_enabled()


def test_features_are_what_the_last_layer_is_given(model: Any) -> None:
    torch = available("torch")
    shown, _ = samples(23, 10)
    H = features(model, shown, 7)
    assert (H.shape, H.dtype) == ((23, 16), torch.float64)
    with resting(model):
        assert torch.allclose(model.head(H.float()), model(shown.at(slice(None))[0]), atol=1e-5)
