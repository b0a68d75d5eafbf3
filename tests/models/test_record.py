"""The record of one tensor: the fields of the contract, plain values, frozen."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
import re

import numpy as np
import pytest

import fire_ref
from fire_ref.models.record import OperatorSpectrum, Row

#: The fields that the contract names.
CONTRACT = {
    *("name", "shape", "dtype", "layout", "action", "gain", "s_max", "s_min", "cond", "rank"),
    *("dfi_before", "dfi", "sfe", "sfe_optimum", "steps_needed"),
}
FIELDS = [field.name for field in dataclasses.fields(Row)]


def row(W: object = ((3.0, 0.0), (0.0, 1.0), (0.0, 0.0)), **kw: object) -> Row:
    return fire_ref.audit({"w": np.asarray(W)}, **kw).rows[0]


def test_a_row_has_the_fields_of_the_contract() -> None:
    assert set(FIELDS) >= CONTRACT
    assert fire_ref.Row is Row


def test_every_field_is_described() -> None:
    attributes = inspect.getdoc(Row).split("Attributes\n----------")[1]
    described = ", ".join(re.findall(r"^(\w[\w, ]*?) : ", attributes, re.MULTILINE)).split(", ")
    assert described == FIELDS


def test_rows_and_spectra_are_frozen() -> None:
    found = row()
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.rank = 3
    spectrum = row(np.ones((2, 1, 2)), layout="OIW", operator=3).operator["before"]
    with pytest.raises(AttributeError):
        spectrum.dfi = 0.0


def test_a_row_holds_plain_python_values_only() -> None:
    """JSON and pickles of it need no NumPy."""
    found = row(np.arange(12.0).reshape(3, 2, 2), layout="OIW", operator=3, steps=(np.int64(3), 5))
    plain = (str, int, float, type(None), OperatorSpectrum)
    for name in FIELDS:
        value = getattr(found, name)
        inside = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        for one in inside if isinstance(inside, (list, tuple)) else (inside,):
            assert type(one) in plain, name
    assert [type(number) for number in found.operator["exact"]] == [float] * 4
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_numbers_by_step_have_the_steps_asked_for_and_the_exact_end() -> None:
    found = row(steps=(7, 2))
    for name in ("dfi", "sfe", "least_sfe"):
        assert list(getattr(found, name)) == [2, 7, "exact"], name
    for name in ("root_dfi", "deviation"):
        assert list(getattr(found, name)) == ["before", 2, 7, "exact"], name
    assert list(found.response_min) == [2, 7]
    assert list(row().dfi) == [5, 10, "exact"]


def test_the_same_weight_has_the_same_row() -> None:
    assert row() == row()
    assert row() != row(((3.0, 0.0), (0.0, 1.5), (0.0, 0.0)))


def test_the_operator_is_there_only_where_it_was_asked_for() -> None:
    W = np.ones((2, 1, 3, 3))
    assert row(W).operator is None
    found = row(W, operator=4).operator
    assert list(found) == ["before", "exact"]
    assert found["before"]._fields == ("s_max", "s_min", "mean", "dfi")
