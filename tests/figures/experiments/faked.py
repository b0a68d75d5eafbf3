"""A small data set in MNIST's standard format, results of runs that nobody made, and a network to try arms on."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from figures.experiments.arms.arm import Moment
from figures.experiments.configuration import Configuration, Sizes
from figures.experiments.ledger import Record
from figures.experiments.mnist import FILES
from figures.experiments.network import mlp
from figures.experiments.units import Unit

TINY = Sizes(images=40, tasks=3, epochs=2, batch=10, width=8)


def idx(values: np.ndarray[Any, Any]) -> bytes:
    """Write an array of bytes as the format says."""
    return b"\0\0\x08" + bytes([values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def folder(where: Path, images: int = 60, side: int = 6) -> Path:
    """Write a data set of noise, in which the mean of an image tells a little about its label."""
    rng = np.random.default_rng(5)
    where.mkdir(parents=True, exist_ok=True)
    for names, count in ((FILES[:2], images), (FILES[2:], images // 2)):
        labels = rng.integers(10, size=count).astype(np.uint8)
        noise = rng.integers(100, size=(count, side, side)) + 10 * labels[:, None, None]
        (where / names[0]).write_bytes(idx(noise.astype(np.uint8)))
        (where / names[1]).write_bytes(idx(labels))
    return where


def configuration(arm: str = "base", seed: int = 0, panel: str = "random-labels", **sizes: Any) -> Configuration:
    return Configuration(panel, arm, seed, Sizes(**{**TINY.__dict__, **sizes}))


def record(arm: str, seed: int, task: int, value: float, panel: str = "random-labels") -> Record:
    """Make up a result: `value` is what the metric comes to."""
    told = configuration(arm, seed, panel)
    stability = {
        "before": [0.5, 0.9],
        "dfi": [8.0, 2.0],
        "sfe": 3.0,
        "drift": 0.2,
        "after": [1.5, 0.4],
        "after 10": [2.0, 0.3],
        "after 100": [2.5, 0.1],
    }
    counted = told.sizes.counted_in(task)
    return {
        "configuration": told.plain(),
        "task": task,
        "updates": (task + 1) * told.sizes.updates,
        "online": value,
        "counted": [counted, value] if counted else None,
        "train": [0.5, 0.9],
        "test": [0.6, 0.8] if panel == "permuted-inputs" else None,
        "stability": stability if task else None,
        "checked": 4 if arm.startswith("fire") and task else 0,
        "weights": f"{seed}" if task == 0 else f"{arm}{seed}{task}",
        "seconds": 1.0,
        "versions": {"torch": "2.13.0"},
    }


def results(values: dict[str, list[float]], panel: str = "random-labels") -> list[Record]:
    """Make up finished runs: arm -> the metric of each seed."""
    return [
        record(arm, seed, task, value, panel)
        for arm, row in values.items()
        for seed, value in enumerate(row)
        for task in range(TINY.tasks)
    ]


def moment(seed: int = 0, *, inputs: int = 20, width: int = 12, far: float = 0.3) -> Moment:
    """Return a network that has moved away from where it began, with biases that are not zero."""
    return _moved(mlp(inputs, width, 10, seed), seed, far)


def convolutional(seed: int = 0) -> Any:
    """Make a network of two convolutions with BatchNorm and a linear layer that reads the flattened second."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        conv, more, last = torch.nn.Conv2d(3, 8, 3), torch.nn.Conv2d(8, 6, 3, bias=False), torch.nn.Linear(24, 10)
    layers = [conv, torch.nn.BatchNorm2d(8), torch.nn.ReLU(), more, torch.nn.BatchNorm2d(6), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers, torch.nn.Flatten(), last)
    model.units = lambda: [Unit(*layers[:3], more), Unit(*layers[3:], last)]
    return model


def conv_moment(seed: int = 0, far: float = 0.1) -> Moment:
    """Return such a network away from where it began, its BatchNorm statistics too."""
    import torch

    model = convolutional(seed)
    now = _moved(model, seed, far)
    with torch.no_grad():
        model.train()(torch.from_numpy(np.random.default_rng(seed).standard_normal((20, 3, 6, 6)).astype(np.float32)))
    return now._replace(recipe="resnet")


def _moved(model: Any, seed: int, far: float) -> Moment:
    import torch

    initial = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for tensor in model.parameters():
            tensor += far * torch.from_numpy(rng.standard_normal(tuple(tensor.shape)).astype(np.float32))
    return Moment(model, initial, np.random.default_rng(seed + 1))


def matrices(model: Any, state: Any = None) -> dict[str, tuple[Any, float]]:
    """Return every 2-D weight and every tap of a kernel with FIRE's gain, written out for the networks above."""
    found = {}
    for name, tensor in (model.state_dict() if state is None else state).items():
        if tensor.ndim == 2:
            found[name] = tensor, (len(tensor) / tensor.shape[1]) ** 0.5
        if tensor.ndim == 4:
            outputs, inputs, height, width = tensor.shape
            for i in range(height):
                for j in range(width):
                    gain = (outputs / inputs) ** 0.5 / (height * width)
                    found[f"{name}[{i}, {j}]"] = tensor[:, :, i, j], gain
    return found
