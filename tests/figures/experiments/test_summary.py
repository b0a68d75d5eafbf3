"""What a figure is drawn from, of whatever runs are there."""

from __future__ import annotations

import json

import pytest

from figures.experiments.summary import panel

from .faked import record, results

ROWS = results({"iso": [0.6, 0.8, 0.7], "base": [0.1, 0.2, 0.1], "full-reset": [0.5, 0.5, 0.5]})


def test_arms_are_in_the_order_of_the_catalogue_with_their_numbers() -> None:
    found = panel(ROWS, "random-labels")
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert list(found["arms"]) == ["base", "full-reset", "iso"]
    iso = found["arms"]["iso"]
    assert iso["updates"] == [8, 16, 24]
    assert iso["online"] == pytest.approx([0.7] * 3)
    assert iso["scores"] == {"0": 0.6, "1": 0.8, "2": 0.7}
    assert iso["score"]["mean"] == pytest.approx(0.7)
    assert (iso["train"], iso["test"], iso["drift"], iso["sfe"]) == (0.9, None, pytest.approx(0.2), 3.0)
    assert iso["old"] == pytest.approx({"before": 0.9, "after": 0.4, "after 10": 0.3, "after 100": 0.1})
    assert iso["dfi"] == [8.0, 2.0]
    assert found["seeds"] == [0, 1, 2]
    assert found["control"]["passed"]
    assert [one["verdict"] for one in found["findings"]] == []


def test_findings_follow() -> None:
    found = panel([*ROWS, *results({"norm": [0.1, 0.1, 0.3]})], "random-labels")
    assert {one["sentence"].split(",")[0] for one in found["findings"]} == {
        "norm > base: undecided",
        "iso > norm: yes",
    }


def test_an_unfinished_run_is_left_out() -> None:
    found = panel([*ROWS, record("norm", 0, 0, 0.5), record("iso", 3, 0, 0.0)], "random-labels")
    assert list(found["arms"]) == ["base", "full-reset", "iso"]
    assert found["arms"]["iso"]["online"] == pytest.approx([0.7] * 3)


def test_whether_the_first_task_ends_alike_is_looked_at() -> None:
    rows = [{**row} for row in [*ROWS, *results({"l2-init": [0.3, 0.3, 0.3]})]]
    rows[-9]["weights"] = "the penalty made another"
    assert panel(rows, "random-labels")["shared"]
    rows[0]["weights"] = "another"
    assert not panel(rows, "random-labels")["shared"]


def test_arms_that_never_acted_are_named() -> None:
    rows = [{**row} for row in results({"base": [0.1, 0.1], "iso": [0.3, 0.3], "norm": [0.2, 0.2]})]
    for row in rows:
        if row["configuration"]["arm"] == "iso":
            row["weights"] = row["weights"].replace("iso", "base")
    assert panel(rows, "random-labels")["idle"] == ["iso"]
    last = next(row for row in reversed(rows) if row["configuration"]["arm"] == "iso")
    last["weights"] = "in one seed it did"
    assert panel(rows, "random-labels")["idle"] == []


def test_a_network_that_diverged_is_not_averaged() -> None:
    rows = [json.loads(json.dumps(row)) for row in ROWS]
    rows[1]["stability"]["after"][0] = None
    assert panel(rows, "random-labels")["arms"]["iso"]["old loss"]["after"] == 1.5
    assert panel([], "random-labels")["arms"] == {}
