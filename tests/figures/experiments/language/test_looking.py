"""Looks: the mean over all predictions, whatever is read at a time, and nothing changed by it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from figures.experiments import network as others
from figures.experiments.language import looking
from figures.experiments.language.batches import even
from figures.experiments.language.looking import features, judged, precision, tensors

from ....backends import available
from .tiny import WARM_TINY, corpora, network


@pytest.mark.parametrize("micro", [1, 3, 100])
def test_loss_and_accuracy_are_those_of_a_classifier_however_many_are_read_at_a_time(micro: int) -> None:
    available("torch")
    model, text = network(far=0.1), corpora().second.held
    inputs, targets = tensors(even(text, 7, 8), "cpu")
    wanted = others.judged(model, inputs, targets.flatten())
    assert judged(model, text, replace(WARM_TINY, held=7, micro=micro)) == pytest.approx(wanted, rel=1e-5)
    assert judged(model, text, replace(WARM_TINY, micro=micro), windows=7) == pytest.approx(wanted, rel=1e-5)


def test_features_are_what_the_head_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = available("torch")
    model, text = network(far=0.1), corpora().second.held
    given: list[Any] = []
    model.lm_head.register_forward_hook(lambda _layer, inputs, _told: given.append(inputs[0].detach()))
    model(tensors(even(text, 7, 8), "cpu")[0])
    for held in (7, 20):
        found = features(model, text, replace(WARM_TINY, held=held, micro=3))
        assert (found.dtype, found.shape) == (torch.float64, (8 * held, 16))
        if held == 7:
            torch.testing.assert_close(found.float(), given[0])
        monkeypatch.setattr(looking, "WATCHED", 20)
    assert len(features(model, text, replace(WARM_TINY, held=24))) == 8 * 20


def test_a_look_changes_nothing() -> None:
    torch = available("torch")
    model = network(far=0.1)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    judged(model, corpora().first.held, WARM_TINY)
    features(model, corpora().first.held, WARM_TINY)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(one.grad is None for one in model.parameters())


def test_half_precision_is_used_where_it_is_asked_for() -> None:
    torch = available("torch")
    model = network(far=0.1)
    tokens = torch.zeros((1, 4), dtype=torch.int64)
    for half, dtype in ((False, torch.float32), (True, torch.bfloat16)):
        with precision(replace(WARM_TINY, half=half), "cpu"):
            assert model(tokens).dtype == dtype
