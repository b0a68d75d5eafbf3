"""The columns of the table: what they show, and what they sort by."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref import Row
from fire_ref.audits.columns import columns, figure, ordered

from .networks import ordinary

STEPS = (5, 10)
#: What each column shows, the long way round, and whether the large values come first.
SHOWN = {
    "name": (lambda r: r.name, False),
    "size": (lambda r: np.prod(r.shape), True),
    "cond": (lambda r: r.cond, True),
    "before": (lambda r: r.dfi_before, True),
    "k5": (lambda r: r.dfi[5], True),
    "k10": (lambda r: r.dfi[10], True),
    "sfe": (lambda r: 100 * r.sfe_optimum / r.squared_norm, True),
    "gain-share": (lambda r: 100 * r.sfe_gain / r.sfe_optimum, True),
    "steps": (lambda r: r.steps_needed, True),
    "dead": (lambda r: r.dead_units, True),
}


def names(rows: Any) -> list[str]:
    return [row.name for row in rows]


@pytest.fixture
def rows(rng: np.random.Generator) -> tuple[Row, ...]:
    dead = rng.standard_normal((6, 3))
    dead[2] = 0
    state = ordinary(rng) | {"broken": np.full((2, 2), np.nan), "dead": dead}
    return fire_ref.audit(state).rows


def test_there_is_one_column_for_each_key(rows: tuple[Row, ...]) -> None:
    assert [column.key for column in columns(STEPS)] == list(SHOWN)
    assert [column.key for column in columns((3,)) if column.key.startswith("k")] == ["k3"]
    for column in columns(STEPS):
        assert column.title
        assert column.help
        for row in rows[:4]:
            assert column.value(row) == SHOWN[column.key][0](row), column.key


@pytest.mark.parametrize("key", SHOWN)
def test_rows_are_ordered_by_every_column(key: str, rows: tuple[Row, ...]) -> None:
    shown, descending = SHOWN[key]
    found = ordered(rows, STEPS, key)
    assert sorted(names(found)) == sorted(names(rows))
    known = [shown(row) for row in found if row.name != "broken"]
    assert known == sorted(known, reverse=descending)
    assert len(set(known)) > 1


@pytest.mark.parametrize("key", [None, "cond", "before", "k5", "sfe", "gain-share", "steps", "dead"])
def test_what_is_unknown_comes_first(key: str | None, rows: tuple[Row, ...]) -> None:
    assert ordered(rows, STEPS, key)[0].name == "broken"


def test_the_default_is_what_the_most_steps_leave() -> None:
    state = {"many slow": np.diag([1.0] + 11 * [0.1]), "one stuck": np.diag([1.0, 1e-4])}
    rows = fire_ref.audit(state).rows
    assert names(ordered(rows, (10, 5), None)) == names(ordered(rows, STEPS, "k10")) == ["one stuck", "many slow"]
    assert names(ordered(rows, STEPS, "k5")) == ["many slow", "one stuck"]


def test_file_is_the_networks_own_order(rows: tuple[Row, ...]) -> None:
    assert ordered(rows, STEPS, "file") == list(rows)


def test_rows_of_one_value_keep_their_order(rows: tuple[Row, ...]) -> None:
    same = [replace(rows[0], name=name) for name in "cab"]
    assert names(ordered(same, STEPS, "cond")) == ["c", "a", "b"]


@pytest.mark.parametrize("key", ["k7", "", "Cond", "gain", "sfe-exact"])
def test_an_unknown_column_is_refused_with_the_names_of_all(key: str) -> None:
    with pytest.raises(ValueError, match=r"--sort must be one of name, size, cond, before, k5, k10, .*, file; got "):
        ordered((), STEPS, key)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (float("nan"), "-"),
        (float("inf"), "inf"),
        (0, "0"),
        (0.0, "0"),
        (-0.0, "0"),
        (12, "12"),
        (123456789, "123456789"),
        (0.5, "0.5"),
        (1234.5678, "1235"),
        (0.0012345, "0.001234"),
        (0.00099, "0.00099"),
        (3.2123e-13, "3.2e-13"),
        (98765.4, "9.877e+04"),
        (123456.7, "1.2e+05"),
        (np.float64(2.5), "2.5"),
    ],
)
def test_a_figure_is_short_and_true(value: Any, text: str) -> None:
    assert figure(value) == text


def test_nothing_is_wider_than_nine_characters(rng: np.random.Generator) -> None:
    for exponent in range(-320, 309, 7):
        for value in rng.uniform(1, 10, 5) * 10.0**exponent:
            assert len(figure(float(value))) <= 9


def test_the_details_show_every_number_of_a_row(rng: np.random.Generator) -> None:
    state = {"conv": rng.standard_normal((3, 2, 3, 3))}
    (row,) = fire_ref.audit(state, operator=4, theory=True).rows
    everything = columns(STEPS, everything=True)
    assert [column.key for column in everything[: len(SHOWN)]] == list(SHOWN)
    assert len({column.key for column in everything}) == len(everything)
    # Not shown: what other columns say (shape as size, squared norm as a share), and the rule behind the rank.
    hidden = {"squared_norm", "rtol", "zero_matrices"}
    for name in {field.name for field in fields(row)} - hidden:
        changed = replace(row, **{name: _another(getattr(row, name))})
        assert any(column.text(changed) != column.text(row) for column in everything), name


def test_the_details_show_the_operator_before_and_after(rng: np.random.Generator) -> None:
    (row,) = fire_ref.audit({"conv": rng.standard_normal((3, 2, 3, 3))}, operator=4).rows
    shown = {column.key: column.value(row) for column in columns(STEPS, everything=True)}
    assert row.operator is not None
    for when in ("before", "exact"):
        for name in ("s_max", "s_min", "dfi"):
            assert shown[f"op-{when}-{name}"] == getattr(row.operator[when], name)
    (dense,) = fire_ref.audit({"dense": np.eye(3)}, operator=4).rows
    assert {c.text(dense) for c in columns(STEPS, everything=True) if c.key.startswith("op-")} == {"-"}


def _another(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _another(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return type(value)(*map(_another, value)) if hasattr(value, "_fields") else tuple(map(_another, value))
    return f"another {value}" if isinstance(value, str) else 2 * value + 1


def test_a_share_of_nothing_is_unknown() -> None:
    (row,) = fire_ref.audit({"zero": np.zeros((3, 3))}).rows
    text = {column.key: column.text(row) for column in columns(STEPS)}
    assert (text["sfe"], text["steps"], text["cond"]) == ("-", "-", "inf")
    (row,) = fire_ref.audit({"eye": np.eye(3)}).rows
    assert {column.key: column.text(row) for column in columns(STEPS)}["gain-share"] == "-"


def test_theorems_are_shown_where_they_were_asked_for() -> None:
    state = {"fc": np.diag([1.2, 0.9])}
    for theory, wanted in ((True, "1234"), (False, "-")):
        (row,) = fire_ref.audit(state, steps=STEPS, theory=theory).rows
        shown = {column.key: column.text(row) for column in columns(STEPS, everything=True)}
        assert shown["theorems-exact"] == wanted
