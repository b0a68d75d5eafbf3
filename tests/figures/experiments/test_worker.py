"""A worker answers line by line, and ends when nobody asks."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from figures.experiments import worker

from ...backends import available
from .faked import configuration, folder


def test_it_answers_with_records_and_null(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    available("torch")
    lines = [{"configuration": configuration(arm).plain(), "done": done} for arm, done in (("base", []), ("norm", [0]))]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(line) + "\n" for line in lines)))
    assert worker.main([str(tmp_path / "kept"), str(folder(tmp_path / "data"))]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one and (one["configuration"]["arm"], one["task"]) for one in told] == [
        ("base", 0), ("base", 1), ("base", 2), None, ("norm", 1), ("norm", 2), None,
    ]  # fmt: skip
