"""How much of everything a run of the vision experiments takes: plain values, as JSON keeps them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VisionSizes:
    """
    How much of everything.

    Attributes
    ----------
    dataset : {"cifar10", "cifar100", "tiny-imagenet"}
        Where the images come from.
    side : int
        Of an image, in pixels; larger ones are pooled to it.
    images : int
        Of the training set, drawn by the seed.
    network : {"resnet8", "resnet18", "vit-tiny", "vgg16"}
        What is trained.
    width : int
        Of its first stage; of a transformer, of its stream.
    protocol : {"warm", "continual", "classes"}
        A share of the images, then all; a growing share; all images of a growing set of classes.
    chunks : int
        In how many steps: the tasks.
    first : float
        The share in the first chunk of "warm".
    epochs : int
        How often through the images of a chunk; "warm" takes as many updates in the first chunk as in the second.
    batch : int
        Images in an update.
    rate : float
        Of learning, at its highest.
    clip : float
        The largest norm of a gradient, over all parameters; 0 for any.
    warmup : float
        The share of a chunk's updates in which the rate rises.
    cosine : bool
        Whether the rate falls after that; as published it stays.
    points : int
        Evaluations in a chunk.
    tested : int
        Images that an evaluation looks at, in training and in test; 0 for all.
    """

    dataset: str = "cifar10"
    side: int = 16
    images: int = 5000
    network: str = "resnet8"
    width: int = 16
    protocol: str = "warm"
    chunks: int = 2
    first: float = 0.1
    epochs: int = 60
    batch: int = 256
    rate: float = 1e-3
    clip: float = 0.5
    warmup: float = 0.1
    cosine: bool = True
    points: int = 10
    tested: int = 0

    @property
    def tasks(self) -> int:
        """The chunks: what other experiments call tasks."""
        return self.chunks

    @property
    def updates(self) -> int:
        """Updates in the last chunk, which holds all images; of "warm" in each."""
        return self.updates_in(self.chunks - 1)

    def updates_in(self, task: int) -> int:
        """
        Return how many updates a chunk takes.

        Parameters
        ----------
        task : int
            From 0.

        Returns
        -------
        int
            The epochs in whole batches; at least 1. Of classes the same in every seed: as if they were of one size.
        """
        grown = self.images if self.protocol == "warm" else self.images * (task + 1) // self.chunks
        return max(1, self.epochs * grown // self.batch)

    def updates_before(self, task: int) -> int:
        """
        Return how many updates the chunks before this one take.

        Parameters
        ----------
        task : int
            From 0.

        Returns
        -------
        int
        """
        return sum(self.updates_in(earlier) for earlier in range(task))
