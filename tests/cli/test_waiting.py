"""The progress bar: late, on a terminal's stderr only, and gone afterwards."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
import time

import pytest

from fire_ref.cli.waiting import PATIENCE, progress

from .test_console import ANSI, window

Captured = pytest.CaptureFixture[str]


def timers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_nobody_is_told_where_nobody_looks(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    with progress(0.0) as tell:
        assert tell is None
    assert capsys.readouterr() == ("", "")


def test_work_that_is_done_soon_shows_no_bar(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    window(monkeypatch, 100)
    with progress() as tell:
        assert tell is not None
        tell(1, 2, "case")
    assert "case" not in capsys.readouterr().err
    assert not timers()
    assert PATIENCE == 2.0


def test_a_bar_appears_by_itself_and_is_wiped(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    window(monkeypatch, 100)
    with progress(0.01) as tell:
        assert tell is not None
        tell(1, 2, "[bold]a\x1b]0;x\x07case")
        time.sleep(0.5)  # the first call hangs, and nobody tells anything
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "[bold]a?]0;x?case" in captured.err
    assert "━" in captured.err
    assert captured.err.endswith("\x1b[2K")
    assert "\x07" not in ANSI.sub("", captured.err)


def test_an_error_ends_the_bar_too(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        with progress(0.01):
            time.sleep(0.3)
            raise ValueError("broken")

    window(monkeypatch, 100)
    with pytest.raises(ValueError, match="broken"):
        broken()
    assert not timers()
    assert capsys.readouterr().err.endswith("\x1b[2K")


def test_a_bar_that_starts_while_a_target_is_silenced_leaves_the_streams_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    window(monkeypatch, 100)
    streams = sys.stdout, sys.stderr
    with progress(0.05):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            time.sleep(0.3)
        assert (sys.stdout, sys.stderr) == streams
    assert (sys.stdout, sys.stderr) == streams
