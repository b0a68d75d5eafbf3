"""Dtypes by name, their order, their limits, and rounding to one."""

from __future__ import annotations

import struct
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from fire_ref.conformance.precision import DTYPES, HALVES, coarser, limits, numpy_dtype, rounded, widened
from fire_ref.tolerances import EPS

#: Bits of the significand, smallest normal and largest exponent.
FORMAT = {
    "float64": (53, -1022, 1023),
    "float32": (24, -126, 127),
    "float16": (11, -14, 15),
    "bfloat16": (8, -126, 127),
}


def nearest(value: float, dtype: str) -> float:
    """To nearest, ties to even, in exact arithmetic; for normal numbers."""
    bits, _, _ = FORMAT[dtype]
    _, exponent = np.frexp(value)
    unit = Fraction(2) ** (int(exponent) - bits)
    return float(round(Fraction(value) / unit) * unit)


def test_dtypes_are_ordered_by_precision() -> None:
    assert [EPS[name] for name in DTYPES] == sorted(EPS.values())
    assert DTYPES[2:] == HALVES
    assert set(DTYPES) == set(EPS)


@pytest.mark.parametrize("name", DTYPES)
def test_names_and_dtypes_belong_together(name: str) -> None:
    assert str(numpy_dtype(name)) == name
    assert numpy_dtype("bfloat16") == ml_dtypes.bfloat16


@pytest.mark.parametrize("name", DTYPES)
def test_limits_are_those_of_the_format(name: str) -> None:
    bits, least, most = FORMAT[name]
    assert limits(name) == (2.0**least, (2 - 2.0 ** (1 - bits)) * 2.0**most)
    assert EPS[name] == 2.0 ** (1 - bits)


@pytest.mark.parametrize("name", DTYPES)
def test_rounding_is_to_nearest_and_ties_to_even(name: str) -> None:
    eps = EPS[name]
    values = [*np.random.default_rng(0).standard_normal(200), 1 + eps / 2, 1 + 1.5 * eps, 1 - eps / 4, 1.0, -2.0]
    np.testing.assert_array_equal(widened(rounded(np.array(values), name)), [nearest(v, name) for v in values])


def test_bfloat16_is_the_upper_half_of_float32() -> None:
    for value in rounded(np.random.default_rng(1).standard_normal(50), "bfloat16"):
        assert struct.pack(">f", float(value))[2:] == b"\0\0"


def test_what_overflows_becomes_inf_without_a_warning() -> None:
    assert np.isposinf(widened(rounded(np.array([1e6]), "float16")))
    assert np.isneginf(widened(rounded(np.array([-1e300]), "float32")))
    assert np.isnan(widened(rounded(np.array([np.nan]), "bfloat16")))
    assert widened(rounded(np.array([1e-300]), "float32")) == 0


@pytest.mark.parametrize("name", DTYPES)
def test_widening_loses_nothing(name: str) -> None:
    values = rounded(np.random.default_rng(2).standard_normal((3, 4)), name)
    wide = widened(values)
    assert wide.dtype == np.float64
    assert rounded(wide, name).tobytes() == values.tobytes()


def test_the_coarser_of_two_is_the_less_precise_one() -> None:
    for i, first in enumerate(DTYPES):
        assert coarser(first, None) == first
        for second in DTYPES[i:]:
            assert coarser(first, second) == coarser(second, first) == second
