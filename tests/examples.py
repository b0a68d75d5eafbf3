"""Examples in docstrings that need an optional library: skipped where it is absent, failed where it is required."""

from __future__ import annotations

import re

import pytest

from .backends import available

#: Libraries that fire_ref runs without.
OPTIONAL = ("torch", "jax", "flax", "cupy", "dask", "matplotlib")
_IMPORT = re.compile(rf"^(?:import|from) ({'|'.join(OPTIONAL)})\b", re.MULTILINE)


def needed(source: str) -> list[str]:
    """List the optional libraries that an example imports."""
    return _IMPORT.findall(source)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Ask for what the examples of a docstring import, as tests ask for their backends."""
    if isinstance(item, pytest.DoctestItem):
        for example in item.dtest.examples:
            for package in needed(example.source):
                available(package)
