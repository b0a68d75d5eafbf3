"""Looks: the mean loss of all predictions, and the data that a change is watched on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from figures.experiments.language.batches import even
from figures.experiments.language.looking import loss_on, precision, tensors, watched
from figures.experiments.language.parts import part
from figures.experiments.network import judged

from ....backends import available
from .tiny import WARM_TINY, corpora, network


@pytest.mark.parametrize("micro", [1, 3, 100])
def test_the_loss_is_the_mean_over_all_predictions_however_many_at_a_time(micro: int) -> None:
    torch = available("torch")
    model, text = network(far=0.1), corpora().second.held
    inputs, targets = tensors(even(text, 7, 8), "cpu")
    wanted = torch.nn.functional.cross_entropy(model(inputs), targets.flatten())
    found = loss_on(model, text, replace(WARM_TINY, held=7, micro=micro))
    assert found == pytest.approx(float(wanted.detach()), rel=1e-5)


def test_a_look_changes_nothing() -> None:
    torch = available("torch")
    model = network(far=0.1)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    loss_on(model, corpora().first.held, WARM_TINY)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(one.grad is None for one in model.parameters())


def test_a_watch_is_given_windows_of_the_old_text_that_were_trained_on() -> None:
    torch = available("torch")
    texts = corpora()
    assert watched(part(texts, WARM_TINY, 0, 0), WARM_TINY) is None
    found = watched(part(texts, WARM_TINY, 0, 1), WARM_TINY)
    assert found is not None
    inputs, targets = found
    assert (inputs.shape, targets.shape) == ((4, 8), (32,))
    whole = torch.from_numpy(texts.first.train[:400].astype("int64"))
    assert torch.equal(inputs[0], whole[:8])
    assert torch.equal(targets[-8:], whole[-8:])
    # As any classifier's: a row and a label for each prediction.
    model = network(far=0.1)
    loss, right = judged(model, inputs, targets)
    assert loss == pytest.approx(loss_on(model, texts.first.train[:400], WARM_TINY), rel=1e-5)
    assert right == float((model(inputs).argmax(1) == targets).double().mean())


def test_half_precision_is_used_where_it_is_asked_for() -> None:
    torch = available("torch")
    model = network(far=0.1)
    tokens = torch.zeros((1, 4), dtype=torch.int64)
    for half, dtype in ((False, torch.float32), (True, torch.bfloat16)):
        with precision(replace(WARM_TINY, half=half), "cpu"):
            assert model(tokens).dtype == dtype
