"""proofs/README.md names tests that exist, and every property test is named there."""

from __future__ import annotations

import ast
import re

from .paths import ROOT

TEXT = (ROOT / "proofs" / "README.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`(tests/[\w/]+\.py::\w+)`", TEXT))


def defined() -> set[str]:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found.add(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def test_every_named_test_exists() -> None:
    assert len(NAMED) > 40
    assert NAMED - defined() == set()


def test_every_theorem_file_is_in_the_table() -> None:
    files = {path.name for path in (ROOT / "tests" / "properties").glob("test_*.py")} - {"test_stacks_and_layouts.py"}
    assert {name for name in files if name not in TEXT} == set()


def test_every_property_names_the_mutants_it_kills() -> None:
    without = []
    for folder in ("properties", "exact"):
        for path in (ROOT / "tests" / folder).glob("test_*.py"):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                    calls = [d.func for d in node.decorator_list if isinstance(d, ast.Call)]
                    if not any(isinstance(call, ast.Name) and call.id in ("kills", "breaks") for call in calls):
                        without.append(f"{path.name}::{node.name}")
    assert not without
