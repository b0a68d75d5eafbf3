"""No file name that says nothing, no path of one machine, no address of a package index."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from .paths import ROOT

EMPTY = {"utils", "util", "misc", "helpers", "helper", "common", "core", "base"}
# Written in pieces so that this file does not match itself.
MACHINE = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:home|ro" + r"ot|work|Users|opt)/[\w.]",
            "index" + "-url",
            "extra-" + "index",
            r"https?://[\w.]*py" + r"pi",
        ]
    )
)
TEXT = {".py", ".md", ".toml", ".txt", ".sh", ".v", ""}


def tracked() -> list[Path]:
    """Files that git knows, or all of them where there is no git (an unpacked source archive)."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]
    found = [path for path in ROOT.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return [path for path in found if not path.relative_to(ROOT).parts[0].startswith(".")]


def test_file_names_say_what_is_inside() -> None:
    assert not [path for path in tracked() if path.stem in EMPTY]


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = {}
    for path in tracked():
        if path.suffix in TEXT:
            match = MACHINE.search(path.read_text(encoding="utf-8"))
            if match:
                found[path.name] = match.group()
    assert not found


@pytest.mark.parametrize("bad", ["see /wo" + "rk/main/x", "/ro" + "ot/.cache", "--index" + "-url x"])
def test_the_pattern_finds_what_it_is_for(bad: str) -> None:
    assert MACHINE.search(bad)


def test_top_level_is_as_promised() -> None:
    folders = {
        path.relative_to(ROOT).parts[0] for path in tracked() if not path.relative_to(ROOT).parts[0].startswith(".")
    }
    assert folders == {
        "fire_ref",
        "proofs",
        "tests",
        "figures",
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
    }
