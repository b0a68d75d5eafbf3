"""The worker's side of the conversation, on pipes made of memory, and its hold on the real ones."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fire_ref.conformance.targets.outcome import Outcome, Setup
from fire_ref.conformance.targets.protocol import BrokenFrame, Message, read, write
from fire_ref.conformance.targets.worker import packed, serve

from .hostile import VALUES, written

CALL = Message("call", {"form": "plain", "repeat": 1, "kwargs": {}}, (VALUES,))


def setup(name: str, **changes: Any) -> Message:
    return Message("setup", {"name": name, "setup": dataclasses.asdict(Setup(**changes))})


def conversation(*messages: Message) -> list[Message]:
    requests, answers = io.BytesIO(), io.BytesIO()
    for message in messages:
        write(requests, message)
    requests.seek(0)
    serve(requests, answers)
    answers.seek(0)
    return list(iter(lambda: read(answers), None))


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


def test_it_loads_and_answers(tmp_path: Path) -> None:
    ready, *outcomes = conversation(setup(f"{written(tmp_path)}:double"), CALL, CALL)
    assert ready.kind == "ready"
    assert ready.fields["parameters"] == ("steps", "eps")
    assert ready.fields["seconds"] > 0
    assert "numpy" in ready.fields["versions"]
    for answer in outcomes:
        found = Outcome(values=answer.arrays, **answer.fields)
        assert found.status == "returned"
        assert found.values[0].tobytes() == (2 * VALUES).tobytes()


def test_other_values_are_the_second_array(tmp_path: Path) -> None:
    path = written(tmp_path, "buffer = None\ndef f(x):\n global buffer\n buffer = x if buffer is None else buffer\n"
                   " buffer[:] = x\n return buffer")  # fmt: skip
    message = dataclasses.replace(CALL, arrays=(VALUES, VALUES + 1))
    assert conversation(setup(f"{path}:f"), message)[1].fields["aliased"]


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("absent", {}, "a colon and a name"),
        ("math:absent", {}, "must name something in math"),
        ("math:sqrt", {"kwargs": {"a": 1}}, "must accept one array and a"),
        ("math:sqrt", {"arrays": "other"}, "arrays must be one of"),
        ("math:sqrt", {"adapter": "linear"}, "adapter must be used with torch"),
    ],
)
def test_a_failure_is_told(name: str, changes: dict[str, Any], told: str) -> None:
    (answer,) = conversation(setup(name, **changes), CALL)
    assert (answer.kind, answer.fields["kind"]) == ("failed", "ValueError")
    assert told in answer.fields["error"]


def test_a_target_that_interrupts(tmp_path: Path) -> None:
    answer = conversation(setup(f"{written(tmp_path)}:interrupts"), CALL)[1]
    assert (answer.fields["status"], answer.fields["error"]) == ("raised", "KeyboardInterrupt")


def test_nothing_to_do() -> None:
    assert conversation() == []


def test_outcomes_survive() -> None:
    outcome = Outcome(
        "returned", (VALUES,), "t", "d", "cpu", (3, 2), False, False, True, True, ("b",), "e", "p", ("s",)
    )
    message = packed(outcome)
    again = Outcome(values=message.arrays, **message.fields)
    assert dataclasses.replace(again, values=()) == dataclasses.replace(outcome, values=())


def test_as_a_program_it_speaks_through_its_pipes_only(tmp_path: Path) -> None:
    requests = io.BytesIO()
    for message in (setup(f"{written(tmp_path)}:noisy"), CALL):
        write(requests, message)
    command = [sys.executable, "-m", "fire_ref.conformance.targets.worker"]
    found = subprocess.run(command, input=requests.getvalue(), capture_output=True, check=True)
    stream = io.BytesIO(found.stdout)
    assert [getattr(read(stream), "kind", None) for _ in range(3)] == ["ready", "outcome", None]
    assert b"raw output while importing" in found.stderr
    broken = subprocess.run(command, input=b"hello\n", capture_output=True, check=False)
    assert (broken.returncode, broken.stdout, broken.stderr) == (1, b"", b"")


def test_a_broken_request_ends_it() -> None:
    with pytest.raises(BrokenFrame):
        serve(io.BytesIO(b"hello\n"), io.BytesIO())
