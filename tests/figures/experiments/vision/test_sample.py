"""Images on a device: standardised when asked for, in parts that leave nothing out."""

from __future__ import annotations

import numpy as np
import pytest

from figures.experiments.vision.pictures import Standard, standard
from figures.experiments.vision.sample import sample

from ....backends import available
from .faked import noise, samples


def test_what_is_asked_for_is_standardised() -> None:
    torch = available("torch")
    images, labels = noise(30, 6, 10)
    shown = sample(images, labels, standard(images), "cpu")
    inputs, told = shown.at(slice(None))
    assert (inputs.dtype, told.dtype) == (torch.float32, torch.int64)
    # Means of 1080 numbers of size one in float32.
    assert inputs.mean(dim=(0, 2, 3)).abs().max() < 1e-5
    assert inputs.std(dim=(0, 2, 3), correction=0).numpy() == pytest.approx(np.ones(3), abs=1e-5)
    assert inputs.is_contiguous(memory_format=torch.channels_last)
    assert told.tolist() == labels.tolist()


def test_the_measure_is_that_of_the_training_set() -> None:
    available("torch")
    images, labels = noise(4, 2, 2)
    inputs, _ = sample(images, labels, Standard((10.0, 20.0, 30.0), (2.0, 4.0, 8.0)), "cpu").at(np.array([3, 1]))
    for channel, (mean, deviation) in enumerate(((10, 2), (20, 4), (30, 8))):
        wanted = (images[[3, 1], channel].astype(np.float32) - mean) / deviation
        np.testing.assert_allclose(inputs[:, channel].numpy(), wanted, rtol=1e-6)


def test_parts_are_all_images_in_order_and_of_almost_one_size() -> None:
    torch = available("torch")
    shown, _ = samples(23, 10)
    for most, sizes in ((10, [7, 8, 8]), (23, [23]), (99, [23]), (1, [1] * 23)):
        parts = list(shown.parts(most))
        assert [len(inputs) for inputs, _ in parts] == sizes
        assert torch.equal(torch.cat([inputs for inputs, _ in parts]), shown.at(slice(None))[0])
        assert torch.equal(torch.cat([labels for _, labels in parts]), shown.labels)


def test_some_of_them_keep_their_labels_and_standard() -> None:
    torch = available("torch")
    shown, _ = samples(20, 10)
    few = shown.some(np.array([7, 2]))
    assert len(few) == 2
    assert torch.equal(few.at(slice(None))[0], shown.at(np.array([7, 2]))[0])
    assert few.labels.tolist() == [7, 2]
