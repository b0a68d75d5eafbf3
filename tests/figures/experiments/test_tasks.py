"""The tasks: the same for every arm, new each time, and what is tested is what was learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figures.experiments.arms.catalogue import ARMS
from figures.experiments.mnist import load
from figures.experiments.tasks import PANELS, STREAMS, stream

from .faked import configuration, folder


@pytest.mark.parametrize("panel", PANELS)
def test_every_arm_sees_the_same_and_every_seed_another(panel: str, tmp_path: Path) -> None:
    images = load(folder(tmp_path))
    for task in (0, 2):
        seen = [PANELS[panel](images, configuration(arm), task) for arm in ARMS]
        for one in seen[1:]:
            np.testing.assert_array_equal(one.inputs, seen[0].inputs)
            np.testing.assert_array_equal(one.labels, seen[0].labels)
        other = PANELS[panel](images, configuration(seed=1), task)
        assert not np.array_equal(other.inputs, seen[0].inputs)


def test_random_labels_are_new_and_uniform_and_the_images_stay(tmp_path: Path) -> None:
    images = load(folder(tmp_path, images=3000))
    tasks = [PANELS["random-labels"](images, configuration(images=3000), task) for task in (0, 1)]
    np.testing.assert_array_equal(tasks[0].inputs, tasks[1].inputs)
    assert tasks[0].test is None
    for task in tasks:
        counts = np.bincount(task.labels, minlength=10)
        # Chi squared with 9 degrees of freedom: less than 34 but once in ten thousand.
        assert np.sum((counts - 300) ** 2 / 300) < 34
    # Independent: they agree as often as chance has it, five deviations to either side.
    assert abs(np.mean(tasks[0].labels == tasks[1].labels) - 0.1) < 5 * (0.09 / 3000) ** 0.5


def test_permuted_inputs_move_the_pixels_of_training_and_test_alike(tmp_path: Path) -> None:
    images = load(folder(tmp_path))
    plain = configuration(panel="permuted-inputs")
    one, other = (PANELS["permuted-inputs"](images, plain, task) for task in (0, 1))
    chosen = stream(0, "images").permutation(60)[:40]
    order = stream(0, "task", 1).permutation(36)
    np.testing.assert_array_equal(other.inputs, images.train[chosen][:, order])
    np.testing.assert_array_equal(other.labels, images.labels[chosen])
    assert other.test is not None
    np.testing.assert_array_equal(other.test[0], images.test[:, order])
    np.testing.assert_array_equal(other.test[1], images.test_labels)
    assert not np.array_equal(one.inputs, other.inputs)
    np.testing.assert_array_equal(np.sort(one.inputs, axis=1), np.sort(other.inputs, axis=1))


def test_streams_are_apart() -> None:
    drawn = [stream(seed, purpose, task).random() for seed in (0, 1) for purpose in STREAMS for task in (0, 1)]
    assert len(set(drawn)) == len(drawn)
    assert stream(1, "order", 2).random() == stream(1, "order", 2).random()
