"""The data sets by name: CIFAR-10 from its package or a user's folder, the others from a user's folder."""

from __future__ import annotations

from pathlib import Path

from fire_ref.errors import sentence

from ..refusing import UnusableError
from . import cifar_binary, cifar_package, tiny_imagenet
from .pictures import Pictures


def load(dataset: str, side: int, folder: Path | None = None) -> Pictures:
    """
    Return a data set, pooled.

    Parameters
    ----------
    dataset : {"cifar10", "cifar100", "tiny-imagenet"}
        Which.
    side : int
        Of an image; it divides the data set's own.
    folder : Path, optional
        A user's own, in the data set's standard format; CIFAR-10 is fetched as a package where there is none.

    Returns
    -------
    Pictures

    Raises
    ------
    UnusableError
        It cannot be had, or is something else.
    """
    tiny = dataset == tiny_imagenet.NAME
    advice = tiny_imagenet.ADVICE if tiny else cifar_binary.LAYOUTS[dataset].advice
    if folder is None:
        if dataset == "cifar10":
            return cifar_package.load(side, f"give {advice}")
        raise UnusableError(sentence(dataset, "--data", "be given: no package holds this data set", "none", advice))
    if not folder.is_dir():
        raise UnusableError(sentence(dataset, "--data", "be a folder", repr(str(folder)), advice))
    return tiny_imagenet.load(folder, side) if tiny else cifar_binary.load(dataset, folder, side)
