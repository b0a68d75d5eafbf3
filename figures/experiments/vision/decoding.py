"""Pictures in files, read by Pillow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from fire_ref.errors import missing_extra

from .pictures import Bytes


def decoded(content: bytes) -> Bytes:
    """
    Read a PNG or a JPEG.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        Red, green and blue; of a grey picture three times the same.

    Raises
    ------
    ValueError
        It is neither, or damaged; the message says only that.
    MissingExtraError
        Pillow is not installed.
    """
    Image = _pillow()
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as opened:
            return np.asarray(opened.convert("RGB"), np.uint8)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        told = "of another kind" if isinstance(error, Image.UnidentifiedImageError) else f"{error}"
        raise ValueError(f"no readable picture ({told})") from None


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise missing_extra("images", "Pillow", "experiments") from None
    return Image
