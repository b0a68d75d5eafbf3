"""DASH's extra pass in torch: the loss's gradient over the data, and each neuron's cosine with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .networks import STAGES

#: Weight of the newest gradient, and the least that a neuron is shrunk to: the paper's for ResNet-18.
ALPHA, LEAST = 0.3, 0.05
#: Images of a batch, as in the paper's training; its data set.
BATCH, DATA = 256, 50_000


def resnet18(torch: Any, classes: int = 10) -> Any:
    """
    Return the paper's ResNet-18, with the weights of `networks.resnet18`.

    Parameters
    ----------
    torch : module
        PyTorch.
    classes : int
        CIFAR-10's.

    Returns
    -------
    torch.nn.Module
        From images (b, 3, 32, 32) to (b, classes).
    """
    nn = torch.nn

    def normed(before: int, width: int, side: int, stride: int = 1) -> list[Any]:
        return [nn.Conv2d(before, width, side, stride, side // 2, bias=False), nn.BatchNorm2d(width)]

    class Block(nn.Module):  # type: ignore[name-defined, misc]  # torch is only known once it is imported
        def __init__(self, before: int, width: int, stride: int) -> None:
            super().__init__()
            first, second = normed(before, width, 3, stride), normed(width, width, 3)
            self.way = nn.Sequential(*first, nn.ReLU(), *second)
            same = before == width
            self.shortcut = nn.Identity() if same else nn.Sequential(*normed(before, width, 1, stride))

        def forward(self, x: Any) -> Any:
            return torch.relu(self.way(x) + self.shortcut(x))

    parts = [*normed(3, STAGES[0], 3), nn.ReLU()]
    before = STAGES[0]
    for width in STAGES:
        parts += [Block(before, width, 1 if width == before else 2), Block(width, width, 1)]
        before = width
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, before), nn.ReLU(), nn.Linear(before, classes)]
    return nn.Sequential(*parts, *head)


def weights(model: Any) -> list[Any]:
    """Return the parameters with two or four axes."""
    return [W for W in model.parameters() if W.ndim in (2, 4)]


def extra_pass(torch: Any, model: Any, images: Any, labels: Any, batch: int = BATCH) -> list[Any]:
    """
    Go through the data once, forward and backward, and return what each neuron would be multiplied by.

    Parameters
    ----------
    torch : module
        PyTorch.
    model : torch.nn.Module
        The network.
    images, labels : tensor
        The data.
    batch : int
        Images at once.

    Returns
    -------
    list of tensor, shape (o,)
        For each weight, by output: the cosine of the weight with the descent direction, at least `LEAST`.
    """
    smooth: Sequence[Any] = [torch.zeros_like(W) for W in weights(model)]
    for start in range(0, len(images), batch):
        model.zero_grad()
        answer = model(images[start : start + batch])
        torch.nn.functional.cross_entropy(answer, labels[start : start + batch]).backward()
        for mean, W in zip(smooth, weights(model), strict=True):
            mean.mul_(1 - ALPHA).add_(W.grad, alpha=ALPHA)
    model.zero_grad()
    with torch.no_grad():
        return [
            torch.nn.functional.cosine_similarity(W.flatten(1), -mean.flatten(1)).clamp(min=LEAST)
            for mean, W in zip(smooth, weights(model), strict=True)
        ]
