"""What is tried on what: the training scripts' own split, and everything before training."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from figures import evaluation, storyteller
from figures.evaluation import Subject, subject
from figures.fresh import start
from figures.layers import network
from figures.networks import digits_mlp, training
from figures.tokenizer import FIRST
from fire_ref import MissingExtraError
from fire_ref.weights import digits_conv
from fire_ref.weights import digits_mlp as weights_of_mlp

from ..backends import available
from .test_storyteller import LETTERS, content


@pytest.fixture(params=["digits-mlp", "digits-conv"])
def name(request: pytest.FixtureRequest) -> str:
    available("sklearn")
    return str(request.param)


def opened(name: str) -> Subject:
    found = subject(name)
    assert found is not None
    return found


def test_the_shipped_networks_are_tried_on_the_images_they_were_not_trained_on(name: str) -> None:
    trial = opened(name).trials["test images"]
    loss, right = trial.tried(opened(name).state)
    shipped = evaluation.fresh.SHIPPED[name]
    assert right == training.accuracy(shipped, dict(opened(name).state))
    images, labels = training.digits()
    np.testing.assert_array_equal(trial.targets, labels[1437:])

    def mean_loss(part: slice) -> float:
        wide = {key: value.astype(np.float64) for key, value in opened(name).state.items()}
        logits = shipped.logits(wide, images[part])
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        return float(-np.log(shares[np.arange(len(logits)), labels[part]]).mean())

    assert loss == pytest.approx(mean_loss(slice(1437, None)))
    # Mutant: images of the training set, on which it is better.
    assert mean_loss(slice(0, 360)) < 0.5 * loss
    assert loss < 0.2 * trial.unigram
    assert trial.unigram < trial.uniform == pytest.approx(np.log(10))


def test_the_state_is_all_of_it(name: str) -> None:
    whole = {"digits-mlp": weights_of_mlp, "digits-conv": digits_conv}[name]()
    found = opened(name)
    assert set(found.state) == set(whole) == set(found.begun(0))
    assert set(network(name)) < set(whole)


def test_what_it_began_with_is_what_training_began_with(name: str) -> None:
    begun = opened(name).begun(0)
    for key, W in start(name).state.items():
        np.testing.assert_array_equal(begun[key], W)
    assert all((value == 0).all() for key, value in begun.items() if "bias" in key)
    key = next(iter(network(name)))
    assert not np.array_equal(opened(name).begun(1)[key], begun[key])


def test_a_constant_network_pays_what_all_answers_alike_pay(name: str) -> None:
    nothing = {key: 0 * value for key, value in opened(name).state.items()}
    trial = opened(name).trials["test images"]
    assert trial.tried(nothing)[0] == pytest.approx(trial.uniform)


def test_stories_are_tried_on_both_texts(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    file, book = content(rng), f"{storyteller.OPENING} {'of sitting by her sister ' * 9}".encode()
    monkeypatch.setattr(storyteller, "contents", lambda name, _: file if name == "stories15m" else book)
    monkeypatch.setattr(storyteller, "WINDOWS", 2)
    monkeypatch.setattr(storyteller, "TIME", 12)
    monkeypatch.setattr(evaluation.fresh, "network", lambda _: {"layers.0.mlp.up_proj.weight": np.empty((12, 8))})
    storyteller.storyteller.cache_clear()
    evaluation._stories.cache_clear()
    try:
        found = opened("stories15m")
        assert list(found.trials) == ["its own text", "Alice"]
        for trial in found.trials.values():
            loss, right = trial.tried(found.state)
            assert np.isfinite(loss)
            assert right is None
            assert trial.targets.shape == (24,)
            assert trial.uniform == pytest.approx(np.log(FIRST + len(LETTERS)))
        assert "substituted data" in found.trials["its own text"].about
        begun = found.begun(0)
        assert set(begun) == set(found.state)
        assert all(begun[key].shape == W.shape for key, W in found.state.items())
        assert (begun["norm.weight"] == 1).all()
        assert begun["embed_tokens.weight"].std() == pytest.approx(0.02, rel=0.1)
        up = start("stories15m").state["layers.0.mlp.up_proj.weight"]
        np.testing.assert_array_equal(begun["layers.0.mlp.up_proj.weight"], up)
    finally:
        storyteller.storyteller.cache_clear()
        evaluation._stories.cache_clear()


def test_what_has_no_way_forwards_is_nothing() -> None:
    assert subject("minilm") is None
    assert subject("resnet50") is None


def test_without_scikit_learn_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtraError, match="scikit-learn"):
        subject("digits-mlp")


def test_the_split_is_the_training_scripts() -> None:
    assert training.TEST == 360
    assert digits_mlp.NETWORK is evaluation.fresh.SHIPPED["digits-mlp"]
