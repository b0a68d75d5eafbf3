"""Headers of arrays: taken apart by hand, so that NumPy never builds the dtype that a file asks for."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from fire_ref.checkpoints import npy
from fire_ref.checkpoints.npy import Described, described

from . import builders


def header(descr: object, shape: object = (2, 3), **options: Any) -> Described:
    return described(io.BytesIO(builders.npy(descr, shape, **options)))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("descr", ["<f2", "<f4", ">f8", "|b1", "<i8", "|u1", "<c16"])
def test_what_numpy_writes_is_described_as_it_is(descr: str, order: Any) -> None:
    file = io.BytesIO()
    array = np.ones((2, 3), dtype=descr, order=order)
    np.save(file, array)
    file.seek(0)
    assert described(file) == Described((2, 3), order == "F", np.dtype(descr), array.itemsize, None)
    assert file.read() == array.tobytes(order=order)


@pytest.mark.parametrize(
    ("descr", "itemsize"),
    [
        ("<U7", 28),
        ("|S5", 5),
        ("|V2", 2),
        ("<M8[ns]", 8),
        ("<m8[25s]", 8),
        ([("x", "<f4"), ("y", "<i8", (2, 3))], 52),
        ([("x", [("y", "<f8"), ("z", "<U1")])], 12),
        (("<f4", (5,)), 20),
        ([], 0),
    ],
)
def test_what_holds_no_numbers_has_a_size_and_a_reason(descr: object, itemsize: int) -> None:
    found = header(descr)
    assert (found.dtype, found.itemsize, found.nbytes) == (None, itemsize, 6 * itemsize)
    assert found.trouble is not None
    assert "holds no numbers" in found.trouble
    if not isinstance(descr, tuple):  # NumPy cannot build a subarray alone
        assert np.dtype(descr).itemsize == itemsize


@pytest.mark.parametrize("descr", ["|O", "O", [("x", "<f4"), ("y", "|O")], ("|O", (2,)), [("x", [("y", "|O")])]])
def test_python_objects_are_named_however_deep_they_lie(descr: object) -> None:
    assert header(descr) == Described((2, 3), False, None, None, npy.OBJECTS)


@pytest.mark.parametrize(
    "descr", ["f4,i4", "<f7", "", "object", "(2,)f4", 7, None, (1, 2, 3), [1], {"a": 1}, "f4\x1b[2J"]
)
def test_what_is_no_dtype_is_refused(descr: object) -> None:
    with pytest.raises(ValueError, match="descr is no dtype"):
        header(descr)


@pytest.mark.parametrize("shape", [[2], 3, (-1,), (2.0,), (True,), ("2",), (1,) * 65, (2**62, 2), (2**63, 0), None])
def test_what_is_no_shape_is_refused(shape: object) -> None:
    with pytest.raises(ValueError, match="shape is no tuple of sizes"):
        header("<f4", shape)


def test_a_zero_does_not_hide_a_giant_and_a_plain_zero_is_fine() -> None:
    assert header("<f4", (0, 5)).nbytes == 0
    assert header("<f4", (1,) * 64).nbytes == 4


@pytest.mark.parametrize("version", [1, 2, 3])
def test_every_format_of_today_is_read(version: int) -> None:
    assert header("<f4", version=version).shape == (2, 3)


@pytest.mark.parametrize("version", [0, 4, 255])
def test_other_formats_are_refused(version: int) -> None:
    raw = bytearray(builders.npy("<f4", (2, 3)))
    raw[6] = version
    with pytest.raises(ValueError, match=f"npy format {version}"):
        described(io.BytesIO(bytes(raw)))


def test_a_header_is_never_longer_than_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = builders.npy("<f4", (2, 3))
    monkeypatch.setattr(npy, "LONGEST", 10)
    with pytest.raises(ValueError, match="where 10 are trusted"):
        described(io.BytesIO(raw))


def test_half_a_header_is_refused() -> None:
    raw = builders.npy("<f4", (2, 3))
    for end in (4, 8, 30):
        with pytest.raises((ValueError, npy.struct.error)):
            described(io.BytesIO(raw[:end]))
