"""Spelling a dtype so that another process finds it again, those of ml_dtypes too."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

#: Kinds of NumPy's own dtypes that are numbers: nothing else has a value that can be judged, or sent.
NUMBERS = "biufc"


def spelled(dtype: np.dtype[Any]) -> str | None:
    """
    Spell a dtype of numbers.

    Parameters
    ----------
    dtype : numpy.dtype
        Any.

    Returns
    -------
    str or None
        What `dtype_of` reads; None for objects, text, dates and records.
    """
    if dtype.type.__module__.partition(".")[0] == "ml_dtypes":
        return dtype.name
    return dtype.str if dtype.kind in NUMBERS else None


def dtype_of(text: str) -> np.dtype[Any]:
    """
    Read a dtype of numbers.

    Parameters
    ----------
    text : str
        As "float32", "<f4" or "bfloat16".

    Returns
    -------
    numpy.dtype

    Raises
    ------
    ValueError
        No dtype of numbers has that name.
    """
    try:
        kind = getattr(ml_dtypes, text, None)
        dtype = np.dtype(kind if isinstance(kind, type) else text)
    except (TypeError, ValueError, SyntaxError):
        dtype = np.dtype(object)
    if spelled(dtype) is None:
        raise ValueError(f"{text!r} is no dtype of numbers")
    return dtype
