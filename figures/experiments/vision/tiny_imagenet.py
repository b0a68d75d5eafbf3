"""Tiny ImageNet from a user's folder in its standard format: two hundred classes of JPEG files, 64 pixels a side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fire_ref.errors import sentence

from ..refusing import UnusableError
from .decoding import decoded
from .pictures import Bytes, Labels, Pictures, pooled

NAME, FOLDER, SIDE = "tiny-imagenet", "tiny-imagenet-200", 64
ADVICE = (
    f"--data with a folder that holds {FOLDER}/, with wnids.txt, train/<class>/images/*.JPEG, val/images/*.JPEG and"
    " val/val_annotations.txt"
)


def load(folder: Path, side: int) -> Pictures:
    """
    Return Tiny ImageNet; its validation set is the test set, as in the paper on FIRE.

    Parameters
    ----------
    folder : Path
        That holds the standard folder, or is it.
    side : int
        Of an image, at most 64.

    Returns
    -------
    Pictures

    Raises
    ------
    UnusableError
        A file is missing, or something else.
    """
    inner = folder / FOLDER
    where = inner if inner.is_dir() else folder
    names = _lines(where / "wnids.txt")
    number = {name: i for i, name in enumerate(names)}
    train: list[Path] = []
    labels: list[int] = []
    for name in names:
        found = sorted((where / "train" / name / "images").glob("*.JPEG"))
        if not found:
            got = f"no train/{name}/images/*.JPEG in {str(where)!r}"
            raise UnusableError(sentence(NAME, "--data", "hold images of every class in wnids.txt", got, ADVICE))
        train += found
        labels += [number[name]] * len(found)
    test, test_labels = _validation(where / "val", number)
    return Pictures(_images(train, side), _numbers(labels), _images(test, side), _numbers(test_labels), len(names))


# A line of the annotations: an image's name, its class, and the corners of a box, with tabs between.
def _validation(where: Path, number: dict[str, int]) -> tuple[list[Path], list[int]]:
    rows = [line.split("\t") for line in _lines(where / "val_annotations.txt")]
    for row in rows:
        if len(row) < 2 or row[1] not in number:
            rule, got = "name an image and a class of wnids.txt in each line", repr("\t".join(row))
            raise UnusableError(sentence(NAME, "val_annotations.txt", rule, got, ADVICE))
    return [where / "images" / row[0] for row in rows], [number[row[1]] for row in rows]


def _lines(path: Path) -> list[str]:
    try:
        found = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        got = f"no {path.name} in {str(path.parent)!r}"
        raise UnusableError(sentence(NAME, "--data", f"hold the files of {FOLDER}", got, ADVICE)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableError(sentence(NAME, path.name, "be a readable text", error, ADVICE)) from None
    lines = [line.strip() for line in found if line.strip()]
    if not lines:
        raise UnusableError(sentence(NAME, path.name, "have a line for each entry", "none", ADVICE))
    return lines


def _images(paths: Sequence[Path], side: int) -> Bytes:
    images = np.empty((len(paths), 3, side, side), np.uint8)
    for place, path in enumerate(paths):
        images[place] = pooled(_image(path).transpose(2, 0, 1), side)
    return images


def _image(path: Path) -> Bytes:
    try:
        found = decoded(path.read_bytes())
    except FileNotFoundError:
        got = f"no {path.name} in {str(path.parent)!r}"
        raise UnusableError(sentence(NAME, "--data", f"hold the files of {FOLDER}", got, ADVICE)) from None
    except (OSError, ValueError) as error:
        raise UnusableError(sentence(NAME, path.name, "be a readable JPEG", error, ADVICE)) from None
    if found.shape[:2] != (SIDE, SIDE):
        got = f"{found.shape[1]} x {found.shape[0]}"
        raise UnusableError(sentence(NAME, path.name, f"be of {SIDE} x {SIDE} pixels", got, ADVICE))
    return found


def _numbers(labels: Sequence[int]) -> Labels:
    return np.array(labels, np.int64)
