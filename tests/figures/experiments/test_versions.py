"""What a line says of what made it."""

from __future__ import annotations

import numpy as np

import fire_ref
from figures.experiments import versions as module
from figures.experiments.versions import versions


def test_it_names_what_decides_the_numbers() -> None:
    found = versions()
    assert found["fire_ref"] == fire_ref.__version__
    assert found["numpy"] == np.__version__


def test_what_is_absent_is_left_out(monkeypatch: object) -> None:
    def absent(name: str) -> str:
        raise module.PackageNotFoundError(name)

    real, module.version = module.version, absent  # type: ignore[attr-defined, assignment]
    versions.cache_clear()
    try:
        assert set(versions()) == {"fire_ref", "python"}
    finally:
        module.version = real  # type: ignore[attr-defined]
        versions.cache_clear()
