"""The scanner takes what the library's JSON parser takes, and keeps nothing of what it passes over."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fire_ref.checkpoints import scanning
from fire_ref.checkpoints.scanning import Scan

from .builders import limited, peak

LARGE = 5_000_000
WHOLES = st.integers(0, 10**20 - 1)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def taken(text: bytes) -> dict[str, tuple[int, ...]]:
    """Read an object of lists of whole numbers, as a caller does."""
    scan = Scan(text)
    found = {key: scan.wholes(4) for key in scan.members()}
    scan.end()
    return found


@given(TEXTS, st.booleans())
def test_a_string_is_what_the_json_library_says(text: str, ascii_only: bool) -> None:
    scan = Scan(b" \t\r\n" + json.dumps(text, ensure_ascii=ascii_only).encode() + b" ")
    assert scan.string() == text
    scan.end()


@given(st.dictionaries(TEXTS, st.lists(WHOLES, max_size=4)), st.sampled_from([None, 1]))
def test_members_and_numbers_are_what_the_json_library_says(value: dict[str, list[int]], indent: int | None) -> None:
    found = taken(json.dumps(value, indent=indent).encode())
    assert list(found.items()) == [(key, tuple(numbers)) for key, numbers in value.items()]


@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_any_value_is_passed_over_to_its_last_byte(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode(errors="surrogatepass")
    scan = Scan(text + b" , 1")
    scan.skip()
    assert scan.at == len(text)
    scan.want(b",")
    assert scan.whole() == 1


@given(VALUES, st.integers(0))
def test_no_value_is_passed_over_that_lacks_its_end(value: Any, cut: int) -> None:
    text = json.dumps([value]).encode(errors="surrogatepass")
    with pytest.raises(ValueError, match="expected at byte"):
        Scan(text[: cut % len(text)]).skip()


@pytest.mark.parametrize(
    "text", ["-1", "1.0", "1e3", "1E3", "01", "00", "+1", "1" * 21, "0x1", "true", '"1"', " ", "٣"]
)
def test_what_is_no_whole_number_of_twenty_digits_is_refused(text: str) -> None:
    scan = Scan(f"[1, {text}]".encode())
    with pytest.raises(ValueError, match=r"expected at byte \d+$"):
        scan.wholes(4)


@pytest.mark.parametrize(
    "text", ["{", "{]", "[}", '{"a"}', '{"a":}', '{"a":[1],}', '{,"a":[1]}', "{a:[1]}", '{"a":[1]', "{'a':[1]}"]
)
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected at byte \d+$"):
        taken(text.encode())


@pytest.mark.parametrize("text", ['{"a":[1]}{}', '{"a":[1]}}', '{"a":[1]}\0', '{"a":[1]}//', "{} 1"])
def test_more_text_than_one_object_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^more text at byte \d+, where it should end$"):
        taken(text.encode())


@pytest.mark.parametrize("text", ["[,1]", "[1,]", "[1 2]", "[1,,2]", "[[1]]", "[1", "1]", "[1}"])
def test_what_is_no_list_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected at byte \d+$"):
        Scan(text.encode()).wholes(4)


def test_a_list_may_be_as_long_as_the_caller_says_and_no_longer() -> None:
    assert Scan(b"[1,2,3,4]").wholes(4) == (1, 2, 3, 4)
    with limited(30), pytest.raises(ValueError, match=r"^more than 4 numbers in one list at byte 10$"):
        Scan(b"[" + b"1," * LARGE).wholes(4)


@pytest.mark.parametrize("text", ['{"a":[],"a":[]}', '{"a":[],"b":[],"\\u0061":[]}', '{"":[],"":[]}'])
def test_a_name_may_not_come_twice_however_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match=r"^the name '\w?' twice$"):
        taken(text.encode())


NO_STRINGS = [b'"a', b'"\\"', b'"\n"', b'"\0"', b"'a'", b"a", b'"\\q"', b'"\\u12"', b'"\\u123g"']
NO_UNICODE = [b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"', b'"\xe2\x82"']


@pytest.mark.parametrize("text", NO_STRINGS + NO_UNICODE)
def test_what_is_no_string_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        Scan(text).string()


@pytest.mark.parametrize("text", [b'"\\ud800"', b'"x\\udfffy"', b'"\\ude00\\ud83d"'])
def test_half_a_character_is_no_string_for_it_could_be_neither_printed_nor_saved(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"surrogate"):
        Scan(text).string()
    assert Scan(b'"\\ud83d\\ude00"').string() == "\U0001f600"


@pytest.mark.parametrize("text", [b"", b"]", b"}", b",", b":", b"nul", b"-", b"NaN", b"Infinity", b"'a'"])
def test_what_is_no_value_is_not_passed_over(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"expected at byte \d+$"):
        Scan(text).skip()


@pytest.mark.parametrize("text", [b"[" * 100_000, b'[{"a":' * 20_000, b"[[]," * 20_000])
def test_depth_costs_neither_the_stack_nor_memory(text: bytes) -> None:
    def attempt() -> None:
        with pytest.raises(ValueError, match=r"at byte \d+$"):
            Scan(text).skip()

    assert peak(attempt) < len(text)


def test_a_value_of_more_pieces_than_anybody_writes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scanning.MOST <= 1_000_000, "a second or so"
    monkeypatch.setattr(scanning, "MOST", 1000)
    Scan(b"[" + b"1" + b",1" * 498 + b"]").skip()
    with pytest.raises(ValueError, match=r"^more than 1000 pieces in one value at byte \d+$"):
        Scan(b"[" + b"1" + b",1" * 499 + b"]").skip()


HOSTILE = {
    "a long string": b'"' + b"a" * LARGE + b'"',
    "one wide character": b'"' + b"a" * LARGE + "\U0001f600".encode() + b'"',
    "escapes": b'"' + b"\\u0061" * (LARGE // 6) + b'"',
    "pairs": b'"' + b"\\ud83d\\ude00" * (LARGE // 12) + b'"',
    "backslashes": b'"' + b"\\\\" * (LARGE // 2) + b'"',
    "no end": b'"' + b"\\\\" * (LARGE // 2),
    "spaces": b" " * LARGE,
    "digits": b"1" * LARGE,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_long_text_costs_less_than_four_times_its_size(name: str) -> None:
    for take in (Scan.string, Scan.skip, Scan.whole, lambda scan: list(scan.members())):

        def attempt(take: Any = take) -> None:
            with suppress(ValueError):
                take(Scan(HOSTILE[name]))

        with limited(30):
            assert peak(attempt) < 3 * len(HOSTILE[name]), "beside the text itself, which is one time more"


def test_the_scanner_is_not_the_json_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant that the bound above is for: the library's parser, taken for the whole text."""
    monkeypatch.setattr(scanning.Scan, "skip", lambda scan: json.loads(scan.text))
    text = b"[" + b"[]," * 200_000 + b"1]"
    assert peak(lambda: Scan(text).skip()) > 3 * len(text)
