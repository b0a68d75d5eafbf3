"""Output is kept up to a length, whatever way it is written; an exception becomes one line."""

from __future__ import annotations

import sys

import pytest

from fire_ref.conformance.targets.printed import LONGEST_ERROR, captured, one_line, told


class Unprintable(Exception):
    """What cannot be printed."""

    def __str__(self) -> str:
        raise self.args[0]


def test_both_streams_are_captured_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    with captured() as printed:
        sys.stdout.write("one\n")
        sys.stderr.write("two\n")
        sys.stdout.buffer.write(b"three\xff")
        sys.stdout.flush()
    assert printed.text == "one\ntwo\nthree\ufffd"
    assert capsys.readouterr() == ("", "")


def test_only_the_beginning_is_kept() -> None:
    with captured() as printed:
        for _ in range(2000):
            sys.stdout.write("\u03c3" * 1000)
    assert printed.text == "\u03c3" * 500
    assert len(printed._kept) <= 2000


def test_closing_the_stream_does_no_harm() -> None:
    before = sys.stdout
    with captured() as printed:
        sys.stdout.write("a")
        sys.stdout.close()
    assert sys.stdout is before
    assert printed.text == "a"


def test_an_exception_is_told_on_one_line() -> None:
    assert told(ValueError("a\n  b")) == "ValueError: a b"
    assert told(SystemExit(3)) == "SystemExit: 3"
    assert told(KeyboardInterrupt()) == "KeyboardInterrupt"
    assert told(Unprintable(RuntimeError())) == told(Unprintable(SystemExit(3))) == "Unprintable"
    assert len(told(ValueError("x" * 10**6))) == LONGEST_ERROR
    assert one_line("a " * 10, 9) == "a a a ..."
