"""What made a line of results."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import fire_ref


@cache
def versions() -> dict[str, str]:
    """Return the versions of what decides an experiment's numbers."""
    found = {"fire_ref": fire_ref.__version__, "python": platform.python_version()}
    for name in ("numpy", "torch"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
