"""
VGG-16 (Simonyan and Zisserman 2014, configuration D) with BatchNorm, and a head of two hidden layers of 1024.

Five poolings halve the image five times; the head reads what is left of the map, every pixel of it. There is no
dropout.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

from ..seeded import seeded
from ..units import Unit

#: Convolutions of each stage, and how many times the first width they are wide.
STAGES = ((2, 1), (2, 2), (3, 4), (3, 8), (3, 8))
#: Of the head's two hidden layers, over the width of the first stage: 1024 as published.
HIDDEN = 16


def vgg16(width: int, side: int, classes: int, seed: int) -> Any:
    """
    Return thirteen convolutions and three linear layers.

    Parameters
    ----------
    width : int
        Of the first stage; 64 as published.
    side : int
        Of an image, a multiple of 32.
    classes : int
        To tell apart.
    seed : int
        Of the weights.

    Returns
    -------
    torch.nn.Module
        From images (b, 3, side, side) to scores (b, classes).
    """
    return seeded(lambda: _network()(width, side, classes), seed)


@cache
def _network() -> Any:
    """Return the kind of network, once torch can be imported."""
    from torch import nn

    class VGG(nn.Module):  # type: ignore[misc]  # torch is only known once it is imported
        def __init__(self, width: int, side: int, classes: int) -> None:
            super().__init__()
            self.maps, before = nn.Sequential(), 3
            for count, times in STAGES:
                for _ in range(count):
                    after = width * times
                    self.maps.extend([nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU()])
                    before = after
                self.maps.append(nn.MaxPool2d(2))
            self.maps.append(nn.Flatten())
            self.head, sides = nn.Sequential(), (before * (side // 32) ** 2, HIDDEN * width, HIDDEN * width)
            for near, far in pairwise(sides):
                self.head.extend([nn.Linear(near, far), nn.ReLU()])
            self.head.append(nn.Linear(sides[-1], classes))

        def features(self, x: Any) -> Any:
            return self.head[:-1](self.maps(x))

        def forward(self, x: Any) -> Any:
            return self.head[-1](self.features(x))

        def units(self) -> list[Unit]:
            layers = [*self.maps, *self.head]
            places = [i for i, layer in enumerate(layers) if isinstance(layer, (nn.Conv2d, nn.Linear))]
            found = []
            for one, other in pairwise(places):
                norm = layers[one + 1] if one < len(self.maps) else None
                found.append(Unit(layers[one], norm, layers[one + 1 if norm is None else one + 2], layers[other]))
            return found

    return VGG
