"""The networks by name, and which weights of each FIRE takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .resnet import resnet8, resnet18
from .vgg import vgg16
from .vit import vit_tiny


class Kind(NamedTuple):
    """
    A kind of network.

    Attributes
    ----------
    label : str
        In pictures and sentences.
    make : callable
        From width, side of an image, classes and seed to a network.
    recipe : str
        Of `fire_ref.RECIPES`: what the official code takes of it.
    """

    label: str
    make: Callable[[int, int, int, int], Any]
    recipe: str


NETWORKS: Mapping[str, Kind] = {
    "resnet8": Kind("ResNet-8", resnet8, "resnet"),
    "resnet18": Kind("ResNet-18", resnet18, "resnet"),
    "vit-tiny": Kind("ViT-Tiny", vit_tiny, "vit"),
    "vgg16": Kind("VGG-16", vgg16, "vgg"),
}
