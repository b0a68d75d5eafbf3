"""A run's state between two tasks, in a file that is replaced in one step and never unpickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from fire_ref.arrays import to_host
from fire_ref.cli.files import written

from .configuration import Configuration
from .digests import digest

#: Stands for the arm where several share a task.
SHARED = "shared"


class Kept(NamedTuple):
    """The last task that is finished, the state then, and, of a task that is shared, its record."""

    task: int
    state: dict[str, Any]
    record: dict[str, Any] | None


def path(folder: Path, configuration: Configuration) -> Path:
    """Return the file of a run's checkpoint."""
    return folder / f"{configuration.key}.safetensors"


def keep(
    folder: Path,
    configuration: Configuration,
    task: int,
    state: dict[str, Any],
    record: dict[str, Any] | None = None,
    data: str = "",
) -> None:
    """
    Keep the state after a task; as generators are made anew for each, it is all there is.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    configuration : Configuration
        Of the run.
    task : int
        The last that is finished.
    state : dict of str to tensor
        Of the run.
    record : dict, optional
        What came of the task, for those who share it.
    data : str
        The digest of what the tasks are made of.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: np.ascontiguousarray(to_host(tensor)) for name, tensor in state.items()}
    told = {
        "task": str(task),
        "configuration": _named(configuration),
        "data": data,
        "record": json.dumps(record),
        "sum": digest(tensors),
    }
    with written(path(folder, configuration)) as part:
        part.write_bytes(save(tensors, told))


def kept(folder: Path, configuration: Configuration, data: str = "") -> Kept | None:
    """
    Return the last task whose end was kept, and the state then.

    Parameters
    ----------
    folder : Path
        Of `keep`.
    configuration : Configuration
        Of the run.
    data : str
        The digest of what the tasks are made of.

    Returns
    -------
    Kept or None
        Its state as arrays. None where nothing is kept, or something else, or it is damaged: the run begins at its
        beginning, which gives the same numbers and takes longer.
    """
    try:
        with safe_open(path(folder, configuration), framework="numpy") as file:
            told = file.metadata() or {}
            if (told["configuration"], told["data"]) != (_named(configuration), data):
                return None
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 # no mapping
            if told["sum"] != digest(state):
                return None
            return Kept(int(told["task"]), state, json.loads(told["record"]))
    except (OSError, SafetensorError, LookupError, ValueError):
        return None


def clear(folder: Path) -> None:
    """Remove what arms shared, and the folder if nothing else is in it, when no run is left that may want them."""
    for one in folder.glob(f"*.{SHARED}.*.safetensors"):
        one.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def forget(folder: Path, configuration: Configuration) -> None:
    """Remove the checkpoint of a run that is finished; the folder stays, for other workers may be about to use it."""
    path(folder, configuration).unlink(missing_ok=True)


def _named(configuration: Configuration) -> str:
    return json.dumps(configuration.plain(), sort_keys=True)
