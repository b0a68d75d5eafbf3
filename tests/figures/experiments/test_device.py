"""A device that is not there is one line."""

from __future__ import annotations

import sys

import pytest

from figures.experiments.device import trains_on
from figures.experiments.refusing import UnusableError

from ...backends import available


def test_the_host_needs_no_torch() -> None:
    assert trains_on("cpu") == "cpu"


def test_no_gpu_and_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = available("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UnusableError, match="--device cuda must be one that PyTorch finds; got none with torch 2"):
        trains_on("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert trains_on("cuda") == "cuda"


def test_no_torch_is_one_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(UnusableError, match=r"got no PyTorch\. Try --device cpu"):
        trains_on("cuda")
