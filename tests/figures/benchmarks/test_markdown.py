"""Tables in Markdown: every cell in its column, goals judged, nothing where nothing was measured."""

from __future__ import annotations

from typing import Any

import pytest

from figures.benchmarks import markdown
from figures.benchmarks.rivals import OURS
from figures.benchmarks.stepping import OFFICIAL
from figures.benchmarks.stepping import OURS as STEPPED


def cells(text: str) -> list[list[str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    assert len({len(row) for row in rows}) == 1
    assert all(set(cell) <= set("-:") for cell in rows[1])
    return [rows[0], *rows[2:]]


def taken(median: float) -> dict[str, float]:
    return {"min": median / 2, "median": median, "max": median * 2}


def test_a_table_is_a_table() -> None:
    assert markdown.table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | ---: |\n| 1 | 2 |"


@pytest.mark.parametrize(
    ("value", "told"),
    [(3661.2, "3.66e+03 s"), (1.0, "1 s"), (0.9999, "1e+03 ms"), (0.0123456, "12.3 ms"), (2e-6, "0.002 ms")],
)
def test_times_have_three_digits(value: float, told: str) -> None:
    assert markdown.seconds(value) == told


def test_memory_is_in_megabytes() -> None:
    assert [markdown.megabytes(size) for size in (2834e6, 1.26e6)] == ["2834 MB", "1.3 MB"]


@pytest.mark.parametrize(
    ("goal", "met", "told"),
    [
        (1.4, True, "1.4 met"),
        (1.4, False, "1.4 **missed**"),
        (1.4, None, "1.4"),
        (None, None, "-"),
        (None, True, "met"),
    ],
)
def test_goals_are_shown_with_their_verdict(goal: float | None, met: bool | None, told: str) -> None:
    assert markdown.judged({"goal": goal, "met": met}) == told


def test_a_goal_may_have_two_ways() -> None:
    assert markdown.judged({"goal": 10.0, "asked": 0.7, "met": True}) == "10 or 0.7 of the peak met"
    assert markdown.judged({"goal": None, "asked": 0.7, "met": False}) == "0.7 of the peak **missed**"


def test_the_papers_table() -> None:
    row = {"method": "FIRE", "seconds": taken(0.5), "memory": 55e6, "note": "once"}
    found = cells(markdown.paper([row | {"paper": {"seconds": 0.06, "memory": 55e6}}, row | {"paper": None}]))
    assert found[1] == ["FIRE", "500 ms", "55 MB", "0.06 s, 55 MB", "once"]
    assert found[2][3] == "-"


def exact_row(**other: Any) -> dict[str, Any]:
    fast, svd = OURS["fast"], OURS["svd"]
    return {
        "m": 512,
        "n": 256,
        "kind": "Gaussian",
        "dtype": "float64",
        "reference": "scipy polar",
        "goal": 2.2,
        "met": True,
        "seconds": {"scipy polar": taken(0.012)},
        "ratios": {svd: taken(0.98), fast: taken(2.5), "jax qdwh": taken(0.5)},
        "products": {"scipy polar": 19.44, fast: 7.7},
    } | other


def test_the_exact_factors() -> None:
    small = exact_row(m=64, n=64, goal=None, ratios={OURS["svd"]: taken(1.0)}, met=False)
    found = cells(markdown.exact([exact_row(), small]))
    svd, fast = OURS["svd"], OURS["fast"]
    assert found[0][2:7] == ["scipy polar", svd, fast, "goal of fast", "jax qdwh"]
    assert found[1] == [
        "512 x 256, Gaussian",
        "float64",
        "12 ms",
        "0.98 (0.49 - 1.96)",
        "2.50 (1.25 - 5.00)",
        "2.2 met",
        "0.50",
        "19.4",
        "7.7",
    ]
    assert found[2][4:7] == ["-", "+ 0.1 ms **missed**", "-"]
    assert cells(markdown.exact([]))[1:] == []


def test_a_missed_goal_is_explained_by_its_arithmetic() -> None:
    product = 2.0 * 512 * 256**2
    row = exact_row(met=False, products={"scipy polar": 6.0, OURS["fast"]: 4.0}, flops=3 * product)
    assert markdown.missed([row, exact_row(), exact_row(met=None)]) == (
        "Missed: 512 x 256, Gaussian, float64. Ours takes 2e+08 flops, 3.0 products, at 0.75 of the peak; "
        "at the peak it would be 2.0 times as fast as scipy polar."
    )
    assert markdown.missed([exact_row(met=False, flops=None)]).endswith("The SVD decides its time.")
    assert markdown.missed([exact_row(met=False)]) == "Missed: 512 x 256, Gaussian, float64."
    assert markdown.missed([exact_row()]) == ""


def test_ten_steps() -> None:
    row: dict[str, Any] = {
        "name": "DQN",
        "dtype": "float32",
        "flops": 33_000_000_000,
        "seconds": {STEPPED: taken(0.1), OFFICIAL: taken(0.4)},
        "ratio": taken(4.0),
        "goal": 3.8,
        "met": True,
        "share": {STEPPED: 2.8, OFFICIAL: 0.7},
        "memory": {STEPPED: 2.4, OFFICIAL: 4.1},
        "sparing": False,
    }
    found = cells(markdown.steps([row]))
    assert found[0][6:] == [
        "goal",
        "share of peak, official",
        "share of peak, ours",
        "memory, official",
        "memory, ours",
    ]
    told = [
        "DQN",
        "float32",
        "3.3e+10",
        "400 ms",
        "100 ms",
        "4.00 (2.00 - 8.00)",
        "3.8 met",
        "0.70",
        "2.80",
        "4.1x",
    ]
    assert found[1] == [*told, "2.4x **missed**"]
    for of in ("seconds", "share", "memory"):
        del row[of][OFFICIAL]
    alone = cells(markdown.steps([row | {"ratio": None, "met": None}]))[1]
    assert [alone[place] for place in (3, 5, 6, 7, 9)] == ["-", "-", "3.8", "-", "-"]


def test_starting() -> None:
    row = {"name": "import x", "goal": 0.3, "imports": taken(0.1), "process": taken(0.2), "heavy": [], "met": True}
    found = cells(markdown.startup([row, row | {"heavy": ["torch", "jax"], "met": False}]))
    assert found[0] == ["what", "by `-X importtime`", "process CPU time", "goal", "loaded without need"]
    assert found[1] == ["`import x`", "0.10 (0.05 - 0.20) s", "0.20 (0.10 - 0.40) s", "0.3 s met", "-"]
    assert found[2][3:] == ["0.3 s **missed**", "torch, jax"]


def test_growth_has_its_exponent() -> None:
    series = {"a": {"seconds": [0.001, 1.0], "exponent": 2.714}, "b": {"seconds": [2.0, 3.0], "exponent": None}}
    found = cells(markdown.growth({"sizes": [1, 10], "series": series}, "layers"))
    assert found == [["layers", "1", "10", "exponent"], ["a", "1 ms", "1 s", "2.71"], ["b", "2 s", "3 s", "-"]]
