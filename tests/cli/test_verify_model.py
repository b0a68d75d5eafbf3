"""`fire-ref verify-model`: exit status, one line for bad input, JSON and page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from safetensors.numpy import save_file

import fire_ref
from fire_ref.cli import main
from fire_ref.conformance.report import schema

from ..conformance.states.mutants import C_ATTN, steps
from ..conformance.states.small import initial, network


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """A GPT before, after, and after with a fused matrix taken whole."""
    before = network("gpt")
    after, _ = fire_ref.reinitialize(before, "gpt")
    states: dict[str, dict[str, Any]] = {
        "before": before,
        "after": after,
        "wrong": after | {C_ATTN: steps(before[C_ATTN], 5)},
        "adam": {f"exp_avg.{C_ATTN}": np.ones((72, 24), np.float32)},
    }
    paths = {}
    for name, state in states.items():
        paths[name] = str(tmp_path / f"{name}.safetensors")
        save_file(state, paths[name])
    return paths


def test_a_right_checkpoint_is_0_and_a_wrong_one_1(files: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify-model", files["before"], files["after"], "--recipe", "gpt"]) == 0
    text = capsys.readouterr()
    assert "✓ passed" in text.out
    assert "Faithful to recipe gpt? ✓ yes" in text.out
    assert text.err == ""
    assert main(["verify-model", files["before"], files["wrong"], "--recipe", "auto"]) == 1
    text = capsys.readouterr()
    assert "FUSED_QKV_WHOLE" in text.out
    assert C_ATTN in text.out


def test_options_are_passed_on(files: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    common = ["verify-model", files["before"], files["after"], "--recipe", "gpt"]
    assert main([*common, "--dialect", "paper"]) == 1
    assert "UNDER_ITERATED" in capsys.readouterr().out
    assert main([*common, "--optimizer", files["adam"]]) == 0
    assert "STALE_OPTIMIZER" in capsys.readouterr().out
    before, first = network("dqn"), initial("dqn")
    assert first is not None
    after, _ = fire_ref.reinitialize(before, "dqn", initial=first)
    for name, state in (("q", before), ("new", after), ("first", first)):
        np.savez(tmp_path / f"{name}.npz", **state)
    paths = [str(tmp_path / f"{name}.npz") for name in ("q", "new", "first")]
    assert main(["verify-model", *paths[:2], "--recipe", "dqn", "--initial", paths[2]]) == 0
    kernels = {"w": np.random.default_rng(0).standard_normal((3, 3, 4, 8))}
    np.savez(tmp_path / "k.npz", **kernels)
    np.savez(tmp_path / "l.npz", **fire_ref.reinitialize(kernels, "official", layout="HWIO")[0])
    command = ["verify-model", str(tmp_path / "k.npz"), str(tmp_path / "l.npz"), "--recipe", "official"]
    assert main(command) == 1
    assert main([*command, "--layout", "HWIO"]) == 0


def test_json_and_page(files: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    numbers, page = tmp_path / "r.json", tmp_path / "r.html"
    command = ["verify-model", files["before"], files["wrong"], "--recipe", "gpt"]
    assert main([*command, "--json", str(numbers), "--html", str(page)]) == 1
    data = json.loads(numbers.read_text(encoding="utf-8"))
    assert list(Draft202012Validator(schema()).iter_errors(data)) == []
    assert (data["level"], data["passed"], data["target"]) == ("state", False, files["wrong"])
    assert "FUSED_QKV_WHOLE" in page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert main([*command, "--json", "-"]) == 1
    assert json.loads(capsys.readouterr().out)["diagnoses"][0]["tensor"] == C_ATTN


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--recipe", "gpt-5"], "recipe must be one of"),
        (["--recipe", "gpt", "--dialect", "fire"], "dialect must be one of"),
        (["--recipe", "gpt", "--initial", "nowhere.npz"], "initial must be left out"),
        (["--recipe", "dqn", "--initial", "nowhere.npz"], "nowhere.npz must exist"),
        (["--recipe", "gpt", "--optimizer", "nowhere.npz"], "nowhere.npz must exist"),
        (["--recipe", "gpt", "--html", "-"], "--html must name a file"),
        (["--recipe", "gpt", "--json", "nowhere/r.json"], "--json must lie in an existing folder"),
        (["--recipe", "gpt", "--layout", "IO,OI"], "layout must be one layout for each number of axes"),
    ],
    ids=str,
)
def test_bad_usage_is_2_and_one_line(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], change: list[str], message: str
) -> None:
    assert main(["verify-model", files["before"], files["after"], *change]) == 2
    text = capsys.readouterr()
    assert text.out == ""
    assert message in text.err
    assert text.err.startswith("fire-ref verify-model: ")
    assert len(text.err.splitlines()) == 1


def test_a_damaged_file_is_2_and_what_is_read_is_never_overwritten(
    files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Path(files["after"]).read_bytes()
    Path(files["wrong"]).write_bytes(whole[:-8])
    assert main(["verify-model", files["before"], files["wrong"], "--recipe", "gpt"]) == 2
    assert main(["verify-model", files["before"], files["after"], "--recipe", "gpt", "--json", files["after"]]) == 2
    assert Path(files["after"]).read_bytes() == whole
    assert all(line.startswith("fire-ref") for line in capsys.readouterr().err.splitlines())


def test_the_file_of_a_recipe_is_not_overwritten(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    recipe = tmp_path / "recipe.toml"
    text = "[[rules]]\npattern = 'mlp.c_fc.weight$'\n"
    recipe.write_text(text, encoding="utf-8")
    command = ["verify-model", files["before"], files["after"], "--recipe", str(recipe)]
    assert main(command) == 1  # it takes less than was changed
    capsys.readouterr()
    for option in ("--json", "--html"):
        assert main([*command, option, str(recipe)]) == 2
        assert "must be another file than the file that is read" in capsys.readouterr().err
        assert recipe.read_text(encoding="utf-8") == text


def test_the_recipe_is_required_and_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["verify-model", "a.npz", "b.npz"])
    assert caught.value.code == 2
    with pytest.raises(SystemExit) as caught:
        main(["verify-model", "--help"])
    assert caught.value.code == 0
    assert "fire-ref verify-model old.safetensors new.safetensors --recipe bert" in capsys.readouterr().out
