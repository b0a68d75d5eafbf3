"""Shared fixtures and Hypothesis profiles: deterministic by default; `--hypothesis-profile=thorough` runs 100x more."""

from __future__ import annotations

import os

# As many workers as cores: threads of their own would be in the way, and NumPy asks when it is imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings

from . import examples
from .backends import NAMES, Backend, backend

QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large)
COMMON = {"deadline": None, "database": None, "suppress_health_check": QUIET, "report_multiple_bugs": False}
settings.register_profile("ci", max_examples=25, derandomize=True, phases=(Phase.explicit, Phase.generate), **COMMON)
settings.register_profile("thorough", max_examples=2500, **COMMON)
settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    """Let the package's docstrings ask for their libraries; this file's own hooks reach only the tests below it."""
    config.pluginmanager.register(examples)


@pytest.fixture(params=NAMES)
def arrays(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Every array backend in turn; one that is absent is skipped, or fails where it is required."""
    with backend(request.param) as opened:
        yield opened


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(2602_08040)
