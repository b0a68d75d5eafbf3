"""
Residual networks with BatchNorm (He et al. 2015): ResNet-8 for two cores, and ResNet-18 as in the paper on FIRE.

Both begin with a 3 x 3 convolution of stride 1 and no pooling, as is usual for small images. The head of ResNet-18 has
one hidden layer as wide as its last stage, that of ResNet-8 none.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ..seeded import seeded
from ..units import Unit


def resnet8(width: int, side: int, classes: int, seed: int) -> Any:
    """
    Return three stages of one block, of width w, 2 w and 4 w.

    Parameters
    ----------
    width : int
        Of the first stage.
    side : int
        Of an image; any.
    classes : int
        To tell apart.
    seed : int
        Of the weights.

    Returns
    -------
    torch.nn.Module
        From images (b, 3, side, side) to scores (b, classes).
    """
    del side
    return seeded(lambda: _network()((width, 2 * width, 4 * width), 1, 0, classes), seed)


def resnet18(width: int, side: int, classes: int, seed: int) -> Any:
    """
    Return four stages of two blocks, of width w, 2 w, 4 w and 8 w, with a head of one hidden layer.

    Parameters
    ----------
    width : int
        Of the first stage; 64 as published.
    side : int
        Of an image; any.
    classes : int
        To tell apart.
    seed : int
        Of the weights.

    Returns
    -------
    torch.nn.Module
        From images (b, 3, side, side) to scores (b, classes).
    """
    del side
    stages = tuple(width * 2**stage for stage in range(4))
    return seeded(lambda: _network()(stages, 2, stages[-1], classes), seed)


@cache
def _block() -> Any:
    """Return the kind of block, once torch can be imported."""
    from torch import nn

    class Block(nn.Module):  # type: ignore[misc]  # torch is only known once it is imported
        def __init__(self, before: int, width: int, stride: int) -> None:
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width)
            self.relu1 = nn.ReLU()
            self.conv2, self.bn2 = nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width)
            self.shortcut = nn.Identity()
            if stride != 1 or before != width:
                narrow = nn.Conv2d(before, width, 1, stride, bias=False)
                self.shortcut = nn.Sequential(narrow, nn.BatchNorm2d(width))
            self.relu2 = nn.ReLU()

        def forward(self, x: Any) -> Any:
            inner = self.relu1(self.bn1(self.conv1(x)))
            return self.relu2(self.bn2(self.conv2(inner)) + self.shortcut(x))

    return Block


@cache
def _network() -> Any:
    """Return the kind of network, once torch can be imported."""
    from torch import nn

    class ResNet(nn.Module):  # type: ignore[misc]  # torch is only known once it is imported
        def __init__(self, stages: tuple[int, ...], blocks: int, hidden: int, classes: int) -> None:
            super().__init__()
            self.conv1, self.bn1 = nn.Conv2d(3, stages[0], 3, 1, 1, bias=False), nn.BatchNorm2d(stages[0])
            self.relu1 = nn.ReLU()
            self.blocks, before = nn.Sequential(), stages[0]
            for stage, width in enumerate(stages):
                for block in range(blocks):
                    self.blocks.append(_block()(before, width, 2 if stage and not block else 1))
                    before = width
            self.pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
            self.head = nn.Sequential(nn.Linear(before, hidden), nn.ReLU()) if hidden else nn.Sequential()
            self.head.append(nn.Linear(hidden or before, classes))

        def features(self, x: Any) -> Any:
            return self.head[:-1](self.pool(self.blocks(self.relu1(self.bn1(self.conv1(x))))))

        def forward(self, x: Any) -> Any:
            return self.head[-1](self.features(x))

        def units(self) -> list[Unit]:
            inside = [Unit(block.conv1, block.bn1, block.relu1, block.conv2) for block in self.blocks]
            return inside + ([Unit(self.head[0], None, self.head[1], self.head[2])] if len(self.head) > 1 else [])

    return ResNet
