"""Lines of results: whole, once each, and nothing that is there is ever lost."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from figures.experiments import ledger
from figures.experiments.ledger import opened, place, read
from figures.experiments.refusing import UnusableError

from .faked import record


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "figF.jsonl"


def test_what_is_appended_is_read_back_in_order(path: Path) -> None:
    one, other, third = (record("iso", 0, task, 0.1 * task) for task in range(3))
    assert read(path) == []
    with opened(path) as book:
        book.append(one)
        book.append(other)
        assert read(path) == [one, other]  # at once, not when it is closed
    with opened(path) as book:
        book.append(third)
    assert read(path) == [one, other, third]
    assert place(third) == ("random-labels", "iso", 0, 2)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3


@pytest.mark.parametrize("left", ["{", '{"configuration":{}}', '{"configuration":' + "x" * 5000])
def test_the_beginning_of_a_line_is_passed_over_and_cut_off(left: str, path: Path) -> None:
    with opened(path) as book:
        book.append(record("iso", 0, 0, 0.5))
    whole = path.read_bytes()
    path.write_bytes(whole + left.encode())
    assert len(read(path)) == 1
    assert path.read_bytes() == whole + left.encode()  # reading changes nothing
    with opened(path) as book:
        book.append(record("iso", 0, 1, 0.5))
    assert [place(one)[3] for one in read(path)] == [0, 1]
    assert path.read_bytes().startswith(whole)


@pytest.mark.parametrize("left", ["my own notes", "x" * 5000, '{"config": 1}'])
def test_an_end_that_is_no_line_of_ours_is_not_cut_off(left: str, path: Path) -> None:
    path.write_text(left, encoding="utf-8")
    with pytest.raises(UnusableError, match="something else at the end"), opened(path):
        pass
    assert path.read_text(encoding="utf-8") == left


def test_what_is_no_number_is_no_result(path: Path) -> None:
    line = json.dumps(record("iso", 0, 0, 0.5)).replace("0.5", "NaN", 1)
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UnusableError, match="something else in line 1"):
        read(path)


def test_after_half_a_line_there_is_no_other(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(path) as book:
        book.append(record("iso", 0, 0, 0.5))
        real = os.write
        monkeypatch.setattr(os, "write", lambda handle, line: real(handle, line[:20]))
        with pytest.raises(OSError, match="no room"):
            book.append(record("iso", 0, 1, 0.5))
        monkeypatch.undo()
        with pytest.raises(OSError, match="no room"):  # of another worker, when there is room again
            book.append(record("iso", 0, 2, 0.5))
    assert [place(one)[3] for one in read(path)] == [0]


PART = json.dumps({key: value for key, value in record("iso", 0, 1, 0.5).items() if key != "weights"})
OTHER = json.dumps(record("iso", 0, 1, 0.5) | {"updates": None})
DAMAGED = [PART, OTHER, "", "null", "[]", "{}", '{"configuration": {}}', "not JSON", "[" * 100_000, "\xff"]


@pytest.mark.parametrize("line", DAMAGED)
def test_a_line_that_is_no_result_is_named_and_left(line: str, path: Path) -> None:
    content = (json.dumps(record("iso", 0, 0, 0.5)) + "\n" + line + "\n").encode("latin-1")
    path.write_bytes(content)
    with pytest.raises(UnusableError, match=r"must hold one result in each line; got something else in line 2\."):
        read(path)
    assert path.read_bytes() == content


def test_a_result_that_is_there_twice_is_refused(path: Path) -> None:
    path.write_text(2 * (json.dumps(record("iso", 0, 0, 0.5)) + "\n"), encoding="utf-8")
    with pytest.raises(UnusableError, match="random-labels iso 0 0 twice, in line 2 again"):
        read(path)


def test_a_folder_in_its_place_is_one_line(path: Path) -> None:
    path.mkdir()
    with pytest.raises(UnusableError, match="directory"):
        read(path)


def test_two_processes_do_not_write_at_once(path: Path) -> None:
    with opened(path), pytest.raises(UnusableError, match="one process at a time"), opened(path):
        pytest.fail("opened twice")
    with opened(path):
        pass


def test_numbers_that_json_does_not_have_write_nothing(path: Path) -> None:
    with opened(path) as book, pytest.raises(ValueError, match="JSON"):
        book.append(record("iso", 0, 0, float("nan")))
    assert path.read_bytes() == b""


def test_a_full_disk_loses_no_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    with opened(path) as book:
        book.append(record("iso", 0, 0, 0.5))
        monkeypatch.setattr(ledger.os, "write", lambda handle, line: real(handle, line[:20]))
        with pytest.raises(OSError, match="no room for results: 20 of"):
            book.append(record("iso", 0, 1, 0.5))
        monkeypatch.undo()
    assert len(read(path)) == 1
    with opened(path) as book:
        book.append(record("iso", 0, 1, 0.5))
    assert len(read(path)) == 2
