"""Exit statuses, error lines and help of `fire-ref`."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import fire_ref
from fire_ref.cli import main


def test_python_dash_m_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "fire_ref", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"fire-ref {fire_ref.__version__}"


@pytest.mark.parametrize(
    "arguments", [[], ["nothing"], ["demo", "--nothing"], ["audit", "--nothing"], ["demo", "--device", "tpu"]]
)
def test_bad_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: fire-ref" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "command"), [(["--help"], "audit"), (["audit", "--help"], "audit"), (["demo", "--help"], "demo")]
)
def test_help_shows_an_example(arguments: list[str], command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 0
    assert re.search(rf"examples?:\n  fire-ref {command}", capsys.readouterr().out)


def test_help_names_every_command_and_exit_status(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    out = capsys.readouterr().out
    for word in ("audit", "demo", "0", "1", "2", "130"):
        assert re.search(rf"^ +{word}  ", out, re.MULTILINE), word


def test_an_error_is_one_line_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--plot", "front.gif"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("fire-ref demo: --plot must end in .png, .svg, .pdf; got 'front.gif'")
    assert len(captured.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["--debug", "demo"], ["demo", "--debug"]])
def test_debug_shows_where(arguments: list[str]) -> None:
    with pytest.raises(ValueError, match=r"front\.gif"):
        main([*arguments, "--plot", "front.gif"])


def test_a_reader_that_leaves_early_is_no_verdict() -> None:
    done = subprocess.run(
        f"{sys.executable} -m fire_ref demo | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 141)  # 0 where everything was written before the reader left
    assert "Traceback" not in done.stderr


def test_a_terminal_without_a_width_gets_the_whole_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "0")
    assert main(["demo"]) == 0
    assert "k = 5 moved this layer" in capsys.readouterr().out


def test_an_error_of_the_library_is_signed_by_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_options: object) -> int:
        raise ValueError("sfe: W must\nbe finite")

    monkeypatch.setattr("fire_ref.cli.demo.run", broken)
    assert main(["demo"]) == 2
    assert capsys.readouterr().err == "fire-ref: sfe: W must be finite\n"


def test_an_interrupt_is_no_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("fire_ref.cli.demo.run", interrupted)
    assert main(["demo"]) == 130
    assert capsys.readouterr().err == "fire-ref: interrupted\n"
