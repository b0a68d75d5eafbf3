"""The data of a run, loaded once for all runs that use the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from .configuration import Configuration
from .problems import PROBLEMS


def loaded(configuration: Configuration, folder: Path | None) -> Any:
    """
    Return the data that a run is made of.

    Parameters
    ----------
    configuration : Configuration
        The run.
    folder : Path or None
        The user's own.

    Returns
    -------
    object
        Of the problem's ``load``; the very same for the next run with these sizes.
    """
    return _loaded(PROBLEMS[configuration.panel].load, folder, configuration.sizes)


@lru_cache(maxsize=1)  # data sets are large: two would be kept for nothing
def _loaded(load: Callable[[Path | None, Any], Any], folder: Path | None, sizes: Any) -> Any:
    return load(folder, sizes)
