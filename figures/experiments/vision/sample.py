"""Images where the network is: bytes on the device, standardised when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from .pictures import Bytes, Labels, Standard


@dataclass(frozen=True)
class Sample:
    """
    Images and what they show, on one device.

    Attributes
    ----------
    images : tensor of uint8, shape (images, 3, side, side)
        As they are kept.
    labels : tensor of int64, shape (images,)
        What they show.
    mean, deviation : tensor of float32, shape (1, 3, 1, 1)
        Of the training set.
    """

    images: Any
    labels: Any
    mean: Any
    deviation: Any

    def __len__(self) -> int:
        """Return how many images there are."""
        return len(self.images)

    def at(self, places: Any) -> tuple[Any, Any]:
        """
        Return images as a network takes them.

        Parameters
        ----------
        places : ndarray of int, tensor or slice
            Which.

        Returns
        -------
        inputs : tensor of float32, shape (places, 3, side, side)
            Standardised, with the channels last in memory, which convolutions are faster on.
        labels : tensor of int64, shape (places,)
        """
        import torch

        inputs = (self.images[places].float() - self.mean) / self.deviation
        return inputs.contiguous(memory_format=torch.channels_last), self.labels[places]

    def some(self, places: Any) -> Sample:
        """
        Take some of the images.

        Parameters
        ----------
        places : ndarray of int, tensor or slice
            Which.

        Returns
        -------
        Sample
        """
        return replace(self, images=self.images[places], labels=self.labels[places])

    def parts(self, most: int) -> Iterator[tuple[Any, Any]]:
        """
        Go through all images in order.

        Parameters
        ----------
        most : int
            At once.

        Yields
        ------
        inputs, labels : tensor
            As `at` gives them, in parts whose sizes differ by one at most.
        """
        count = -(-len(self) // most)
        for part in range(count):
            yield self.at(slice(part * len(self) // count, (part + 1) * len(self) // count))


def sample(images: Bytes, labels: Labels, measured: Standard, device: str) -> Sample:
    """
    Bring images to a device.

    Parameters
    ----------
    images : ndarray of uint8, shape (images, 3, side, side)
        Compact.
    labels : ndarray of int64, shape (images,)
        What they show.
    measured : Standard
        Of the training set.
    device : {"cpu", "cuda"}
        Where to.

    Returns
    -------
    Sample
    """
    import torch

    mean, deviation = (torch.tensor(values, device=device).reshape(1, -1, 1, 1) for values in measured)
    return Sample(torch.from_numpy(images).to(device), torch.from_numpy(labels).to(device), mean, deviation)
