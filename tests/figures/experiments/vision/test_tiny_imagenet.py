"""Tiny ImageNet's folder: which image is of which class, and one line for anything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figures.experiments.refusing import UnusableError
from figures.experiments.vision.tiny_imagenet import load

from ....backends import available
from .faked import jpeg, tiny_imagenet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    available("PIL")
    return tiny_imagenet(tmp_path, 5, each=2)


def test_images_are_of_their_class(folder: Path) -> None:
    found = load(folder, 64)
    assert (found.train.shape, found.test.shape, found.classes) == ((10, 3, 64, 64), (5, 3, 64, 64), 5)
    assert found.labels.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    # A class is a shade of grey, the same in training and in test; JPEG keeps it to a byte.
    for images, labels in ((found.train, found.labels), (found.test, found.test_labels)):
        shades = images.astype(int) - (labels * 51)[:, None, None, None]
        assert abs(shades).max() <= 1
    assert (found.labels.dtype, found.train.dtype) == (np.int64, np.uint8)


def test_an_image_is_not_turned_and_keeps_its_colours(folder: Path) -> None:
    image = sorted((folder / "tiny-imagenet-200" / "train").rglob("*.JPEG"))[-2]
    shown = np.zeros((64, 64, 3), np.uint8)
    shown[:32, :32, 0] = shown[:, 32:, 2] = 240
    image.write_bytes(jpeg(shown))
    found = load(folder, 2).train[0]
    assert found.tolist() == pytest.approx(
        np.array([[[240, 0], [0, 0]], [[0, 0], [0, 0]], [[0, 240], [0, 240]]]), abs=4
    )


def test_the_annotations_say_what_is_tested(folder: Path) -> None:
    path = folder / "tiny-imagenet-200" / "val" / "val_annotations.txt"
    path.write_text("".join(line + "\n" for line in path.read_text().splitlines()[::-1]))
    found = load(folder, 64)
    assert found.test_labels.tolist() == [4, 3, 2, 1, 0]
    assert abs(found.test[0].astype(int) - 204).max() <= 1


def test_the_folder_may_be_the_inner_one_and_images_smaller(folder: Path) -> None:
    found = load(folder / "tiny-imagenet-200", 8)
    assert found.train.shape == (10, 3, 8, 8)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("wnids.txt", "got no wnids.txt in"),
        ("val/val_annotations.txt", "got no val_annotations.txt in"),
        ("val/images/val_3.JPEG", "got no val_3.JPEG in"),
        ("train/n00000002/images/*", r"got no train/n00000002/images/\*.JPEG in"),
    ],
)
def test_what_is_missing_is_named_with_the_way_out(change: str, told: str, folder: Path) -> None:
    for path in (folder / "tiny-imagenet-200").glob(change):
        path.unlink()
    with pytest.raises(
        UnusableError, match=f"tiny-imagenet: --data must .*{told}.*Try --data with a folder"
    ) as refused:
        load(folder, 64)
    assert "\n" not in str(refused.value)


def test_what_is_something_else_is_one_line(folder: Path) -> None:
    inner = folder / "tiny-imagenet-200"
    image = sorted((inner / "train" / "n00000001" / "images").iterdir())[0]
    right = image.read_bytes()
    for path, content, told in (
        (image, b"<html>", f"{image.name} must be a readable JPEG; got no readable picture"),
        (image, right[: len(right) // 2], f"{image.name} must be a readable JPEG"),
        (image, jpeg(np.zeros((32, 64, 3), np.uint8)), f"{image.name} must be of 64 x 64 pixels; got 64 x 32"),
        (image, jpeg(np.zeros((64, 32, 3), np.uint8)), f"{image.name} must be of 64 x 64 pixels; got 32 x 64"),
        (inner / "wnids.txt", b"\n", "wnids.txt must have a line for each entry"),
        (inner / "wnids.txt", b"\xff\xfe\xfa", "wnids.txt must be a readable text"),
        (inner / "val" / "val_annotations.txt", b"val_0.JPEG\tn9\n", r"val_annotations.txt must name .*n9"),
        (inner / "val" / "val_annotations.txt", b"val_0.JPEG\n", "val_annotations.txt must name an image and a class"),
    ):
        before = path.read_bytes()
        path.write_bytes(content)
        with pytest.raises(UnusableError, match=told) as refused:
            load(folder, 64)
        assert "\n" not in str(refused.value)
        path.write_bytes(before)
    load(folder, 64)
