"""Fused matrices cut into blocks and grouped convolutions into groups: each a weight of its own, then one tensor."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest

import fire_ref
from fire_ref.arrays import home
from fire_ref.layout import Layout, parse
from fire_ref.models.blocks import Block, blocks, put_together
from fire_ref.models.recipe import Recipe
from fire_ref.models.rule import Rule
from fire_ref.models.split import COLUMNS, ROWS, SQUARE, Split

from ..backends import Backend, backend
from .official import Host, allowed, official


def cut(shape: tuple[int, ...], rule: Rule | None, layout: str | None = None) -> tuple[Block, ...]:
    return blocks("f", "state['w']", shape, parse("f", layout, shape), rule)


def values(shape: tuple[int, ...]) -> Host:
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape)


@pytest.mark.parametrize("rule", [None, Rule(), Rule(groups=1)])
def test_a_whole_weight_is_one_block_and_the_same_array(rule: Rule | None) -> None:
    W = values((4, 3, 2, 2))
    (block,) = cut(W.shape, rule)
    assert block == Block("", 0, 0, 4, W.shape, Layout("OIHW"))
    assert block.take(np, W) is W
    assert put_together(np, (block,), [W], W.shape) is W


@pytest.mark.parametrize(
    ("split", "shape", "labels", "where"),
    [
        (Split(ROWS, (1, 1, 1)), (6, 2), ["rows 0:2", "rows 2:4", "rows 4:6"], [np.s_[:2], np.s_[2:4], np.s_[4:]]),
        (Split(ROWS, SQUARE), (6, 4), ["rows 0:4", "rows 4:5", "rows 5:6"], [np.s_[:4], np.s_[4:5], np.s_[5:]]),
        (Split(COLUMNS, (1, 2)), (2, 6), ["columns 0:2", "columns 2:6"], [np.s_[:, :2], np.s_[:, 2:]]),
    ],
    ids=str,
)
def test_a_fused_matrix_is_cut_along_its_stored_axis_and_put_together_again(
    arrays: Backend, split: Split, shape: tuple[int, int], labels: list[str], where: list[slice]
) -> None:
    W = values(shape)
    array = arrays.make(W, arrays.widest)
    xp = home(array)[0]
    for layout in ("OI", "IO"):
        found = cut(shape, Rule(split=split), layout)
        assert [block.label for block in found] == labels
        taken = [block.take(xp, array) for block in found]
        for block, part, place in zip(found, taken, where, strict=True):
            assert tuple(part.shape) == block.shape == W[place].shape
            assert np.array_equal(arrays.host(part), W[place])
            assert block.layout == Layout(layout)
        back = put_together(xp, found, taken, shape)
        assert np.array_equal(arrays.host(back), W)
        swapped = put_together(xp, found, taken[::-1], shape)
        assert not np.array_equal(arrays.host(swapped), W), "the order counts"


@pytest.mark.parametrize(
    ("layout", "shape", "letters", "size"),
    [
        ("OIHW", (6, 2, 3, 3), "gOIHW", (3, 2, 2, 3, 3)),
        ("HWIO", (3, 3, 2, 6), "HWIgO", (3, 3, 2, 3, 2)),
        ("gOI", (5, 6, 2), "gaOI", (5, 3, 2, 2)),
        ("gaOI", (5, 4, 6, 2), "gabOI", (5, 4, 3, 2, 2)),
        ("OI", (6, 2), "gOI", (3, 2, 2)),
    ],
)
def test_groups_are_a_batch_of_their_own(
    arrays: Backend, layout: str, shape: tuple[int, ...], letters: str, size: tuple[int, ...]
) -> None:
    W = values(shape)
    array = arrays.make(W, arrays.widest)
    (block,) = cut(shape, Rule(groups=3), layout)
    assert block == Block("", layout.index("O"), 0, 6, size, Layout(letters))
    taken = block.take(home(array)[0], array)
    assert tuple(taken.shape) == size
    axis = layout.index("O")
    for group in range(3):
        part = np.take(arrays.host(taken), group, axis=axis)
        assert np.array_equal(part, np.take(W, range(2 * group, 2 * group + 2), axis=axis))
    assert np.array_equal(arrays.host(put_together(home(array)[0], (block,), [taken], shape)), W)


@pytest.mark.parametrize(
    ("shape", "rule", "layout", "said"),
    [
        ((7, 2), Rule(split=Split(ROWS, (1, 1, 1))), "OI", "be cut as its rule says; got 7 rows in shares of 1:1:1"),
        ((2, 7), Rule(split=Split(COLUMNS, SQUARE)), "OI", "be cut as its rule says; got 7 columns in a square block"),
        ((6, 2, 3, 3), Rule(split=Split(ROWS, (1, 1))), None, "have two axes to be cut; got shape (6, 2, 3, 3)"),
        ((6, 2, 3), Rule(split=Split(ROWS, (1, 1))), "bOI", "have two axes to be cut; got shape (6, 2, 3)"),
        ((6, 2, 3, 3), Rule(groups=4), None, "be cut as its rule says; got 6 outputs in 4 groups"),
        ((6, 2, 3, 3), Rule(groups=7), None, "be cut as its rule says; got 6 outputs in 7 groups"),
        ((3, 3, 2, 5), Rule(groups=3), "HWIO", "be cut as its rule says; got 5 outputs in 3 groups"),
    ],
    ids=str,
)
def test_sizes_that_are_not_those_of_the_rule_are_refused_by_name(
    shape: tuple[int, ...], rule: Rule, layout: str | None, said: str
) -> None:
    with pytest.raises(ValueError, match=rf"^f: state\['w'\] must {re.escape(said)}.*\. Try .+\.$"):
        cut(shape, rule, layout)


@pytest.fixture(params=["numpy", "strict", "torch", "jax"])
def few(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """The backends that differ in how they cut; JAX compiles every shape anew, and once is enough."""
    with backend(request.param) as opened:
        yield opened


@pytest.mark.parametrize("axis", [ROWS, COLUMNS])
def test_each_block_is_projected_by_itself_with_its_own_gain(few: Backend, axis: str) -> None:
    W = np.random.default_rng(0).standard_normal((12, 4) if axis == ROWS else (4, 12))
    recipe = Recipe("mine", "this test", (Rule(split=Split(axis, (1, 2))),))
    new, report = fire_ref.reinitialize({"qkv": few.make(W, few.widest)}, recipe)
    assert [row.name for row in report.rows] == [f"qkv[{axis} 0:4]", f"qkv[{axis} 4:12]"]
    parts = np.split(W, [4], axis=0 if axis == ROWS else 1)
    found = np.split(few.host(new["qkv"]), [4], axis=0 if axis == ROWS else 1)
    for before, after in zip(parts, found, strict=True):
        assert np.linalg.norm(after - official(before)) <= allowed(before, few.widest)
    assert np.linalg.norm(few.host(new["qkv"]) - official(W)) > 0.1, "not the whole"


def test_each_group_is_projected_by_itself_with_its_own_gain(few: Backend) -> None:
    W = np.random.default_rng(0).standard_normal((6, 4, 2, 2))
    recipe = Recipe("mine", "this test", (Rule(groups=2),))
    new, _ = fire_ref.reinitialize({"conv": few.make(W, few.widest)}, recipe)
    for before, after in zip(np.split(W, 2), np.split(few.host(new["conv"]), 2), strict=True):
        assert np.linalg.norm(after - official(before)) <= allowed(before, few.widest)
    assert np.linalg.norm(few.host(new["conv"]) - official(W)) > 0.1, "not the whole"
