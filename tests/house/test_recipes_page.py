"""fire_ref/models/README.md: its table is the recipes', its examples are executed."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import numpy as np

import fire_ref

from .paths import ROOT

TEXT = (ROOT / "fire_ref" / "models" / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_table_is_that_of_the_recipes() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (.*) \|$", TEXT, re.MULTILINE)
    told = [(name, text.replace(r"\|", "|")) for name, text in rows]
    assert told == [(name, recipe.source) for name, recipe in fire_ref.RECIPES.items()]


def test_the_python_example_prints_what_the_page_says() -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(block("python"), "fire_ref/models/README.md", "exec"), {})
    assert out.getvalue() == block("text")


def test_the_toml_example_is_a_recipe_that_does_what_it_says(tmp_path: Path, rng: np.random.Generator) -> None:
    path = tmp_path / "encoder.toml"
    path.write_text(block("toml"), encoding="utf-8")
    shapes = {"online.qkv.weight": (12, 8), "online.conv1.weight": (4, 3, 5), "online.qkv.bias": (12,)}
    state = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    state |= {name.replace("online", "target"): W + 1 for name, W in state.items()}
    state["embedding.weight"] = state["head.weight"] = rng.standard_normal((9, 8))
    new, report = fire_ref.reinitialize(state, path)
    assert report.recipe == "encoder"
    query = state["online.qkv.weight"][:8]
    assert np.array_equal(new["online.qkv.weight"][:8], fire_ref.fire(query))
    assert np.array_equal(new["target.qkv.weight"], new["online.qkv.weight"])
    kernel = state["online.conv1.weight"].reshape(2, 2, 3, 5)
    wanted = fire_ref.fire(kernel, layout="gOIW", gain="norm", method="newton-schulz", steps=8)
    assert np.array_equal(new["online.conv1.weight"], wanted.reshape(4, 3, 5))
    assert report.skipped["online.qkv.bias"] == "biases and norms"
    assert next(iter(report.skipped)) == "embedding.weight", "a matrix that nobody spoke of"
