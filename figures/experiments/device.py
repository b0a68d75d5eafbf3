"""Is there a device to train on?"""

from __future__ import annotations

from fire_ref.errors import sentence

from .refusing import UnusableError


def trains_on(name: str) -> str:
    """
    Accept a device that PyTorch can train on.

    Parameters
    ----------
    name : {"cpu", "cuda"}
        From the command line.

    Returns
    -------
    str
        The same.

    Raises
    ------
    UnusableError
        PyTorch finds no GPU.
    """
    if name == "cuda":
        try:
            import torch
        except ImportError:
            raise UnusableError(
                sentence("figures", "--device cuda", "be one that PyTorch finds", "no PyTorch", "--device cpu")
            ) from None
        if not torch.cuda.is_available():
            got = f"none with torch {torch.__version__}"
            raise UnusableError(sentence("figures", "--device cuda", "be one that PyTorch finds", got, "--device cpu"))
    return name
