"""The script for a GPU: its commands are such as exist, in the right order, and its status tells of any failure."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from figures.__main__ import _parser

from ..house.paths import ROOT

STAND_IN = """#!/bin/sh
echo "$FIRE_REF_REQUIRE: $*" >> "$SAID"
case "$*" in *figures*) echo "the tables" > "$WHERE/table1.md"; exit "$FIGURES" ;; esac
exit "$TESTS"
"""


def run(
    folder: Path, *more: str, tests: int = 0, figures: int = 0
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    python, said, where = folder / "python", folder / "said", folder / "out"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    told = {"PYTHON": str(python), "SAID": str(said), "WHERE": str(where), "TESTS": str(tests), "FIGURES": str(figures)}
    found = subprocess.run(
        ["bash", "figures/on_a_gpu.sh", str(where), *more],
        cwd=ROOT,
        env=os.environ | told | {"FIRE_REF_REQUIRE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return found, said.read_text().splitlines()


def test_it_tests_measures_and_prints(tmp_path: Path) -> None:
    found, said = run(tmp_path)
    assert found.returncode == 0, found.stderr
    assert said[0] == "cupy,gpu: -m pytest"
    command = said[1].removeprefix(": -m figures ")
    assert found.stdout.endswith("the tables\n")
    options = _parser().parse_args(command.split())
    assert (options.names, options.device, options.large) == (["table1"], "cuda", True)


def test_a_gpu_that_is_lent_for_minutes(tmp_path: Path) -> None:
    options = _parser().parse_args(run(tmp_path, "--quick")[1][1].removeprefix(": -m figures ").split())
    assert (options.quick, options.large) == (True, False)


def test_a_failing_test_is_its_status_and_the_table_is_made_all_the_same(tmp_path: Path) -> None:
    found, said = run(tmp_path, tests=3)
    assert found.returncode == 3
    assert len(said) == 2
    assert found.stdout.endswith("the tables\n")


def test_without_a_table_it_fails(tmp_path: Path) -> None:
    assert run(tmp_path, figures=2)[0].returncode == 2
