"""What a header says is believed only where it can be true."""

from __future__ import annotations

import json
from math import prod
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import safetensors
from hypothesis import given
from hypothesis import strategies as st

from fire_ref.checkpoints import header
from fire_ref.checkpoints.header import DTYPES, Place, places

from . import malformed
from .builders import ONE, framed, limited, tensor

SHAPES = st.lists(st.integers(0, 5), max_size=4)
NAMES = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda name: name != "__metadata__")
WHOLE_BYTES = sorted(name for name, (bits, _) in DTYPES.items() if bits % 8 == 0)


@st.composite
def valid(draw: st.DrawFn) -> tuple[dict[str, Any], int]:
    """Draw a header whose tensors lie one after the other, named in any order, and the size of its data."""
    names = draw(st.lists(NAMES, unique=True, max_size=5))
    found, at = {}, 0
    for name in names:
        dtype, shape = draw(st.sampled_from(WHOLE_BYTES)), draw(SHAPES)
        end = at + prod(shape) * DTYPES[dtype][0] // 8
        found[name] = tensor(dtype, shape, at, end)
        at = end
    return dict(draw(st.permutations(list(found.items())))), at


def sound(text: bytes, data: int) -> None:
    """Check that what was accepted lies one after the other, fills the data, and has the sizes it should."""
    reached = 0
    for place in places(text, data):
        bits = next(bits for bits, name in DTYPES.values() if name == place.dtype)
        assert place.begin == reached
        assert 8 * (place.end - place.begin) == bits * prod(place.shape)
        reached = place.end
    assert reached == data


@given(valid(), st.sampled_from([None, 1]), st.booleans(), st.text(" \t\r\n", max_size=9))
def test_a_valid_header_is_listed_in_the_order_of_the_file(
    drawn: tuple[dict[str, Any], int], indent: int | None, ascii_only: bool, space: str
) -> None:
    said, data = drawn
    text = (json.dumps(said, indent=indent, ensure_ascii=ascii_only) + space).encode()
    found = places(text, data)
    assert [(place.begin, place.end) for place in found] == sorted((place.begin, place.end) for place in found)
    assert {place.name: place for place in found} == {
        name: Place(name, DTYPES[one["dtype"]][1], tuple(one["shape"]), *one["data_offsets"])
        for name, one in said.items()
    }


@given(valid(), st.data())
def test_one_number_changed_is_refused_or_as_true_as_before(
    drawn: tuple[dict[str, Any], int], data: st.DataObject
) -> None:
    said, size = drawn
    places_of_numbers = [
        (name, field, index)
        for name, one in said.items()
        for field in ("shape", "data_offsets")
        for index in range(len(one[field]))
    ]
    if places_of_numbers:
        name, field, index = data.draw(st.sampled_from(places_of_numbers))
        said[name][field][index] = data.draw(st.sampled_from([0, 1, 2, 3, 4, 8, 2**31, 2**63, 2**64 - 1, 2**64]))
    try:
        sound(json.dumps(said).encode(), size)
    except ValueError:
        assert places_of_numbers


@pytest.mark.parametrize("change", [-1, 1, 2**32, 2**64])
@given(drawn=valid())
def test_data_of_another_size_is_refused(drawn: tuple[dict[str, Any], int], change: int) -> None:
    said, data = drawn
    with pytest.raises(ValueError, match=r"bytes"):
        places(json.dumps(said).encode(), data + change)


@pytest.mark.parametrize("name", malformed.ALL)
def test_a_malformed_header_is_refused_and_told_why(name: str) -> None:
    _, data, message = malformed.ALL[name]
    with limited(30), pytest.raises(ValueError, match=message):
        places(malformed.text(name), data)


@pytest.mark.parametrize("name", malformed.BOTH)
def test_the_safetensors_library_refuses_what_we_say_it_does(name: str) -> None:
    raw = framed(malformed.text(name), bytes(malformed.BOTH[name][1]))
    with pytest.raises(safetensors.SafetensorError):
        safetensors.deserialize(raw)


def test_what_both_refuse_differs_from_a_file_that_both_take_by_one_thing_each() -> None:
    text = f"{{{ONE}}}".encode()
    assert places(text, 4) == [Place("a", "float32", (1,), 0, 4)]
    assert [name for name, _ in safetensors.deserialize(framed(text, bytes(4)))] == ["a"]


@pytest.mark.parametrize(
    "metadata", ["null", "{}", '{"a":"b","\\u00e4":"\\\\\\"{["}', '{"ä":"😀","":""}', '{ "a" : "b" }']
)
def test_metadata_is_passed_over_wherever_it_stands(metadata: str) -> None:
    for text in (f'{{"__metadata__":{metadata},{ONE}}}', f'{{{ONE}, "__metadata__" : {metadata} }}'):
        assert places(text.encode(), 4) == [Place("a", "float32", (1,), 0, 4)]
        assert [name for name, _ in safetensors.deserialize(framed(text.encode(), bytes(4)))] == ["a"]


def test_sixty_four_axes_are_not_too_many() -> None:
    text = ONE.replace("[1]", str([1] * 64))
    assert places(f"{{{text}}}".encode(), 4)[0].shape == (1,) * 64


def test_no_tensors_are_a_header_too() -> None:
    assert places(b"{}", 0) == []
    assert places(b'{"__metadata__":{"format":"pt"}}  ', 0) == []


@pytest.mark.parametrize("dtype", DTYPES)
def test_each_dtype_has_the_bits_and_the_name_that_arrays_use(dtype: str) -> None:
    bits, name = DTYPES[dtype]
    known = np.dtype(getattr(ml_dtypes, name, None) or name)
    assert known.name == name
    assert bits == (ml_dtypes.finfo(known).bits if name.startswith(("float", "bfloat")) else 8 * known.itemsize)
    assert places(json.dumps({"a": tensor(dtype, [8], 0, bits)}).encode(), bits) == [Place("a", name, (8,), 0, bits)]


def test_entries_of_less_than_a_byte_fill_bytes_all_the_same() -> None:
    assert places(json.dumps({"a": tensor("F4", [2], 0, 1)}).encode(), 1)[0].shape == (2,)
    for shape in ([1], [3]):
        with pytest.raises(ValueError, match="dtype F4 in 1 bytes"):
            places(json.dumps({"a": tensor("F4", shape, 0, 1)}).encode(), 1)


def test_a_reader_without_its_checks_takes_what_must_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutants that the tables above are for."""
    monkeypatch.setattr(header, "_require_one_after_the_other", lambda found, data: None)
    for name in ("an overlap", "one place twice", "a gap", "nothing after a gap", "one byte more"):
        assert places(malformed.text(name), malformed.BOTH[name][1])
    monkeypatch.setattr(header, "prod", lambda shape: 1)
    assert places(malformed.text("a product of 2^126"), 4)
