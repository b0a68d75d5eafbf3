"""A run's state between two tasks, in a file that is replaced in one step and never unpickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from fire_ref.arrays import to_host
from fire_ref.cli.files import written

from .configuration import Configuration


def path(folder: Path, configuration: Configuration) -> Path:
    """Return the file of a run's checkpoint."""
    return folder / f"{configuration.key}.safetensors"


def keep(folder: Path, configuration: Configuration, task: int, state: dict[str, Any]) -> None:
    """
    Keep the state after a task; as optimiser and generators are made anew for each, it is all there is.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    configuration : Configuration
        Of the run.
    task : int
        The last that is finished.
    state : dict of str to tensor
        Of the network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: np.ascontiguousarray(to_host(tensor)) for name, tensor in state.items()}
    told = {"task": str(task), "configuration": _named(configuration)}
    with written(path(folder, configuration)) as part:
        part.write_bytes(save(tensors, told))


def kept(folder: Path, configuration: Configuration) -> tuple[int, dict[str, Any]] | None:
    """
    Return the last task whose end was kept, and the state then.

    Parameters
    ----------
    folder : Path
        Of `keep`.
    configuration : Configuration
        Of the run.

    Returns
    -------
    (int, dict of str to ndarray) or None
        None where nothing is kept, or something else, or it is damaged: the run begins at its beginning, which gives
        the same numbers and takes longer.
    """
    try:
        with safe_open(path(folder, configuration), framework="numpy") as file:
            told = file.metadata() or {}
            if told["configuration"] != _named(configuration):
                return None
            return int(told["task"]), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 # no mapping
    except (OSError, SafetensorError, LookupError, ValueError):
        return None


def forget(folder: Path, configuration: Configuration) -> None:
    """Remove the checkpoint of a run that is finished, and the folder with the last one."""
    path(folder, configuration).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _named(configuration: Configuration) -> str:
    return json.dumps(configuration.plain(), sort_keys=True)
