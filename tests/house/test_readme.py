"""README.md: short, and every block executed, here or (network blocks) by .ci/run."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.numpy import save_file

import figures.__main__
import fire_ref
from fire_ref.cli import main
from fire_ref.weights import digits_mlp

from ..backends import available
from .paths import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS_OF = {"fire-ref ": main, "python -m figures ": figures.__main__.main}
COMMANDS = tuple(COMMANDS_OF)
BLOCKS: list[tuple[str, str]] = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def kind(index: int) -> str:
    """Say who executes a block: "network" (.ci/run), "command", "python", "output"; fail if nobody does."""
    language, body = BLOCKS[index]
    lines = [line for line in body.splitlines() if line.strip()]
    if language == "sh" and "pip install" in body:
        return "network"
    if language == "sh" and all(line.startswith(COMMANDS) for line in lines):
        return "command"
    if language == "python":
        return "python"
    if language == "text" and index and BLOCKS[index - 1][0] == "python":
        return "output"
    return pytest.fail(f"nobody executes this block of README.md:\n{body}")


def of_kind(wanted: str) -> list[int]:
    return [i for i in range(len(BLOCKS)) if kind(i) == wanted]


def test_it_is_under_200_lines() -> None:
    assert len(TEXT.splitlines()) < 200


def test_every_block_has_somebody_who_executes_it() -> None:
    kinds = [kind(i) for i in range(len(BLOCKS))]
    assert kinds.count("network") == 2
    assert {"python", "command", "output"} <= set(kinds)


def test_ci_runs_the_network_blocks_from_the_text() -> None:
    printed = subprocess.run(
        [sys.executable, ".ci/readme.py", "README.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [BLOCKS[i][1].strip() for i in of_kind("network")] == [
        b.strip() for b in printed.stdout.split("\n\n") if b.strip()
    ]
    assert ".ci/readme.py README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("index", of_kind("python"))
def test_python_blocks_print_what_the_readme_says(index: int) -> None:
    for library in ("torch", "jax"):
        if f"import {library}\n" in BLOCKS[index][1]:
            available(library)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(BLOCKS[index][1], f"README.md block {index}", "exec"), {})  # the point of it
    assert kind(index + 1) == "output"
    assert numbers(out.getvalue()) == numbers(BLOCKS[index + 1][1])


def numbers(text: str) -> str:
    """Blank the digits of a rounding error: its size differs between processors, its being one does not."""
    return re.sub(r"\de-\d\d", "rounding", text.strip())


@pytest.mark.parametrize("index", of_kind("command"))
def test_command_blocks_run(index: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    save_file(digits_mlp(), "model.safetensors")  # the checkpoint that the reader has, and the code
    Path("port.py").write_text("from fire_ref import newton_schulz\n", encoding="utf-8")
    for line in BLOCKS[index][1].splitlines():
        command = next(one for one in COMMANDS if line.startswith(one))
        assert COMMANDS_OF[command](shlex.split(line.removeprefix(command))) == 0


def test_the_sentence_it_quotes_is_what_the_audit_says() -> None:
    quoted = re.search(r'of the shipped networks: "([^"]+)"', TEXT)
    assert quoted is not None
    assert any(" ".join(quoted[1].split()) in text for text in fire_ref.audit().sentences)


def test_links_and_pictures_exist() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        assert (ROOT / target).exists(), target
    for path in re.findall(r"`((?:tests|figures|proofs|\.ci)/[\w./]+)`", TEXT):
        assert (ROOT / path).exists(), path
