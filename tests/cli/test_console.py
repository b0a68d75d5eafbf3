"""Standard output: its width, and readers that leave early; and windows of any width for the tests of the commands."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from fire_ref.cli.console import LEAST, WIDTH, Output

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def window(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """Make rich see a terminal of this width on every stream."""
    for name in ("NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(width))


def on_terminal(arguments: list[str], *, stdout: bool, stderr: bool, width: int = 100) -> tuple[int, str, str, str]:
    """
    Run `python -m fire_ref` with a real terminal on some of its streams.

    Returns
    -------
    status : int
    screen, out, err : str
        What the terminal got, and what the pipes got.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    kept = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES", "FORCE_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "fire_ref", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=theirs if stdout else subprocess.PIPE,
        stderr=theirs if stderr else subprocess.PIPE,
        env=kept | {"TERM": "xterm", "PYTHONIOENCODING": "utf-8"},
    )
    os.close(theirs)
    screen = b""
    while part := _read(ours):
        screen += part
    os.close(ours)
    out, err = process.communicate()
    return process.returncode, screen.decode(), (out or b"").decode(), (err or b"").decode()


class _Leaving(io.StringIO):
    def __init__(self, handle: int, most: int) -> None:
        super().__init__()
        self.handle, self.left = handle, most

    def fileno(self) -> int:
        return self.handle

    def write(self, text: str) -> int:
        if self.left == 0:
            raise BrokenPipeError
        self.left -= 1
        return len(text)


@contextlib.contextmanager
def leaving(file: Path, most: int) -> Iterator[io.StringIO]:
    """Open a stream whose reader leaves after so many writes; `file` is what its descriptor belongs to."""
    with file.open("w") as place:
        yield _Leaving(place.fileno(), most)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's end of a terminal that nobody holds any more
        return b""


@pytest.mark.parametrize(("columns", "width"), [(0, WIDTH), (LEAST - 1, WIDTH), (LEAST, LEAST), (200, 200)])
def test_a_window_has_its_width_if_it_knows_one(columns: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    window(monkeypatch, columns)
    assert Output().width == width


def test_a_file_gets_the_width_of_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Output().print("word " * 40)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert len(lines) == 3


def test_it_writes_to_the_standard_output_of_the_moment(capsys: pytest.CaptureFixture[str]) -> None:
    Output().out("here", highlight=False)
    assert capsys.readouterr().out == "here\n"


def test_a_closed_pipe_ends_the_process_as_sigpipe_does() -> None:
    # Far more than a pipe holds, so that the reader is gone before the end.
    script = "from fire_ref.cli.console import Output\nfor _ in range(4000): Output().print('x' * 70)"
    done = subprocess.run(
        f'"{sys.executable}" -c "{script}" | head -1; exit ${{PIPESTATUS[0]}}',
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 141
    assert done.stdout == "x" * 70 + "\n"
    assert done.stderr == ""
