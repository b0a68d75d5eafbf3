"""The journal: whole or not at all, read without trust, and compared field by field."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fire_ref.streaming.journal import Journal, journal_of, load, require_same, save

ABOUT = {"method": None, "kernel": {"blas": "a"}, "input": {"x": {"size": 3, "header": "h"}}, "initial": None}
FULL = Journal(ABOUT, "t", {"x": (3, "d")}, {"w": {"blocks": [], "content": ""}})


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert load("f", tmp_path / "desk") is None
    save("f", tmp_path / "desk", FULL)
    assert load("f", tmp_path / "desk") == FULL
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
    assert load("f", tmp_path / "desk") == FULL


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "about": 3, "token": "t", "done": {}, "outcomes": {}}']
)
def test_what_is_no_journal_is_refused(tmp_path: Path, text: str) -> None:
    journal_of(tmp_path / "desk").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"must be the journal of a run; got .* Try --restart"):
        load("f", tmp_path / "desk")


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
