"""Running statistics behind a convolution that was reinitialised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.states.batchnorm import stale
from fire_ref.conformance.states.networks import networks

from .small import network


def found(before: dict[str, Any], after: dict[str, Any], changed: list[str]) -> dict[str, str]:
    both = networks("f", before, after, "resnet", None, None)
    return {one.tensor: one.evidence for one in stale(both, changed)}


def test_each_batchnorm_is_told_with_the_convolution_before_it() -> None:
    before = network("resnet")
    after, done = fire_ref.reinitialize(before, "resnet")
    notes = found(before, after, list(done.changed))
    assert list(notes) == ["bn1.running_mean", "layer1.0.bn1.running_mean", "layer1.0.downsample.1.running_mean"]
    assert [text.split("'")[1] for text in notes.values()] == [
        "conv1.weight",
        "layer1.0.conv1.weight",
        "layer1.0.downsample.0.weight",
    ]


def test_what_did_not_change_or_was_begun_anew_is_not() -> None:
    before = network("resnet")
    assert found(before, dict(before), []) == {}
    assert found(before, dict(before), ["fc.weight"]) == {}
    assert list(found(before, dict(before), ["conv1.weight"])) == ["bn1.running_mean", "layer1.0.bn1.running_mean"]
    reset = before | {"bn1.running_mean": np.zeros(16, np.float32)}
    assert list(found(before, reset, ["layer1.0.conv1.weight"])) == ["layer1.0.bn1.running_mean"]


@pytest.mark.parametrize(
    ("convs", "norms"),
    [
        (["res2a_branch2a.kernel", "res2a_branch2b.kernel"], ["bn2a_branch2a", "bn2a_branch2b"]),
        (["features.0.weight", "features.3.weight"], ["features.1", "features.4"]),
        (["layer.0.conv1.weight", "layer.0.conv2.weight"], ["layer.0.bn1", "layer.0.bn2"]),
    ],
)
def test_names_of_several_libraries(convs: list[str], norms: list[str]) -> None:
    before: dict[str, Any] = {
        name: np.random.default_rng(i).standard_normal((8, 8, 3, 3)) for i, name in enumerate(convs)
    }
    before |= {f"{name}.moving_mean": np.ones(8) for name in norms}
    notes = found(before, before, convs)
    assert {tensor: text.split("'")[1] for tensor, text in notes.items()} == {
        f"{name}.moving_mean": conv for name, conv in zip(norms, convs, strict=True)
    }
