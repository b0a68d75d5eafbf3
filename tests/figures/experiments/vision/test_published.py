"""The published configurations: their numbers, and that each of them runs, in full width, on few images."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fire_ref
from figures.experiments.tasks import stream
from figures.experiments.vision.loading import load
from figures.experiments.vision.networks import NETWORKS
from figures.experiments.vision.phases import PHASES
from figures.experiments.vision.pictures import standard
from figures.experiments.vision.published import PUBLISHED
from figures.experiments.vision.sample import sample
from figures.experiments.vision.training import trained

from ....backends import available
from .faked import cifar, tiny_imagenet

#: Updates of every configuration that are made here, over all its chunks.
UPDATES = 20


def test_they_are_the_papers() -> None:
    assert set(PUBLISHED) == {
        *(f"{how}.{what}" for how in ("warm", "continual") for what in
          ("cifar10-resnet18", "cifar100-vit-tiny", "tiny-imagenet-vgg16")),
        "classes.cifar100-vit-tiny", "classes.tiny-imagenet-vgg16",
    }  # fmt: skip
    chunks = {"warm": 2, "continual": 10, "classes": 20}
    for name, sizes in PUBLISHED.items():
        how, what = name.split(".")
        assert what == f"{sizes.dataset}-{sizes.network}"
        assert (sizes.protocol, sizes.tasks) == (how, chunks[how])
        assert (sizes.batch, sizes.rate, sizes.clip, sizes.warmup, sizes.cosine) == (256, 1e-3, 0.5, 0.1, False)
        assert (sizes.epochs, sizes.first, sizes.points, sizes.tested) == (100, 0.1, 100, 10000)
        tiny = sizes.dataset == "tiny-imagenet"
        assert (sizes.side, sizes.images) == ((64, 100000) if tiny else (32, 50000))
        assert sizes.width == (192 if sizes.network == "vit-tiny" else 64)
    assert PUBLISHED["warm.cifar10-resnet18"].updates == 100 * 50000 // 256


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    available("PIL")
    where = tmp_path_factory.mktemp("data")
    cifar(where, "cifar10", 8)
    cifar(where, "cifar100", 100)
    return tiny_imagenet(where, 40)


@pytest.mark.parametrize("name", PUBLISHED)
def test_it_runs(name: str, data: Path) -> None:
    # Everything but the number of images as published; so few that a batch holds two of them. The full widths
    # of ResNet-18 and VGG-16 take FIRE some seconds: once each.
    available("torch")
    sizes = replace(PUBLISHED[name], images=40, batch=2, epochs=1, points=1, tested=2)
    pictures = load(sizes.dataset, sizes.side, data)
    kind = NETWORKS[sizes.network]
    model = kind.make(sizes.width, sizes.side, pictures.classes, 0)
    measured = standard(pictures.train)
    train = sample(pictures.train, pictures.labels, measured, "cpu")
    test = sample(pictures.test, pictures.test_labels, measured, "cpu")
    left = UPDATES
    for task in (0, sizes.tasks - 1):
        phase = PHASES[sizes.protocol](pictures, sizes, 0, task)
        phase = phase._replace(updates=UPDATES // 4 if task == 0 else left)
        left -= phase.updates
        curve = trained(model, train, test, phase, sizes, order=stream(0, "order", task))
        assert [point[0] for point in curve] == [phase.updates]
        assert None not in curve[0]
        if task == 0 and sizes.protocol == "warm":
            state, report = fire_ref.reinitialize(model, kind.recipe)
            assert report.changed
            model.load_state_dict(state)
    assert left == 0
    assert all(np.isfinite(tensor.numpy()).all() for tensor in model.state_dict().values())
