"""What may be asked for, and numbers as JSON takes them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from figures import settings
from figures.layers import NETWORKS
from figures.settings import WEIGHTS, Settings, device_there, plain, weights_named
from fire_ref import BackendError


def test_every_name_stands_for_known_networks() -> None:
    assert {network for group in WEIGHTS.values() for network in group} == set(NETWORKS)


def test_names_are_read_with_commas_and_all() -> None:
    assert weights_named("digits, minilm") == ("digits", "minilm")
    assert weights_named("all") == tuple(WEIGHTS)
    assert Settings(weights_named("all,digits")).networks == Settings(weights_named("all")).networks
    assert Settings(("minilm", "digits", "minilm")).networks == ("minilm", "digits-mlp", "digits-conv")


@pytest.mark.parametrize("given", ["", "gpt-5", "digits,,minilm"])
def test_unknown_weights_are_refused(given: str) -> None:
    with pytest.raises(ValueError, match="--weights must be of digits, minilm, stories15m, resnet50 or all"):
        weights_named(given)


def test_the_gpu_is_asked_for_through_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def none(name: str) -> None:
        asked.append(name)
        raise BackendError("no usable GPU")

    monkeypatch.setattr(settings, "backend", none)
    with pytest.raises(BackendError, match="no usable GPU"):
        Settings(device="cuda").to_device(np.ones(3))
    assert asked == ["cupy"]


def test_a_device_is_there_or_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(settings, "backend", asked.append)
    assert (device_there("cpu"), asked) == ("cpu", [])
    assert (device_there("cuda"), asked) == ("cuda", ["cupy"])


def test_plain_numbers_are_json() -> None:
    found = plain(np.array([[1.0, np.nan], [np.inf, -0.1]]))
    assert found == [[1.0, None], [None, -0.1]]
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert plain(np.arange(3)) == [0, 1, 2]
