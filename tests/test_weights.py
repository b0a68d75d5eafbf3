"""The shipped network is the one that the script trains, and it is small."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import numpy as np

from fire_ref.weights import digits_mlp

from .backends import available

FILE = files("fire_ref.weights").joinpath("digits_mlp.safetensors")


def test_the_file_is_the_recorded_one() -> None:
    content = FILE.read_bytes()
    assert len(content) < 100_000
    assert hashlib.sha256(content).hexdigest() == "85bc6954a9af7674bea851a62b16249eba124caa5519f9706afe26d87bc7b794"


def test_the_script_reaches_the_same_accuracy() -> None:
    """Bit for bit only on the recorded processor and versions; elsewhere to half a per cent (one image is 0.3 %)."""
    available("sklearn")
    from figures.networks.digits_mlp import accuracy, train

    shipped, trained = digits_mlp(), train()
    assert {name: value.shape for name, value in trained.items()} == {n: v.shape for n, v in shipped.items()}
    assert abs(accuracy(trained) - accuracy(shipped)) <= 0.005 + 1 / 360
    assert accuracy(shipped) > 0.9
    assert all(value.dtype == np.float32 for value in shipped.values())
