"""The shipped networks are the ones that the scripts train, and they are small."""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref import weights

from .backends import available

FOLDER = files("fire_ref.weights")
#: Network -> the SHA-256 of its file, the accuracy that it surely has.
RECORDED = {
    "digits_mlp": ("85bc6954a9af7674bea851a62b16249eba124caa5519f9706afe26d87bc7b794", 0.9),
    "digits_conv": ("83aad5316d07dce8ca629bae9059c5a84d3b95f50d6c7388f5f4d5dffcad645f", 0.95),
}
every_network = pytest.mark.parametrize("name", RECORDED)


def content(name: str) -> bytes:
    return FOLDER.joinpath(f"{name}.safetensors").read_bytes()


def state(name: str) -> weights.State:
    return getattr(weights, name)()


def metadata(name: str) -> dict[str, str]:
    found = content(name)
    return json.loads(found[8 : 8 + int.from_bytes(found[:8], "little")])["__metadata__"]


def network(name: str) -> Any:
    return importlib.import_module(f"figures.networks.{name}").NETWORK


def shapes(tensors: weights.State) -> dict[str, tuple[int, ...]]:
    return {name: value.shape for name, value in tensors.items()}


def loss(logits: np.ndarray[Any, Any], labels: np.ndarray[Any, Any]) -> float:
    """Mean cross-entropy, written apart from the scripts, which know its gradient only."""
    return float(np.mean(np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(labels)), labels]))


@every_network
def test_the_file_is_the_recorded_one(name: str) -> None:
    assert hashlib.sha256(content(name)).hexdigest() == RECORDED[name][0]


def test_the_files_are_small_and_all_recorded() -> None:
    sizes = {entry.name: len(entry.read_bytes()) for entry in FOLDER.iterdir() if entry.name.endswith(".safetensors")}
    assert set(sizes) == {f"{name}.safetensors" for name in RECORDED}
    assert max(sizes.values()) < 100_000
    assert sum(sizes.values()) < 300_000


@every_network
def test_the_tensors_are_finite_float32(name: str) -> None:
    for value in state(name).values():
        assert value.dtype == np.float32
        assert np.isfinite(value).all()


def test_shipped_holds_both_networks() -> None:
    everything = weights.shipped()
    assert len(everything) == 6 + 8
    for name in RECORDED:
        for tensor, value in state(name).items():
            np.testing.assert_array_equal(everything[f"{name}.{tensor}"], value)


@every_network
def test_the_file_says_how_accurate_the_network_is(name: str) -> None:
    available("sklearn")
    from figures.networks.training import accuracy

    score = accuracy(network(name), state(name))
    assert score > RECORDED[name][1]
    assert metadata(name)["test_accuracy"] == f"{score:.4f}"


def test_the_convolutional_file_names_what_decided_its_bits() -> None:
    assert set(metadata("digits_conv")) == {"network", "test_accuracy", "numpy", "blas", "processor"}
    assert all(metadata("digits_conv").values())


@every_network
def test_the_script_reaches_the_same_accuracy(name: str) -> None:
    """Bit for bit only on the recorded processor and versions; elsewhere to half a per cent (one image is 0.3 %)."""
    available("sklearn")
    from figures.networks.training import accuracy, train

    trained = train(network(name))
    assert shapes(trained) == shapes(state(name))
    assert all(value.dtype == np.float32 for value in trained.values())
    assert abs(accuracy(network(name), trained) - accuracy(network(name), state(name))) <= 0.005 + 1 / 360


@every_network
@pytest.mark.parametrize("seed", range(5))
def test_backpropagation_is_the_slope_of_the_loss(name: str, seed: int) -> None:
    """Central differences, tensor by tensor, each along a random direction that moves all its entries."""
    learner, rng = network(name), np.random.default_rng(seed)
    images, labels = rng.random((3, 64)), np.array([seed, 7, 7])
    # Random biases: zero ones put the pixels of an empty neighbourhood on the corner of ReLU.
    start = {key: value + rng.normal(0, 0.05, value.shape) for key, value in learner.initial(rng).items()}
    slopes = learner.gradient(start, images, labels)
    assert shapes(slopes) == shapes(start)
    for key, value in start.items():
        way = rng.standard_normal(value.shape)
        # So short a step that no pixel crosses that corner: one that does costs about 1e-3.
        ends = [loss(learner.logits(start | {key: value + h * way}, images), labels) for h in (1e-7, -1e-7)]
        assert (ends[0] - ends[1]) / 2e-7 == pytest.approx(float(np.sum(slopes[key] * way)), rel=1e-5, abs=1e-7), key


@every_network
def test_the_bytes_do_not_depend_on_the_order_of_the_metadata(name: str) -> None:
    """safetensors shuffles the metadata at every run; the scripts write them sorted, so checksums mean something."""
    from figures.networks.training import serialised

    told = metadata(name)
    for order in (sorted(told), sorted(told, reverse=True)):
        assert serialised(state(name), {key: told[key] for key in order}) == content(name)


@every_network
def test_the_script_writes_what_it_trained(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    available("sklearn")
    from figures.networks import training

    monkeypatch.setattr(training, "train", lambda learner: state(learner.name))
    monkeypatch.setattr(sys, "argv", ["script", "--out", str(tmp_path / "new.safetensors")])
    told = metadata(name)
    training.write(network(name), None, {key: told[key] for key in told if key not in ("network", "test_accuracy")})
    assert (tmp_path / "new.safetensors").read_bytes() == content(name)
    assert [path.name for path in tmp_path.iterdir()] == ["new.safetensors"]


def test_the_moved_images_moved_by_at_most_one_pixel(rng: np.random.Generator) -> None:
    from figures.networks.digits_conv import moved

    image = np.zeros((8, 8))
    image[3, 4] = 1
    places = {tuple(np.argwhere(one)[0]) for one in moved(rng, np.tile(image.ravel(), (200, 1)))}
    assert places == {(row, column) for row in (2, 3, 4) for column in (3, 4, 5)}
    image[:] = 1
    assert {int(one.sum()) for one in moved(rng, np.tile(image.ravel(), (200, 1)))} == {49, 56, 64}


def test_the_order_of_the_tensors_is_the_same_at_every_call() -> None:
    """safetensors alone shuffles them."""
    names = [list(weights.shipped()) for _ in range(5)]
    assert names == 5 * [names[0]]
    for network in (weights.digits_mlp, weights.digits_conv):
        assert list(network()) == sorted(network())
