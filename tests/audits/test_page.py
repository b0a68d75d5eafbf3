"""The page: what is in it, that nothing leaves it, and that it works in a real browser."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref import Audit
from fire_ref.audits.columns import columns, ordered

from .browser import Visit, visit
from .networks import State, ordinary
from .reading import OUTSIDE, Reading

HOSTILE = (
    "</script><script>window.hacked = 1</script>",
    '"><img src=x onerror=window.hacked=2>',
    "' onclick='window.hacked=3",
    "<!--<script>",
    "%%DATA%%",
    "]]>",
    "&lt;b&gt;&amp;",
    "größe→層\u2028\u202e",
    "\x1b[2J\x07bell\x00\x7f",
    "a\r\nb\tc",
    "\\u003c\\",
    "${window.hacked = 4}",
    "__proto__",
)


def hostile(rng: np.random.Generator) -> Audit:
    """An audit of hostile names: one of them in sentences and one among the tensors that are skipped."""
    state = {name: rng.standard_normal((3, 3)) for name in HOSTILE} | {HOSTILE[0]: np.diag([1.0, 1e-3, 1.0])}
    return fire_ref.audit(state | {HOSTILE[0] + "b": np.ones(3)})


EXTREMES: dict[str, State] = {
    "nothing": {"bias": np.ones(3)},
    "broken only": {"w": np.full((2, 2), np.nan)},
    "broken beside": {"w": np.full((2, 2), np.nan), "v": np.diag([2.0, 1.0])},
    "huge": {"w": 1e300 * np.diag([2.0, 1.0]), "v": np.diag([2.0, 1.0])},
    "tiny": {"w": 1e-300 * np.diag([2.0, 1.0]), "v": np.diag([2.0, 1.0])},
    "zero beside": {"w": np.zeros((3, 3)), "v": np.diag([2.0, 1.0])},
    "one": {"w": np.array([[2.0]])},
    "isometry": {"w": np.eye(3)},
    "kernel": {"w": np.arange(1.0, 55).reshape(3, 2, 3, 3) % 7},
}


def test_every_row_number_and_sentence_is_on_the_page(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng) | {"nan.weight": np.full((2, 2), np.nan)}, recipe="official")
    seen = Reading(found.to_html())
    cells = [column.text(row) for row in ordered(found.rows, found.steps, None) for column in columns(found.steps)]
    assert seen.text["td"] == cells
    assert seen.text["li"][: len(found.sentences)] == list(found.sentences)
    assert [text for text in seen.text["li"] if text.startswith("block.1.bias")]
    assert found.source in seen.text["code"]
    assert "recipe official" in found.to_html()
    headings = [attrs["data-key"] for tag, attrs in seen.tags if tag == "th"]
    assert headings == [column.key for column in columns(found.steps)]


def test_the_data_are_those_of_the_audit(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng), operator=4)
    data = json.loads(Reading(found.to_html()).text["script"][0])
    assert data["steps"] == ["5", "10"]
    assert data["front"]["sfe"] == pytest.approx(found.front.sfe, rel=5e-5)  # five digits
    for one, row in zip(data["rows"], found.rows, strict=True):
        assert (one["name"], one["norm"], one["sfe"]["5"], one["dfi"]["10"]) == (
            *(row.name, row.squared_norm),
            *(row.sfe[5], row.dfi[10]),
        )
        values = found.spectra[row.name]
        assert one["spectrum"]["before"] == pytest.approx(np.sort(values.ravel())[::-1] / row.gain, rel=5e-5)
        x = values / np.linalg.norm(values, axis=1, keepdims=True)
        wanted = fire_ref.spectral_response(x, 5).ravel()[np.argsort(-values.ravel(), kind="stable")]
        assert one["spectrum"]["5"] == pytest.approx(wanted, rel=5e-5)
        shown = dict(one["facts"])
        assert shown["gain c"] == f"{row.gain:.4g}"
        assert ("operator DfI, exact" in shown) == (row.operator is not None)


def test_a_long_spectrum_is_thinned_and_keeps_its_ends(rng: np.random.Generator) -> None:
    found = fire_ref.audit({"w": rng.standard_normal((400, 300))})
    drawn = json.loads(Reading(found.to_html()).text["script"][0])["rows"][0]["spectrum"]
    assert [len(values) for values in drawn.values()] == [160, 160, 160]
    s = found.spectra["w"][0] / found.rows[0].gain
    assert (drawn["before"][0], drawn["before"][-1]) == pytest.approx((s[0], s[-1]), rel=5e-5)


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_what_steps_do_does_not_depend_on_the_scale(scale: float) -> None:
    one, other = (
        json.loads(Reading(fire_ref.audit({"w": W}).to_html()).text["script"][0])["rows"][0]["spectrum"]
        for W in (np.diag([2.0, 1.0]), scale * np.diag([2.0, 1.0]))
    )
    assert one["5"] == other["5"]


def test_nothing_on_the_page_reaches_outside(rng: np.random.Generator) -> None:
    page = fire_ref.audit(ordinary(rng), operator=4).to_html()
    assert OUTSIDE.search(page) is None
    (policy,) = (attrs for tag, attrs in Reading(page).tags if attrs.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in str(policy["content"]).split("; "))
    assert rules["default-src"] == "'none'"
    assert set(rules) <= {"default-src", "style-src", "script-src", "img-src"}
    assert page.index("Content-Security-Policy") < min(page.index("<style"), page.index("<link"), page.index("<title"))


@pytest.mark.parametrize(
    "bad",
    [
        "see https://a.b/c",
        '<img alt="">',
        "<script src=x>",
        "@import 'a'",
        "url(a.png)",
        "fetch('a')",
        "import('a')",
        "new WebSocket(a)",
        '<link rel="stylesheet" href="a">',
    ],
)
def test_the_pattern_finds_what_it_is_for(bad: str) -> None:
    assert OUTSIDE.search(bad)


def test_no_name_becomes_markup(rng: np.random.Generator) -> None:
    ours, plain = Reading(hostile(rng).to_html()), Reading(fire_ref.audit({"w": np.eye(3)}).to_html())
    assert {tag for tag, _ in ours.tags} == {tag for tag, _ in plain.tags}
    assert len(ours.text["script"]) == 2
    for tag, attrs in ours.tags:
        assert not [key for key in attrs if key.startswith("on") or key == "src"], tag
    assert set(HOSTILE) <= set(ours.text["td"])
    assert [row["name"] for row in json.loads(ours.text["script"][0])["rows"]] == list(HOSTILE)
    assert [text for text in ours.text["li"] if text.startswith(HOSTILE[0] + ": k = 5 leaves")]
    assert [text for text in ours.text["li"] if text.startswith(HOSTILE[0] + "b")]


@pytest.mark.parametrize("name", EXTREMES)
def test_an_extreme_network_has_a_whole_page(name: str) -> None:
    found = fire_ref.audit(EXTREMES[name], operator=4)
    seen = Reading(found.to_html())
    assert len([tag for tag, _ in seen.tags if tag == "tr"]) == 1 + len(found.rows)
    assert seen.text["li"][: len(found.sentences)] == list(found.sentences)
    assert len(json.loads(seen.text["script"][0], parse_constant=pytest.fail)["rows"]) == len(found.rows)


# In the browser.

TOUR = Path(__file__).with_name("tour.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def toured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Audit, Visit]:
    """One visit, on which everything is clicked."""
    found = fire_ref.audit(ordinary(np.random.default_rng(7)) | {"NaN.weight": np.full((2, 2), np.nan)})
    return found, visit(tmp_path_factory.mktemp("tour"), found.to_html(), TOUR)


def facts(found: Audit, name: str) -> list[list[str]]:
    (row,) = (row for row in found.rows if row.name == name)
    known = [[column.title, column.text(row)] for column in columns(found.steps, everything=True)]
    return [pair for pair in known if pair[1] not in ("", "-")]


def test_the_page_draws_itself_without_complaint(toured: tuple[Audit, Visit]) -> None:
    found, seen = toured
    assert seen.console == []
    assert seen.told["front"] == [39, 23]  # the network's and the chosen layer's
    assert seen.told["start"] == [row.name for row in ordered(found.rows, found.steps, None)]
    worst = max(found.rows[:4], key=lambda row: row.dfi[5] / row.directions)
    assert seen.told["first"]["layer"] == worst.name
    assert not seen.told["first"]["hidden"]
    assert seen.told["first"]["facts"] == facts(found, worst.name)


def test_the_dots_are_where_the_numbers_say(toured: tuple[Audit, Visit]) -> None:
    found, seen = toured
    rows = {row.name: row for row in found.rows if row.action == "fire"}
    highest = 100 * found.front.sfe[-1] / found.totals.squared_norm, found.front.dfi[0] / found.totals.directions
    for k, dots in zip(found.steps, seen.told["dots"], strict=True):
        numbers = {n: (100 * r.sfe[k] / r.squared_norm, r.dfi[k] / r.directions) for n, r in rows.items()}
        assert set(dots) == set(rows)
        for axis, floor, way in ((0, 1e-3, 1), (1, 1e-6, -1)):
            # Below that share of the highest a dot lies on the axis, of which 10 is the rounding to a power of ten.
            known = {n: math.log(numbers[n][axis]) for n in rows if numbers[n][axis] > 10 * floor * highest[axis]}
            low, high = min(known, key=known.__getitem__), max(known, key=known.__getitem__)
            slope = (dots[high][axis] - dots[low][axis]) / (known[high] - known[low])
            assert len(known) == len(rows) or (k, axis) == (10, 1)
            assert slope * way > 0  # to the right, and up
            for name, at in known.items():
                assert dots[name][axis] == pytest.approx(
                    dots[low][axis] + slope * (at - known[low]), abs=1e-6
                )  # pixels
            assert all(dots[name][axis] * way < dots[low][axis] * way for name in set(rows) - set(known))
    assert seen.told["dots"][0] != seen.told["dots"][1]


def test_headings_sort_the_table(toured: tuple[Audit, Visit]) -> None:
    found, seen = toured
    by_cond = [row.name for row in sorted(found.rows[:4], key=lambda row: -row.cond)]
    assert seen.told["cond"] == [
        [[*by_cond, "NaN.weight"], "descending"],
        [[*by_cond[::-1], "NaN.weight"], "ascending"],
    ]
    by_name = ["block.1.weight", "block.2.weight", "block.10.weight", "head.weight", "NaN.weight"]
    assert seen.told["name"] == [[by_name, "ascending"], [by_name[::-1], "descending"]]
    assert seen.told["unsorted"] == "none"


@pytest.mark.parametrize(
    ("way", "name"), [("clicked", "block.10.weight"), ("entered", "NaN.weight"), ("dotted", "head.weight")]
)
def test_a_layer_is_shown_when_it_is_chosen(way: str, name: str, toured: tuple[Audit, Visit]) -> None:
    found, seen = toured
    shown = seen.told[way]
    assert (shown["layer"], shown["on"], shown["dot"]) == (name, [name], [name] if found.spectra[name].size else [])
    assert shown["facts"] == facts(found, name)
    p = found.spectra[name].size
    assert shown["lines"] == ([2, p, p, p] if p else [])  # the dashed line, as it is, and each k


def test_the_filter_hides_the_other_rows(toured: tuple[Audit, Visit]) -> None:
    _, seen = toured
    some, nan, none, every = seen.told["filtered"]
    assert sorted(some) == ["block.1.weight", "block.10.weight"]
    assert nan == ["NaN.weight"]
    assert none == []
    assert len(every) == 5


@pytest.mark.parametrize("policy", [True, False])
def test_the_browser_asks_the_network_for_nothing(policy: bool, tmp_path: Path, rng: np.random.Generator) -> None:
    page = fire_ref.audit(ordinary(rng)).to_html()
    if not policy:  # so that the policy hides no attempt
        page = re.sub(r"<meta http-equiv[^>]*>", "", page)
    seen = visit(tmp_path, page)
    assert seen.requested == []
    assert seen.console == []


@pytest.mark.parametrize("policy", [True, False])
def test_the_browser_tells_what_a_page_asks_for(policy: bool, tmp_path: Path) -> None:
    page = fire_ref.audit({"w": np.eye(2)}).to_html()
    if not policy:
        page = re.sub(r"<meta http-equiv[^>]*>", "", page)
    page = page.replace("<main>", '<main><img src="http://127.0.0.1:9/x.png"><script>throw new Error("told")</script>')
    seen = visit(tmp_path, page)
    assert seen.requested == ([] if policy else ["http://127.0.0.1:9/x.png"])
    assert any("Uncaught Error: told" in line for line in seen.console)
    assert any("violates" in line for line in seen.console) is policy


def test_hostile_names_do_nothing_in_a_browser(tmp_path: Path, rng: np.random.Generator) -> None:
    script = """
    told.names = [...document.querySelectorAll("#layers tbody tr")].map((tr) => data.rows[Number(tr.dataset.row)].name);
    document.querySelectorAll("#layers tbody tr").forEach((tr) => tr.click());
    told.hacked = window.hacked === undefined;
    told.counts = ["script", "img", "table"].map((tag) => document.getElementsByTagName(tag).length);
    """
    seen = visit(tmp_path, hostile(rng).to_html(), script)
    assert sorted(seen.told["names"]) == sorted(HOSTILE)
    assert seen.told["hacked"]
    assert seen.told["counts"] == [3, 0, 1]  # data, ours, and the one added here
    assert seen.console == seen.requested == []


NAMES = ["nothing", "broken only", "huge", "zero", "broken beside", "tiny", "isometry", "kernel"]


@pytest.mark.parametrize("name", NAMES)
def test_an_extreme_network_is_drawn_without_complaint(name: str, tmp_path: Path) -> None:
    found = fire_ref.audit((EXTREMES | {"zero": {"w": np.zeros((3, 3))}})[name])
    script = """
    told.dots = document.querySelectorAll("#front circle").length;
    told.drawn = [...document.querySelectorAll("svg")].map((svg) => svg.outerHTML).join();
    """
    seen = visit(tmp_path, found.to_html(), script)
    assert seen.console == []
    assert not re.search(r"NaN|Infinity|undefined", seen.told["drawn"])
    drawn: Any = [
        row for row in found.rows if row.action == "fire" and np.isfinite(row.squared_norm) and row.squared_norm
    ]
    assert seen.told["dots"] == len(drawn)


def test_theorems_have_a_legend_where_they_were_asked_for() -> None:
    state = {"fc": np.diag([1.2, 0.9])}
    assert "Theory, at each stage" in fire_ref.audit(state, theory=True).to_html()
    assert "Theory, at each stage" not in fire_ref.audit(state).to_html()
