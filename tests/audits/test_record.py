"""An audit as plain data and as JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref import Audit

from .networks import State, ordinary

#: What every row must hold, whatever else it does.
CONTRACT = {
    *("name", "shape", "dtype", "layout", "action", "gain", "s_max", "s_min", "cond", "rank"),
    *("dfi_before", "dfi", "sfe", "sfe_optimum", "steps_needed"),
}


def broken(rng: np.random.Generator) -> State:
    """Everything that is not a finite number somewhere: NaN, inf, a condition of inf, squares that overflow."""
    flat = {"flat": np.diag([1.0, 0.0]), "zero": np.zeros((3, 3)), "huge": 1e300 * rng.standard_normal((3, 3))}
    return ordinary(rng) | flat | {"nan": np.full((2, 2), np.nan), "inf": np.full((2, 2), np.inf)}


def plain(value: Any) -> bool:
    """Say whether this is what JSON holds, and exactly so: no subclass, no tuple, no key that is no string."""
    if type(value) is dict:
        return all(type(key) is str and plain(item) for key, item in value.items())
    if type(value) is list:
        return all(plain(item) for item in value)
    return value is None or type(value) in (str, int, bool) or (type(value) is float and np.isfinite(value))


@pytest.fixture
def found(rng: np.random.Generator) -> Audit:
    return fire_ref.audit(broken(rng), operator=4)


def test_the_plain_data_are_plain(found: Audit) -> None:
    assert plain(found.to_dict())


@pytest.mark.parametrize("odd", [(1,), {1: 1}, np.float64(1), float("nan"), float("inf"), [{"a": (1,)}], {1.5}])
def test_the_check_for_plainness_finds_what_is_not(odd: Any) -> None:
    assert not plain(odd)
    assert not plain({"a": [odd]})


def test_the_text_is_the_data(found: Audit) -> None:
    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is not JSON")

    assert json.loads(found.to_json(), parse_constant=refuse) == found.to_dict()


def test_every_row_holds_what_the_contract_names(found: Audit) -> None:
    for row in found.to_dict()["rows"]:
        assert set(row) >= CONTRACT


def test_the_rows_are_the_rows(found: Audit) -> None:
    read = found.to_dict()
    assert [row["name"] for row in read["rows"]] == list(broken(np.random.default_rng(0)))[:3] + [
        row.name for row in found.rows[3:]
    ]
    for one, row in zip(read["rows"][:3], found.rows, strict=False):
        assert one["shape"] == list(row.shape)
        assert one["cond"] == row.cond
        assert one["dfi"] == {"5": row.dfi[5], "10": row.dfi[10], "exact": 0.0}
        assert one["deviation"]["before"] == row.deviation["before"]
        assert one["steps_needed"] == row.steps_needed
    operator = next(row for row in found.rows if row.operator)
    (one,) = (row for row in read["rows"] if row["operator"])
    assert one["operator"] == {when: value._asdict() for when, value in operator.operator.items()}
    assert set(one["operator"]) == {"before", "exact"}


def test_what_is_not_finite_or_unknown_is_none(found: Audit) -> None:
    rows = {row["name"]: row for row in found.to_dict()["rows"]}
    assert rows["nan"]["action"] == rows["inf"]["action"] == "refuse"
    for name in CONTRACT - {"name", "shape", "dtype", "layout", "action", "gain", "dfi", "sfe"}:
        assert rows["nan"][name] is None, name
    assert rows["nan"]["dfi"] == {"5": None, "10": None, "exact": None}
    assert rows["flat"]["cond"] is None
    assert rows["zero"]["steps_needed"] is None
    assert rows["huge"]["squared_norm"] is None
    assert rows["huge"]["cond"] == next(row.cond for row in found.rows if row.name == "huge")
    assert found.to_dict()["front"]["weight"][-1] is None


def test_the_whole_is_told(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng), recipe="official", steps=(3, 8))
    read = found.to_dict()
    assert set(read) == {"source", "recipe", "steps", "sentences", "totals", "rows", "skipped", "front"}
    assert (read["source"], read["recipe"], read["steps"]) == ("a dict", "official", [3, 8])
    assert read["sentences"] == list(found.sentences)
    assert read["skipped"] == {"block.1.bias": found.skipped["block.1.bias"]}
    assert read["totals"]["moved_away"] == {"3": found.totals.moved_away[3], "8": found.totals.moved_away[8]}
    assert read["totals"]["least_sfe"]["exact"] == found.totals.least_sfe["exact"]
    assert read["front"]["sfe"] == found.front.sfe.tolist()
    assert len(read["front"]["dfi"]) == len(found.front.dfi)


def test_the_page_is_a_page(found: Audit) -> None:
    assert found.to_html().startswith("<!DOCTYPE html>")


def test_an_audit_of_nothing_is_data_too() -> None:
    read = json.loads(fire_ref.audit({"bias": np.ones(3)}).to_json())
    assert read["rows"] == read["front"]["sfe"] == []
    assert read["totals"]["steps_needed"] is None
