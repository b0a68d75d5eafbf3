"""One tensor: projected block by block, put back, or copied; and refused by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fire_ref.models import Recipe, Rule, Split
from fire_ref.streaming.briefing import Desk, makes
from fire_ref.streaming.computing import make
from fire_ref.streaming.orders import Make

from ..killing import breaks
from .networks import FUNCTION, State, expected, planned, saved

FUSED = Recipe(
    "fused",
    "a test",
    (
        Rule("rows", split=Split("rows", (2, 1, 1)), method="svd"),
        Rule("columns", split=Split("columns", (1, 1)), layout="IO", steps=3),
        Rule("grouped", groups=2, gain="mean"),
    ),
)


def orders(folder: Path, state: State, recipe: Any = FUSED) -> dict[str, Make]:
    source = saved(folder / "m.safetensors", state)
    plan, _ = planned(source, folder / "out", recipe)
    desk = Desk(folder, "x")
    desk.part(0).write_bytes(source.read_bytes())
    return {order.name: order for order in makes(plan, [0], desk, "cpu")}


def check(folder: Path) -> None:
    rng = np.random.default_rng(5)
    state: State = {
        "rows.weight": rng.standard_normal((12, 7)).astype("f4"),
        "columns.weight": rng.standard_normal((6, 10)).astype(ml_dtypes.bfloat16),
        "grouped.weight": rng.standard_normal((6, 3, 2, 2)),
    }
    wanted = expected(state, FUSED)
    for name, order in orders(folder, state).items():
        outcome = make(FUNCTION, order)
        (target,) = order.targets
        raw = target.path.read_bytes()[target.offset : target.offset + state[name].nbytes]
        assert raw == wanted[name].tobytes(), name
        assert len(outcome.blocks) == {"rows.weight": 3, "columns.weight": 2}.get(name, 1)
        whole = float(np.sum((state[name].astype("f8") - wanted[name].astype("f8")) ** 2))
        assert sum(block.sfe for block in outcome.blocks) == pytest.approx(whole, rel=1e-9)
        assert outcome.content


def test_blocks_are_put_together_as_in_memory(tmp_path: Path) -> None:
    check(tmp_path)


def _uncut(self: Any, xp: Any, array: Any) -> Any:
    return array[: self.end - self.begin] if self.axis == 0 and self.label else _TAKE(self, xp, array)


from fire_ref.models.blocks import Block  # noqa: E402 # for the mutant only

_TAKE = Block.take


@breaks(every_block_the_first=(Block, "take", _uncut))
def test_a_block_from_elsewhere_is_seen() -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        check(Path(folder))


@pytest.mark.parametrize(("value", "got"), [(np.nan, "nan at index"), (np.inf, "inf at index")])
def test_what_is_not_finite_is_named_with_its_file(tmp_path: Path, value: float, got: str) -> None:
    W = np.ones((12, 7))
    W[10, 2] = value
    order = orders(tmp_path, {"rows.weight": W})["rows.weight"]
    with pytest.raises(ValueError, match=r"'rows.weight\[rows 9:12\]' in m.safetensors must be finite; got") as caught:
        make(FUNCTION, order)
    assert f"{got} (1, 2)" in str(caught.value)


def test_equal_contents_have_one_digest(tmp_path: Path) -> None:
    W = np.random.default_rng(0).standard_normal((12, 7))
    found = orders(tmp_path, {"rows.a": W, "rows.b": W.copy(), "rows.c": W + 1})
    one, other, another = (make(FUNCTION, order).content for order in found.values())
    assert one == other != another


def test_initial_values_of_another_shape_are_refused(tmp_path: Path) -> None:
    recipe = Recipe("back", "a test", (Rule("a", "reset"), Rule("b")))
    saved(tmp_path / "new.safetensors", {"a.weight": np.ones((2, 2))})
    source = saved(tmp_path / "m.safetensors", {"a.weight": np.ones((3, 3)), "b.weight": np.eye(3)})
    plan, _ = planned(source, tmp_path / "out", recipe, initial=str(tmp_path / "new.safetensors"))  # type: ignore[arg-type] # a recipe is taken as it is
    order = next(one for one in makes(plan, [0], Desk(tmp_path, "x"), "cpu") if one.name == "a.weight")
    with pytest.raises(ValueError, match=r"initial\['a.weight'\] must have the shape \(3, 3\)"):
        make(FUNCTION, order)
