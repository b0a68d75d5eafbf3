"""What a line says of what made it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest

import fire_ref
from figures.experiments import versions as module
from figures.experiments.versions import versions


def test_it_names_what_decides_the_numbers() -> None:
    found = versions()
    assert found["fire_ref"] == fire_ref.__version__
    assert found["numpy"] == np.__version__


def test_what_is_absent_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "version", absent)
    # The function behind the cache: what others have asked before stays as it is.
    assert set(versions.__wrapped__()) == {"fire_ref", "python"}
