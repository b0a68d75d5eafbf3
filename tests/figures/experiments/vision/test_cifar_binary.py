"""CIFAR's binary files: what is an image, which byte is the label, and one line for anything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figures.experiments.refusing import UnusableError
from figures.experiments.vision.cifar_binary import LAYOUTS, load

from .faked import cifar, noise

SETS = [("cifar10", 5, 10), ("cifar100", 1, 100)]


@pytest.mark.parametrize(("dataset", "files", "classes"), SETS)
def test_a_folder_is_read_in_order(dataset: str, files: int, classes: int, tmp_path: Path) -> None:
    found = load(dataset, cifar(tmp_path, dataset, 12), 32)
    assert (found.train.shape, found.test.shape) == ((12 * files, 3, 32, 32), (12, 3, 32, 32))
    assert found.classes == classes
    for seed in range(files):
        images, labels = noise(12, 32, classes, seed)
        np.testing.assert_array_equal(found.train[12 * seed : 12 * seed + 12], images)
        np.testing.assert_array_equal(found.labels[12 * seed : 12 * seed + 12], labels)
    np.testing.assert_array_equal(found.test, noise(12, 32, classes, files)[0])
    assert found.test_labels.dtype == np.int64
    assert found.test.base is None  # nothing of the files is held on to


def test_the_folder_may_be_the_inner_one_and_images_smaller(tmp_path: Path) -> None:
    whole = load("cifar10", cifar(tmp_path, "cifar10", 3), 32)
    small = load("cifar10", tmp_path / LAYOUTS["cifar10"].folder, 4)
    assert small.train.shape == (15, 3, 4, 4)
    assert small.train[7, 2, 1, 3] == np.floor(whole.train[7, 2, 8:16, 24:].astype(float).mean() + 0.5)


@pytest.mark.parametrize(("dataset", "_", "classes"), SETS)
def test_a_file_that_is_something_else_is_one_line(dataset: str, _: int, classes: int, tmp_path: Path) -> None:
    cifar(tmp_path, dataset, 3)
    layout = LAYOUTS[dataset]
    path = tmp_path / layout.folder / layout.train[-1]
    whole = path.read_bytes()
    wrong = bytearray(whole)
    wrong[layout.labels - 1] = classes
    for content, told in (
        (whole[:-1], "cut short, or something else"),
        (b"", "0 bytes"),
        (bytes(wrong), f"have labels below {classes}; got {classes}"),
    ):
        path.write_bytes(content)
        with pytest.raises(UnusableError, match=f"{dataset}: {path.name} must .*{told}") as refused:
            load(dataset, tmp_path, 32)
        assert "\n" not in str(refused.value)


def test_a_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    # The pickled version of the data set has a folder of another name: it is not opened.
    (tmp_path / "cifar-10-batches-py").mkdir()
    with pytest.raises(UnusableError) as told:
        load("cifar10", tmp_path, 32)
    assert "got no data_batch_1.bin in" in str(told.value)
    assert "--data with a folder that holds cifar-10-batches-bin/, with data_batch_1.bin, " in str(told.value)
    cifar(tmp_path, "cifar10", 1)
    (tmp_path / "cifar-10-batches-bin" / "test_batch.bin").unlink()
    with pytest.raises(UnusableError, match=r"got no test_batch\.bin in"):
        load("cifar10", tmp_path, 32)


def test_a_folder_in_place_of_a_file_is_one_line(tmp_path: Path) -> None:
    cifar(tmp_path, "cifar100", 1)
    path = tmp_path / "cifar-100-binary" / "train.bin"
    path.unlink()
    path.mkdir()
    with pytest.raises(UnusableError, match=r"cifar100: train\.bin must be readable"):
        load("cifar100", tmp_path, 32)
