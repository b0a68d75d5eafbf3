"""What is printed and kept of a rewriting."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from fire_ref.models import reinitialize
from fire_ref.streaming.record import rewriting
from fire_ref.streaming.running import reserved

from .networks import FUNCTION, in_order, language, planned, rewritten, sharded


def test_it_tells_what_the_library_tells(tmp_path: Path, rng: np.random.Generator) -> None:
    state = language(rng)
    state["transformer.h.1.mlp.c_fc.weight"] = state["transformer.h.0.mlp.c_fc.weight"]
    state["forgotten"] = rng.standard_normal((3, 3)).astype("f4")
    index = sharded(tmp_path / "in", state)
    plan, request = planned(index, tmp_path / "out", method="svd")
    place = reserved(FUNCTION, plan, request)
    found = rewriting(plan, place, None, rewritten(index, tmp_path / "out", method="svd"))
    _, report = reinitialize(in_order(index), "gpt", method="svd")
    assert (found.recipe, found.method, found.steps) == (report.recipe, report.method, report.steps)
    assert found.source == report.source
    assert found.changed == report.changed
    assert next(iter(found.skipped)) == "forgotten", "a matrix that nobody spoke of is first"
    assert {name: why for name, why in found.skipped.items() if "quantised" not in name} == report.skipped
    assert found.notes == report.notes
    assert any("holds the same values as" in note for note in found.notes)
    assert [block.name for block in found.blocks] == [row.name for row in report.rows]
    for block in found.blocks:
        assert np.isclose(block.sfe, report.sfe_paid[block.name], rtol=1e-9, atol=1e-12)
        assert np.isclose(block.dfi_after, report.dfi_after[block.name], rtol=1e-6, atol=1e-20)


def test_a_plan_has_a_line_for_every_tensor(tmp_path: Path, rng: np.random.Generator) -> None:
    index = sharded(tmp_path / "in", language(rng))
    plan, request = planned(index, tmp_path / "out")
    found = rewriting(plan, reserved(FUNCTION, plan, request))
    assert [line.tensor for line in found.plan] == [tensor.name for tensor in plan.source.tensors]
    assert {line.tensor for line in found.plan if line.action != "leave"} == set(found.changed)
    assert all(line.why for line in found.plan)
    assert (found.blocks, found.files) == ((), {})
    assert found.bytes == sum(path.stat().st_size for path in index.parent.glob("*.safetensors"))
    again = json.loads(json.dumps(found.plain()))
    assert again["plan"][0]["tensor"] == found.plan[0].tensor
