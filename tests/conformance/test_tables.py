"""The tables of the page: failures in sight, passes folded away, everything escaped."""

from __future__ import annotations

from fire_ref.conformance.record import Explanation, Result
from fire_ref.conformance.tables import explanations, pairs, results, table

from ..audits.reading import Reading
from .reports import wrong

BAD = '<b a="1">&'


def test_failures_are_in_sight_and_passes_folded_away() -> None:
    text = results(wrong().results, wrong().cases)
    first = text.split("<section")[1]
    shown, _, folded = first.partition("<details>")
    assert shown.count('<span class="fail">') == 5
    assert shown.count('<span class="inconclusive">') == 1
    assert '<span class="fail">' not in folded
    assert folded.count('<span class="pass">') == folded.count('<span class="skipped">') == 1
    assert "<summary>1 pass and 1 skipped</summary>" in folded
    assert text.index("value.faithful") < text.index("zero.finite") < text.index("shape.kept")


def test_every_result_is_there_with_its_numbers() -> None:
    found = wrong().results
    cells = Reading(results(found, {})).text["td"]
    rows = [tuple(cells[i : i + 5]) for i in range(0, len(cells), 5)]
    assert len(rows) == len(found)
    assert ("✗ fail", "gauss-64x32", "0.124", "4e-05", "0.124 from the declared iterate") in rows
    assert ("- skipped", "zero", "-", "-", "the dialect says nothing of the zero matrix") in rows


def test_nothing_foreign_becomes_markup() -> None:
    text = results([Result(BAD, BAD, "fail", text=BAD)], {BAD: BAD}) + pairs({BAD: BAD})
    text += explanations([Explanation(BAD, 1, BAD, BAD, 0.5)]) + table([BAD], [])
    seen = Reading(text)
    assert "b" not in {tag for tag, _ in seen.tags}
    assert seen.text["td"][1] == BAD
    assert [attrs["title"] for tag, attrs in seen.tags if "title" in attrs] == [BAD]


def test_formulas_are_listed_and_none_is_said() -> None:
    found = [Explanation("cubic", 5, "frobenius", "1", 0.97), Explanation("exact", None, "", "1", 1.4)]
    assert Reading(explanations(found)).text["td"] == [
        "cubic",
        "5",
        "frobenius",
        "1",
        "0.97",
        "exact",
        "-",
        "-",
        "1",
        "1.4",
    ]
    assert "No formula" in explanations([])
