"""CIFAR-10 and CIFAR-100 from a user's folder in the binary format: records of a label or two, and 3072 bytes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from fire_ref.errors import sentence

from ..refusing import UnusableError
from .pictures import Bytes, Labels, Pictures, pooled

SIDE = 32


class Layout(NamedTuple):
    """
    A data set's standard folder.

    Attributes
    ----------
    folder : str
        What its archive unpacks to.
    train : tuple of str
        Files of training records.
    test : tuple of str
        Files of test records.
    labels : int
        Bytes before the pixels; the last one is the label that is learned.
    classes : int
        How many kinds there are.
    """

    folder: str
    train: tuple[str, ...]
    test: tuple[str, ...]
    labels: int
    classes: int

    @property
    def advice(self) -> str:
        """What to give."""
        return f"--data with a folder that holds {self.folder}/, with {', '.join((*self.train, *self.test))}"


LAYOUTS = {
    "cifar10": Layout(
        "cifar-10-batches-bin", tuple(f"data_batch_{part}.bin" for part in range(1, 6)), ("test_batch.bin",), 1, 10
    ),
    "cifar100": Layout("cifar-100-binary", ("train.bin",), ("test.bin",), 2, 100),
}


def load(dataset: str, folder: Path, side: int) -> Pictures:
    """
    Return CIFAR-10 or CIFAR-100.

    Parameters
    ----------
    dataset : {"cifar10", "cifar100"}
        Which.
    folder : Path
        That holds the standard folder, or is it.
    side : int
        Of an image, at most 32.

    Returns
    -------
    Pictures

    Raises
    ------
    UnusableError
        A file is missing, cut short, or something else.
    """
    layout = LAYOUTS[dataset]
    inner = folder / layout.folder
    where = inner if inner.is_dir() else folder
    parts = [_read(dataset, where / name, side) for name in layout.train]
    test, test_labels = _read(dataset, where / layout.test[0], side)
    train, labels = (np.concatenate(both) for both in zip(*parts, strict=True))
    return Pictures(train, labels, test, test_labels, layout.classes)


def _read(dataset: str, path: Path, side: int) -> tuple[Bytes, Labels]:
    layout = LAYOUTS[dataset]
    try:
        content = np.fromfile(path, np.uint8)
    except FileNotFoundError:
        got = f"no {path.name} in {str(path.parent)!r}"
        raise UnusableError(
            sentence(dataset, "--data", f"hold the binary files of {layout.folder}", got, layout.advice)
        ) from None
    except OSError as error:
        raise UnusableError(sentence(dataset, path.name, "be readable", error, layout.advice)) from None
    record = layout.labels + 3 * SIDE * SIDE
    if not content.size or content.size % record:
        rule, got = f"hold whole records of {record} bytes", f"{content.size} bytes: cut short, or something else"
        raise UnusableError(sentence(dataset, path.name, rule, got, layout.advice))
    records = content.reshape(-1, record)
    labels = records[:, layout.labels - 1].astype(np.int64)
    if labels.max() >= layout.classes:
        got = f"{labels.max()}"
        raise UnusableError(sentence(dataset, path.name, f"have labels below {layout.classes}", got, layout.advice))
    return pooled(records[:, layout.labels :].reshape(-1, 3, SIDE, SIDE), side).copy(), labels
