"""The page: what is in it, that nothing leaves it, that it needs no scripts, and that a browser draws it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ..audits.browser import visit
from ..audits.reading import OUTSIDE, Reading
from ..audits.test_page import HOSTILE
from .reports import EVERY, empty, hostile, passing, wrong

POLICY = re.compile(r"<meta http-equiv[^>]*>")


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<body>") :]).split())


def test_verdicts_are_said_in_words_and_signs() -> None:
    good, bad = words(passing().to_html()), words(wrong().to_html())
    assert good.startswith(
        "✓ Passed fire_ref:newton_schulz dialect official level matrix arrays numpy dtype float32 device cuda:0"
    )
    assert "Faithful to dialect official? ✓ yes" in good
    assert "38 steps of the dialect would be enough." in good
    assert bad.startswith("✗ Not passed")
    assert "Faithful to dialect official? ✗ no The answers are 5 steps" in bad
    assert "Nothing to diagnose." in good
    assert "Nothing to diagnose." not in bad


def test_every_diagnosis_is_a_card_with_all_it_says() -> None:
    found = wrong()
    cards = re.findall(r"<article.*?</article>", found.to_html(), re.DOTALL)
    assert len(cards) == len(found.diagnoses) == 3
    for card, one in zip(cards, found.diagnoses, strict=True):
        for text in (one.severity, one.code, one.evidence, one.explanation, one.hint, one.reference, one.case):
            assert text in words(f"<body>{card}")
        assert f"confidence {round(100 * one.confidence)}%" in card


def test_everything_else_is_on_the_page() -> None:
    found = wrong()
    text = words(found.to_html())
    for case, what in found.cases.items():
        assert f"{case} {what}" in text
    assert "Within noise of: official-gpt, short-cubic." in text
    assert "Leakage between singular directions: 2.9e-07 in float32" in text
    assert "numpy 2.3.1" in text
    assert "Time: loading 0.3 s, first calls 0.0 s, calls 0.2 s, judging 0.6 s." in text
    assert found.to_html().count('class="line"') == len(found.fingerprint.probes) + 1  # and the legend's


def test_a_target_that_never_answered_has_a_page() -> None:
    text = words(empty().to_html())
    for part in ("? cannot tell", "No probe was answered.", "Nothing was checked.", "no known dialect"):
        assert part in text
    assert "Leakage" not in text
    assert "dtype float32 device" not in text
    assert "%%" not in empty().to_html()


@pytest.mark.parametrize("name", EVERY)
def test_nothing_on_the_page_reaches_outside_or_runs(name: str) -> None:
    page = EVERY[name]().to_html()
    assert OUTSIDE.search(page) is None
    seen = Reading(page)
    assert "script" not in {tag for tag, _ in seen.tags}
    assert not [key for _, attrs in seen.tags for key in attrs if key.startswith("on") or key == "style"]
    (policy,) = (attrs for _, attrs in seen.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in str(policy["content"]).split("; "))
    assert rules == {"default-src": "'none'", "style-src": "'unsafe-inline'", "img-src": "data:"}
    assert page.index("Content-Security-Policy") < min(page.index("<style"), page.index("<link"), page.index("<title"))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_becomes_markup(name: str) -> None:
    ours, plain = Reading(hostile(name).to_html()), Reading(wrong().to_html())
    assert {tag for tag, _ in ours.tags} <= {tag for tag, _ in plain.tags}
    for tag, attrs in ours.tags:
        assert not [key for key in attrs if key.startswith("on") or key in ("src", "style")], tag
    assert name.replace("\r\n", "\n") in [cell.replace("\r\n", "\n") for cell in ours.text["td"]]


def test_half_a_surrogate_pair_fits_into_a_file() -> None:
    assert "a?b" in hostile("a\ud800b").to_html()
    hostile("a\ud800b").to_html().encode("utf-8")


# In the browser.

MEASURE = """
const frame = document.documentElement;
told.wide = frame.scrollWidth - frame.clientWidth;
told.dots = document.querySelectorAll("svg.plot path[transform]").length;
told.folded = [...document.querySelectorAll("details")].every((node) => !node.open);
told.colours = [...new Set([...document.querySelectorAll("svg.plot .dot")].map((node) => getComputedStyle(node).fill))];
told.counts = ["script", "img", "article", "section"].map((tag) => document.getElementsByTagName(tag).length);
told.hacked = window.hacked !== undefined;
"""


@pytest.mark.parametrize("name", EVERY)
def test_a_browser_draws_it_without_complaint_or_request(name: str, tmp_path: Path) -> None:
    found = EVERY[name]()
    seen = visit(tmp_path, POLICY.sub("", found.to_html()), MEASURE)  # so that the policy hides no attempt
    assert seen.console == seen.requested == []
    probes = found.fingerprint.probes
    assert seen.told["dots"] == sum(len(probe.values) for probe in probes)
    assert len(seen.told["colours"]) >= len(probes)  # hollow ones have none
    assert seen.told["wide"] == 0
    assert seen.told["folded"]
    assert seen.told["counts"][:3] == [1, 0, len(found.diagnoses)]  # the script is the one added here


def test_its_policy_lets_no_script_run(tmp_path: Path) -> None:
    seen = visit(tmp_path, wrong().to_html(), MEASURE)
    assert seen.told is None
    assert len(seen.console) == 1  # the script that was added
    assert "violates" in seen.console[0]
    assert seen.requested == []


def test_hostile_texts_do_nothing_in_a_browser(tmp_path: Path) -> None:
    page = POLICY.sub("", hostile(" ".join(HOSTILE)).to_html())
    seen = visit(tmp_path, page, MEASURE)
    assert not seen.told["hacked"]
    assert seen.told["counts"][:2] == [1, 0]
    assert seen.told["wide"] == 0
    assert seen.console == seen.requested == []
