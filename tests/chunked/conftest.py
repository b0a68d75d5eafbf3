"""Dask on one thread."""

from __future__ import annotations

from typing import Any

import pytest

from ..backends import available


@pytest.fixture
def da() -> Any:
    """The dask.array module, on one thread, so that what is counted does not depend on timing."""
    array = available("dask.array")
    with available("dask").config.set(scheduler="synchronous"):
        yield array
