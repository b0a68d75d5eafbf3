"""A process answers in time or is ended, with all it started."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from fire_ref.conformance.targets import process as module
from fire_ref.conformance.targets.process import Ended, Process
from fire_ref.conformance.targets.protocol import Message

HELLO = Message("hello", {})


def running(monkeypatch: pytest.MonkeyPatch, text: str) -> Process:
    """Start a process that runs something other than a worker."""
    monkeypatch.setattr(module, "START", text)
    return Process()


@pytest.mark.parametrize(
    ("text", "status", "told"),
    [
        ("import os; os._exit(7)", "exited", "the process ended with exit code 7"),
        ("import os; os.abort()", "crashed", "the process was ended by SIGABRT"),
        (
            "print('garbage', flush=True); input(); input()",
            "crashed",
            "its answer cannot be read (BrokenFrame: not a mes",
        ),
        ("import os; os.close(1); input(); input()", "crashed", "its answer cannot be read (BrokenFrame: none came)"),
        ("import time; time.sleep(1000)", "hung", "no answer within 0.5 s"),
        ("1 / 0", "exited", "its last words: "),
    ],
)
def test_how_it_ends_is_told(monkeypatch: pytest.MonkeyPatch, text: str, status: str, told: str) -> None:
    process = running(monkeypatch, text)
    with pytest.raises(Ended) as caught:
        process.ask(HELLO, 0.5 if status == "hung" else 20)
    assert caught.value.status == status
    assert told in str(caught.value)
    assert process._process.returncode is not None
    process.kill()


def test_a_child_that_holds_its_pipes_does_not_hold_us(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("no fork here")
    note = tmp_path / "pid"
    keep = f"open({str(note)!r}, 'w').write(str(pid)); os._exit(5)"
    text = f"import os, time; pid = os.fork()\nif pid: {keep}\ntime.sleep(1000)"
    process = running(monkeypatch, text)
    start = time.monotonic()
    with pytest.raises(Ended, match="exit code 5"):
        process.ask(HELLO, 60)
    assert time.monotonic() - start < 20
    for _ in range(100):  # it was killed, too; somebody else has to collect it
        if not alive(int(note.read_text())):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the child of the process lives on")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_a_request_that_cannot_be_sent_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    process = running(monkeypatch, "input()")
    with pytest.raises(ValueError, match="Python literals"):
        process.ask(Message("call", {"a": object()}), 5)
    assert process._process.returncode is not None


def test_an_unread_request_does_not_block(monkeypatch: pytest.MonkeyPatch) -> None:
    process = running(monkeypatch, "import time; time.sleep(1000)")
    with pytest.raises(Ended, match="no answer"):
        process.ask(Message("call", {"a": "x" * 10**6}), 0.5)
    assert not any(thread.is_alive() for thread in process._threads)


def test_killing_twice_is_killing_once(monkeypatch: pytest.MonkeyPatch) -> None:
    process = running(monkeypatch, "input()")
    process.kill()
    process.kill()
    assert all(stream is not None and stream.closed for stream in (process._process.stdin, process._process.stdout))
