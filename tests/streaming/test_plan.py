"""What becomes of each tensor: the library's decisions, ties and copies followed to what they come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fire_ref.models import Recipe, Rule, reinitialize
from fire_ref.models.tying import same_bytes
from fire_ref.streaming import plan as module
from fire_ref.streaming.copying import same

from .networks import State, expected, in_order, language, loaded, planned, rewritten, saved, sharded


def test_it_decides_as_in_memory(tmp_path: Path, rng: np.random.Generator) -> None:
    index = sharded(tmp_path / "in", language(rng))
    plan, _ = planned(index, tmp_path / "out")
    _, report = reinitialize(in_order(index), "gpt")
    assert set(plan.origin) == set(report.changed)
    assert plan.origin["transformer.wte.weight"] == plan.origin["lm_head.weight"] == "lm_head.weight"
    assert "transformer.wte.weight" not in plan.jobs


def test_tied_tensors_are_compared_without_being_read(
    tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> bool:
        raise AssertionError("whole tensors were read")

    monkeypatch.setattr(module, "same_bytes", never)
    state = language(rng)
    plan, _ = planned(sharded(tmp_path / "in", state), tmp_path / "out")
    assert plan.decisions.first["transformer.wte.weight"] == "lm_head.weight"
    state["lm_head.weight"][-1, -1] += 1
    apart, _ = planned(sharded(tmp_path / "other", state), tmp_path / "out")
    assert apart.decisions.first["transformer.wte.weight"] == "transformer.wte.weight"
    assert any("are two tensors, not one" in note for note in apart.notes)
    assert same is not same_bytes


CHAIN = Recipe(
    "chain",
    "a test",
    (
        Rule("^a$"),
        Rule("^b$", "copy", source=("a",)),
        Rule("^c$", "copy", source=("b",)),
        Rule("^d$", "copy", source=("e",)),
        Rule("^e$", "copy", source=("f",)),
        Rule("^g$", "copy", source=("n",)),
    ),
)


def test_copies_of_copies_are_what_they_are_in_memory(tmp_path: Path, rng: np.random.Generator) -> None:
    state: State = {name: rng.standard_normal((4, 3)) for name in "abcdef"}
    state |= {"g": rng.integers(0, 9, 5), "n": rng.integers(0, 9, 5)}
    source = saved(tmp_path / "m.safetensors", state)
    plan, _ = planned(source, tmp_path / "out", CHAIN)  # type: ignore[arg-type] # a recipe is taken as it is
    assert plan.origin == {"a": "a", "b": "a", "c": "a", "d": "e", "e": "f", "g": "n"}
    rewritten(source, tmp_path / "new.safetensors", CHAIN)  # type: ignore[arg-type] # likewise
    found, wanted = loaded(tmp_path / "new.safetensors"), expected(state, CHAIN)
    assert {name: a.tobytes() for name, a in found.items()} == {name: a.tobytes() for name, a in wanted.items()}


def test_copies_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    state: State = {"a": np.eye(3), "b": np.eye(2)}
    with pytest.raises(ValueError, match="must have the shape and dtype of 'a', which is copied to it"):
        planned(saved(tmp_path / "m.safetensors", state), tmp_path / "out", CHAIN)  # type: ignore[arg-type] # likewise


def test_a_network_without_weights_is_refused(tmp_path: Path) -> None:
    source = saved(tmp_path / "m.safetensors", {"bias": np.ones(3)})
    with pytest.raises(ValueError, match="must hold a weight that 'gpt' takes; got 1 tensors, all left"):
        planned(source, tmp_path / "out")
