"""Data sets by name: from a folder, or from a package where there is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from figures.experiments.refusing import UnusableError
from figures.experiments.vision import cifar_package
from figures.experiments.vision.loading import load

from .faked import cifar, pictures, tiny_imagenet


def test_a_folder_is_read_as_what_was_asked_for(tmp_path: Path) -> None:
    for dataset in ("cifar10", "cifar100"):
        assert len(load(dataset, 16, cifar(tmp_path, dataset, 2)).test) == 2
    assert load("tiny-imagenet", 32, tiny_imagenet(tmp_path, 3)).train.shape == (3, 3, 32, 32)
    assert load("cifar100", 16, tmp_path).classes == 100


def test_cifar10_comes_from_its_package_where_no_folder_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, str]] = []
    monkeypatch.setattr(cifar_package, "load", lambda side, advice: asked.append((side, advice)) or pictures())
    np.testing.assert_array_equal(load("cifar10", 8).train, pictures().train)
    ((side, advice),) = asked
    assert side == 8
    assert advice.startswith("give --data with a folder that holds cifar-10-batches-bin/")


@pytest.mark.parametrize(("dataset", "inner"), [("cifar100", "cifar-100-binary"), ("tiny-imagenet", "val/images")])
def test_the_others_must_be_given(dataset: str, inner: str) -> None:
    with pytest.raises(UnusableError, match=f"{dataset}: --data must be given: .*; got none.*{inner}") as told:
        load(dataset, 32)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("dataset", ["cifar10", "cifar100", "tiny-imagenet"])
def test_a_folder_that_is_not_there_is_one_line(dataset: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match=f"{dataset}: --data must be a folder; got .*nowhere"):
        load(dataset, 16, tmp_path / "nowhere")
