"""The report: its JSON against its schema, its text, and what is no number."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from fire_ref.conformance import record
from fire_ref.conformance.report import Report, plain, schema

from .reports import EVERY, hostile, passing, wrong

#: The record that a definition of the schema describes.
DEFINED = {
    "verdict": record.Verdict,
    "result": record.Result,
    "diagnosis": record.Diagnosis,
    "fingerprint": record.Fingerprint,
    "probe": record.Probe,
    "explanation": record.Explanation,
    "timing": record.Timing,
}


def faults(data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema()).iter_errors(data)]


@pytest.mark.parametrize("name", EVERY)
def test_the_json_is_what_the_schema_says(name: str) -> None:
    text = EVERY[name]().to_json()
    data = json.loads(text, parse_constant=pytest.fail)
    assert faults(data) == []
    assert data["schema"] == "fire_ref/report/1"


def test_the_schema_is_one_and_strict_everywhere() -> None:
    Draft202012Validator.check_schema(schema())
    objects = [part for part in _parts(schema()) if part.get("type") == "object"]
    assert len(objects) == 10
    for part in objects:
        assert "additionalProperties" in part
        if "properties" in part and part["additionalProperties"] is False:
            assert sorted(part["required"]) == sorted(part["properties"])


def _parts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(part for item in value.values() for part in _parts(item))]
    return [part for item in value for part in _parts(item)] if isinstance(value, list) else []


def test_the_schema_knows_every_field_of_every_record() -> None:
    known = schema()
    assert set(known["properties"]) == {"schema", *(field.name for field in dataclasses.fields(record.Findings))}
    for name, kind in DEFINED.items():
        assert set(known["$defs"][name]["properties"]) == {field.name for field in dataclasses.fields(kind)}
    assert tuple(known["$defs"]["verdict"]["properties"]["status"]["enum"]) == record.VERDICTS
    assert tuple(known["$defs"]["result"]["properties"]["status"]["enum"]) == record.STATUSES
    assert tuple(known["$defs"]["diagnosis"]["properties"]["severity"]["enum"]) == record.SEVERITIES


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("extra",), 1),
        (("schema",), "fire_ref/report/2"),
        (("passed",), "yes"),
        (("versions",), {"numpy": "2"}),
        (("versions", "numpy"), 2),
        (("level",), "network"),
        (("faithful", "status"), "maybe"),
        (("faithful", "worst"), -1),
        (("converged", "steps_needed"), 1.5),
        (("results", 0, "status"), "failed"),
        (("results", 0, "more"), 1),
        (("diagnoses", 0, "confidence"), 1.1),
        (("diagnoses", 0, "code"), "wrong steps"),
        (("diagnoses", 0, "severity"), "warning"),
        (("fits",), "official"),
        (("fingerprint", "probes", 0, "shape"), [3]),
        (("fingerprint", "probes", 0, "shape"), [3, 4, 5]),
        (("fingerprint", "probes", 0, "values"), ["1"]),
        (("fingerprint", "explanations", 0, "steps"), "10"),
        (("cases", "zero"), None),
        (("timing", "calls"), None),
        (("device",), None),
    ],
)
def test_the_schema_refuses(path: tuple[Any, ...], value: Any) -> None:
    data = copy.deepcopy(wrong().to_dict())
    assert faults(data) == []
    place: Any = data
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert len(faults(data)) == 1


def test_the_schema_misses_what_is_missing() -> None:
    for key in wrong().to_dict():
        assert faults({name: value for name, value in wrong().to_dict().items() if name != key})


def test_the_numbers_come_through() -> None:
    found = wrong()
    data = json.loads(found.to_json())
    assert data["faithful"]["worst"] == found.faithful.worst
    assert [tuple(probe["response"]) for probe in data["fingerprint"]["probes"]] == [
        probe.response for probe in found.fingerprint.probes
    ]
    assert [one["code"] for one in data["diagnoses"]] == ["WRONG_STEPS", "ZERO_NAN", "MEMORY_REUSED"]
    assert data["cases"] == found.cases
    assert data["timing"]["judging"] == 0.55
    assert data["device"] == "cuda:0"


def test_what_is_not_finite_is_none() -> None:
    data = EVERY["broken"]().to_dict()
    assert data["faithful"]["worst"] is None
    assert data["fingerprint"]["probes"][0]["response"] == [None, None, None, 1e30, -1e30, 0.5]
    assert (data["results"][0]["residual"], data["results"][0]["bound"]) == (None, None)


def test_plain_data_are_plain() -> None:
    frozen: Mapping[str, Any] = MappingProxyType({"a": np.float32(0.5), "b": np.float64(math.inf), "c": np.bool(True)})
    found = plain({1: frozen, "t": (np.int64(3), "x", None)})
    assert found == {"1": {"a": 0.5, "b": None, "c": True}, "t": [3, "x", None]}
    assert [type(value) for value in found["1"].values()] == [float, type(None), bool]
    json.dumps(found, allow_nan=False)
    assert plain(frozenset("ba")) == ["a", "b"]


def test_the_text_is_a_line_for_each_verdict_and_diagnosis() -> None:
    lines = str(wrong()).splitlines()
    assert lines[0] == "not passed: muon_like.orthogonal:zeropower_via_newtonschulz as dialect official"
    assert lines[1].startswith("Faithful to dialect official? no. The answers are 5 steps of cubic")
    assert lines[2].startswith("Converged to the exact polar factor? no. ")
    assert [line.split(":")[0] for line in lines[3:6]] == [
        "error WRONG_STEPS",
        "limit ZERO_NAN",
        "note MEMORY_REUSED",
    ]
    assert lines[6:] == ["Within noise of: official-gpt, short-cubic."]
    assert str(passing()).startswith("passed: fire_ref:newton_schulz as dialect official\n")


def test_the_text_moves_no_cursor() -> None:
    assert str(hostile("a\x1b[2J\r\n\x9bb")).replace("\n", "").isprintable()
    assert len(str(hostile("a\nb")).splitlines()) == 5


def test_a_report_is_findings_and_cannot_be_edited() -> None:
    found: Report = passing()
    assert isinstance(found, record.Findings)
    assert found == passing()
    assert found != wrong()
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.passed = False  # type: ignore[misc]


def test_the_page_is_the_page() -> None:
    assert wrong().to_html().startswith("<!DOCTYPE html>")
    assert "WRONG_STEPS" in wrong().to_html()
