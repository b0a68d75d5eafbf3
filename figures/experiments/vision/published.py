"""The paper's configurations, figures 2a, 2b, 2c and 7: what trains on what, in the settings that were published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .sizes import VisionSizes

#: The rate rises over a tenth of a chunk and then stays; an evaluation after each of its hundred epochs, of ten
#: thousand images: all of each test set, and as many of the training set.
_RESNET = VisionSizes("cifar10", 32, 50000, "resnet18", 64, epochs=100, cosine=False, points=100, tested=10000)
_VIT = replace(_RESNET, dataset="cifar100", network="vit-tiny", width=192)
_VGG = replace(_RESNET, dataset="tiny-imagenet", side=64, images=100000, network="vgg16")
_BENCHES = {"cifar10-resnet18": _RESNET, "cifar100-vit-tiny": _VIT, "tiny-imagenet-vgg16": _VGG}

#: Warm start and continual learning of all three; sets of classes that grow, of the two with enough of them.
PUBLISHED: Mapping[str, VisionSizes] = {
    **{f"warm.{name}": sizes for name, sizes in _BENCHES.items()},
    **{f"continual.{name}": replace(sizes, protocol="continual", chunks=10) for name, sizes in _BENCHES.items()},
    **{
        f"classes.{name}": replace(_BENCHES[name], protocol="classes", chunks=20)
        for name in ("cifar100-vit-tiny", "tiny-imagenet-vgg16")
    },
}
