"""An example that needs an optional library is skipped where it is absent, and fails where it must be present."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ..examples import OPTIONAL, needed
from .paths import ROOT

#: One example that needs torch, and a file without tests whose folder brings tests/conftest.py.
EXAMPLE = ("fire_ref/models/optimizers.py", "tests/house/paths.py")


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        ("import torch\n", ["torch"]),
        ("from jax import numpy\n", ["jax"]),
        ("import torch.nn as nn\n", ["torch"]),
        ("import numpy as np\n", []),
        ("import torchvision\n", []),
        ("print('import torch')\n", []),
    ],
)
def test_what_an_example_imports_is_read_from_its_text(source: str, packages: list[str]) -> None:
    assert needed(source) == packages


@pytest.mark.parametrize(
    ("required", "said"), [("", "1 skipped"), ("torch", "torch is required here"), ("jax", "1 sk")]
)
def test_an_absent_library_skips_or_fails_its_example(tmp_path: Path, required: str, said: str) -> None:
    """A broken torch stands before the real one, if there is one."""
    for package in OPTIONAL:
        (tmp_path / f"{package}.py").write_text("raise ImportError('absent')", encoding="utf-8")
    here = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "FIRE_REF_REQUIRE": required}
    command = [sys.executable, "-m", "pytest", *EXAMPLE]
    done = subprocess.run(command, cwd=ROOT, env=here, capture_output=True, text=True, check=False)
    assert said in done.stdout
    assert done.returncode == (1 if required == "torch" else 0)
