"""A dtype of numbers survives being spelled; anything else has no spelling."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

from fire_ref.conformance.targets.dtypes import dtype_of, spelled


@pytest.mark.parametrize("kind", ["float64", "float32", ">f4", "float16", "complex64", "int8", "bool", "longdouble"])
def test_numbers_survive(kind: str) -> None:
    assert dtype_of(spelled(np.dtype(kind)) or "") == np.dtype(kind)


@pytest.mark.parametrize("kind", [ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.int4])
def test_those_of_ml_dtypes_survive(kind: type) -> None:
    assert dtype_of(spelled(np.dtype(kind)) or "") == np.dtype(kind)


@pytest.mark.parametrize("kind", ["O", "U3", "S3", "M8[s]", "V4", [("a", "f4")]])
def test_what_is_no_number_has_no_spelling(kind: object) -> None:
    dtype = np.dtype(kind)  # type: ignore[call-overload]
    assert spelled(dtype) is None
    with pytest.raises(ValueError, match="is no dtype of numbers"):
        dtype_of(dtype.str)


@pytest.mark.parametrize("text", ["", "finfo", "__doc__", "float33", "f4,f4", "{}", "("])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no dtype of numbers"):
        dtype_of(text)
