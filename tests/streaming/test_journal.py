"""The journal: whole or not at all, read without trust, and compared field by field."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fire_ref.streaming.journal import DamagedError, Journal, journal_of, load, require_same, save

ABOUT = {"method": None, "kernel": {"blas": "a"}, "input": {"x": {"size": 3, "header": "h"}}, "initial": None}
TOKEN, DIGEST = "0123abcd", "ab" * 32
FULL = Journal(ABOUT, TOKEN, {"x": (3, DIGEST)}, {"w": {"blocks": [["w", 1.0, 2, 3.5]], "content": ""}})
NAMES = ("x", "y")


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert load("f", tmp_path / "desk", NAMES) is None
    save("f", tmp_path / "desk", FULL)
    assert load("f", tmp_path / "desk", NAMES) == FULL
    assert [path.name for path in tmp_path.iterdir()] == ["desk.json"]


def test_the_old_one_stays_until_the_new_one_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save("f", tmp_path / "desk", FULL)
    before = journal_of(tmp_path / "desk").read_bytes()
    seen = []

    def fsync(_: int) -> None:
        seen.append(journal_of(tmp_path / "desk").read_bytes() == before)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match="must take what is written; got No space left"):
        save("f", tmp_path / "desk", Journal({}, "u"))
    assert seen == [True]
    assert load("f", tmp_path / "desk", NAMES) == FULL


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "about": 3, "token": "t", "done": {}, "outcomes": {}}']
)
def test_what_is_no_journal_is_refused(tmp_path: Path, text: str) -> None:
    journal_of(tmp_path / "desk").write_text(text, encoding="utf-8")
    with pytest.raises(DamagedError, match=r"must be the journal of a run; got .* Try --restart"):
        load("f", tmp_path / "desk", NAMES)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("token", "../../away"),
        ("token", "t"),
        ("token", 12345678),
        ("about", []),
        ("done", {"x": [2, "d"]}),
        ("done", {"x": ["2", DIGEST]}),
        ("done", {"x": [-1, DIGEST]}),
        ("done", {"x": [True, DIGEST]}),
        ("done", {"x": 3}),
        ("done", {"x": [2, 7]}),
        ("done", []),
        ("outcomes", {"zz": 5}),
        ("outcomes", {"w": {"junk": 1}}),
        ("outcomes", {"w": {"blocks": 3, "content": ""}}),
        ("outcomes", {"w": {"blocks": [["w", 1.0, 2.0]], "content": ""}}),
        ("outcomes", {"w": {"blocks": [["w", 1.0, 2.0, "3"]], "content": ""}}),
        ("outcomes", {"w": {"blocks": [], "content": None}}),
        ("outcomes", []),
    ],
)
def test_every_field_is_looked_at(tmp_path: Path, field: str, value: Any) -> None:
    save("f", tmp_path / "desk", FULL)
    path = journal_of(tmp_path / "desk")
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {field: value}), encoding="utf-8")
    with pytest.raises(DamagedError, match="must be the journal of a run"):
        load("f", tmp_path / "desk", NAMES)


@pytest.mark.parametrize("name", ["../vic/thesis.txt", "/etc/passwd", "z", ""])
def test_a_journal_of_other_files_is_refused(tmp_path: Path, name: str) -> None:
    save("f", tmp_path / "desk", Journal(ABOUT, TOKEN, {"x": (3, DIGEST), name: (2, DIGEST)}))
    with pytest.raises(ValueError, match="must speak of this checkpoint's files alone") as refused:
        load("f", tmp_path / "desk", NAMES)
    assert not isinstance(refused.value, DamagedError), "it is not to be discarded"


def test_one_that_may_not_be_read_is_not_taken_for_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save("f", tmp_path / "desk", FULL)

    def denied(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)  # root may read everything
    with pytest.raises(OSError, match="must be a file that can be read; got Permission denied"):
        load("f", tmp_path / "desk", NAMES)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"method": "svd"}, r"method must be what the interrupted run was asked \(None\); got 'svd'"),
        ({"kernel": {"blas": "b"}}, r"kernel blas must be .* \('a'\); got 'b'"),
        ({"input": {"x": {"size": 4, "header": "h"}}}, r"input x size must be .* \(3\); got 4"),
        ({"input": {}}, r"input x size must be .* \(3\); got None"),
        ({"initial": {"y": {"size": 1}}}, r"initial y size must be .* \(None\); got 1"),
        ({"new": True}, "new must be"),
    ],
)
def test_the_difference_is_named(change: dict[str, Any], named: str) -> None:
    require_same("f", FULL, json.loads(json.dumps(ABOUT)))
    with pytest.raises(ValueError, match=named):
        require_same("f", FULL, ABOUT | change)
