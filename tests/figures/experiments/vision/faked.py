"""The data sets' standard folders with very few images, and samples of noise to train on."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from figures.experiments.vision.cifar_binary import LAYOUTS, SIDE
from figures.experiments.vision.pictures import Pictures, standard
from figures.experiments.vision.sample import Sample, sample
from figures.experiments.vision.sizes import VisionSizes

from ....backends import available

#: What a test trains: seconds on any machine.
TINY = VisionSizes(side=8, images=40, width=4, epochs=2, batch=10, points=2)


def noise(count: int, side: int, classes: int, seed: int = 0) -> tuple[Any, Any]:
    """Draw images in which the mean of a channel tells the label, every class in turn."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    images = rng.integers(60, size=(count, 3, side, side)) + (labels * 190 // classes)[:, None, None, None]
    return images.astype(np.uint8), labels


def pictures(train: int = 60, test: int = 30, side: int = 8, classes: int = 10) -> Pictures:
    return Pictures(*noise(train, side, classes), *noise(test, side, classes, 1), classes)


def samples(*sizes: int, side: int = 8) -> tuple[Sample, Sample]:
    made = pictures(*sizes, side=side)
    measured = standard(made.train)
    return tuple(sample(*pair, measured, "cpu") for pair in (made[:2], made[2:4]))  # type: ignore[return-value]


def cifar(where: Path, dataset: str, each: int) -> Path:
    """Write so many images into every file of CIFAR's binary format."""
    layout = LAYOUTS[dataset]
    folder = where / layout.folder
    folder.mkdir(parents=True)
    for seed, name in enumerate((*layout.train, *layout.test)):
        images, labels = noise(each, SIDE, layout.classes, seed)
        # A coarse label first, where there is one: it is not what is learned.
        told = [np.full(each, 255), labels][-layout.labels :]
        records = np.concatenate([np.stack(told, axis=1), images.reshape(each, -1)], axis=1)
        (folder / name).write_bytes(records.astype(np.uint8).tobytes())
    return where


def jpeg(image: Any) -> bytes:
    available("PIL")
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(image).save(content, "JPEG", quality=95)
    return content.getvalue()


def tiny_imagenet(where: Path, classes: int, each: int = 1, side: int = 64) -> Path:
    """Write so many images of every class; a class is a shade of grey, and every other image is of one channel."""
    folder = where / "tiny-imagenet-200"
    names = [f"n{number:08}" for number in range(classes)][::-1]
    lines = []
    for number, name in enumerate(names):
        (folder / "train" / name / "images").mkdir(parents=True)
        (folder / "val" / "images").mkdir(parents=True, exist_ok=True)
        shade = np.full((side, side, 3), number * 255 // classes, np.uint8)
        for one in range(each):
            shown = shade[..., 0] if one % 2 else shade
            (folder / "train" / name / "images" / f"{name}_{one}.JPEG").write_bytes(jpeg(shown))
        (folder / "val" / "images" / f"val_{number}.JPEG").write_bytes(jpeg(shade))
        lines.append(f"val_{number}.JPEG\t{name}\t0\t0\t63\t63\n")
    (folder / "wnids.txt").write_text("".join(f"{name}\n" for name in names))
    (folder / "val" / "val_annotations.txt").write_text("".join(lines))
    return where
