"""The worker's side of the conversation, on pipes made of memory, and its hold on the real ones."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from fire_ref.conformance.targets.outcome import Outcome, Setup
from fire_ref.conformance.targets.protocol import BrokenFrame, Message, read, write
from fire_ref.conformance.targets.worker import packed, serve

from ...backends import available
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


def test_a_gpu_that_is_not_here_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(available("torch").cuda, "is_available", lambda: False)
    (answer,) = conversation(setup("math:sqrt", arrays="torch", device="cuda"), CALL)
    assert (answer.kind, answer.fields["kind"]) == ("failed", "BackendError")
    assert answer.fields["error"].startswith("verify: device 'cuda' cannot be used: torch ")


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


PARENT = """
import sys
from fire_ref.conformance.targets.child import Child
from fire_ref.conformance.targets.outcome import Call
import numpy as np
child = Child(sys.argv[1])
print(child._process._process.pid, flush=True)
child.call(Call(np.eye(2)))
"""


def test_it_ends_with_the_process_that_started_it_even_in_the_middle_of_a_call(tmp_path: Path) -> None:
    (tmp_path / "port.py").write_text("import time\ndef hang(W):\n    while True:\n        time.sleep(0.1)\n")
    command = [sys.executable, "-c", PARENT, f"{tmp_path / 'port.py'}:hang"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        if not alive(worker):
            return
        time.sleep(0.1)
    pytest.fail("the worker outlived its parent by ten seconds")


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended but is still listed does not."""
    status = Path(f"/proc/{process}/status")
    if not Path("/proc/self/status").exists():
        pytest.skip("this system has no /proc")
    return status.exists() and "State:\tZ" not in status.read_text()
