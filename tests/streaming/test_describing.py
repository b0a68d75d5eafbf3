"""What tells one run from another, the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fire_ref import RECIPES, __version__
from fire_ref.models import Recipe, Rule, Split
from fire_ref.streaming.describing import description, rules

from .networks import language, planned, sharded

ROOT = Path(__file__).parents[2]


def test_everything_that_changes_bits_is_in_it(tmp_path: Path, rng: np.random.Generator) -> None:
    index = sharded(tmp_path / "in", language(rng))
    plan, request = planned(index, tmp_path / "out", steps=3)
    told = description(plan, request, {"blas": "x"})
    assert told["version"] == __version__
    assert (told["recipe"], told["method"], told["steps"], told["device"]) == ("gpt", None, 3, "cpu")
    assert (told["threads"], told["kernel"]) == (1, {"blas": "x"})
    assert told["dtype"] == "bfloat16, float16, float32, float64"
    assert {name: entry["size"] for name, entry in told["input"].items()} == {
        path.name: path.stat().st_size for path in index.parent.iterdir()
    }
    assert {name: entry["mtime_ns"] for name, entry in told["input"].items()} == {
        path.name: path.stat().st_mtime_ns for path in index.parent.iterdir()
    }
    assert description(plan, replace(request, steps=4), {"blas": "x"}) != told
    assert description(plan, replace(request, workers=3), {"blas": "x"}) == told, "the bits are the same"


def test_rules_have_one_name_in_every_process() -> None:
    code = "from fire_ref import RECIPES; from fire_ref.streaming.describing import rules; print(rules(RECIPES['gpt']))"
    for seed in ("1", "2"):
        found = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout.strip() == rules(RECIPES["gpt"])


@pytest.mark.parametrize(
    "change",
    [{"steps": 9}, {"eps": 1e-8}, {"pattern": "x"}, {"split": Split("rows", (1, 2))}, {"axes": frozenset({2})}],
)
def test_other_rules_have_another_name(change: dict[str, object]) -> None:
    rule = Rule("fc")
    one, other = (Recipe("r", "", (rule,)), Recipe("r", "", (replace(rule, **change),)))  # type: ignore[arg-type] # by name
    assert rules(one) != rules(other)
    assert rules(one) == rules(Recipe("another name", "", (rule,)))
    assert rules(one) != rules(Recipe("r", "", (rule,), (("a", "b"),)))
