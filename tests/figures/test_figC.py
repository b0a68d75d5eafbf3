"""Figure C: what is verified is what the matrix shows, in letters as well as in colours."""

from __future__ import annotations

from typing import Any

import pytest

from figures import figC, style
from figures.catalogue import Data
from figures.known_table import page
from figures.settings import Settings
from fire_ref.conformance.diagnosis.codes import CODES
from fire_ref.conformance.known.catalogue import KNOWN

from ..backends import available
from .boxes import drawn, faults

SCIPY = next(known for known in KNOWN if known.package == "scipy")


def made(name: str, dialect: str = "paper", codes: dict[str, str] | None = None, **changed: Any) -> Data:
    row = {"name": name, "version": "1", "dialect": dialect, "faithful": "yes", "converged": "no", "enough": None}
    row |= {"computes": "cubic", "worst": 0.5, "finite": True, "as_recorded": True, "differs": ""}
    return row | {"codes": codes or {}} | changed


def whole(rows: list[Data]) -> Data:
    found: Data = {"rows": rows, "libraries": {"numpy": "2.0", "jax": "0.9"}, "system": "Linux", "known": 70}
    return found | {"caption": figC._caption(found)}


def hand_made() -> Data:
    return whole(
        [
            made("a", converged="yes"),
            made("b", "muon", {"OVERFLOW": "limit", "WRONG_GAIN": "error"}),
            made("c", "muon", {"OVERFLOW": "limit"}, enough=33),
            made("d", faithful="no", converged="inconclusive", as_recorded=False, differs="x"),
            made("e", "muon", faithful=None, converged=None),
        ]
    )


def test_scipy_is_verified_and_drawn() -> None:
    available("matplotlib")
    data = figC.compute(Settings(), only=[SCIPY], quick=True)
    assert f"1 of {len(KNOWN)} known" in data["caption"]
    assert "named at the right: 1;" in data["caption"]
    assert f"numpy {data['libraries']['numpy']}" in data["caption"]
    assert f"| {SCIPY.name} |" in page(data)  # the table is made of the same data
    assert faults(drawn(figC, data)) == []


def test_nothing_installed_is_refused() -> None:
    with pytest.raises(ValueError, match="Try pip install"):
        figC.compute(Settings(), only=[])


def test_the_caption_counts() -> None:
    told = hand_made()["caption"]
    assert "5 of 70 known" in told
    assert "named at the right: 3;" in told
    assert "polar factor on every case: 1;" in told
    assert "without error: 2;" in told  # of the three, one has an error
    assert "as recorded in the catalogue: 4 (≠ does not; ? is inconclusive; - could not be called)" in told
    assert "With numpy 2.0, jax 0.9, on Linux" in told
    assert "(" not in figC._caption(whole([made("a")]))


def test_every_finding_is_in_its_cell() -> None:
    available("matplotlib")
    figure = drawn(figC, hand_made())
    assert faults(figure) == []
    axes, right = figure.axes
    columns = {label.get_text(): x for x, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)}
    rows = {label.get_text(): y for y, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)}
    # Those of one dialect together; codes in the order in which they are explained.
    assert list(rows) == ["a", "≠ d", "b", "c", "e"]
    assert list(columns) == ["faithful", "converged", "steps needed", "WRONG_GAIN", "OVERFLOW"]
    shown = {(text.get_position()[0], text.get_position()[1]): text.get_text() for text in axes.texts}
    expected = {
        "a": ("yes", "yes", "", "", ""),
        "≠ d": ("no", "?", "", "", ""),
        "b": ("yes", "no", "", "E", "L"),
        "c": ("yes", "no", "33", "", "L"),
        "e": ("-", "-", "", "", ""),
    }
    for name, marks in expected.items():
        assert tuple(shown.get((x, rows[name]), "") for x in columns.values()) == marks
    dialects = {label.get_text(): y for y, label in zip(right.get_yticks(), right.get_yticklabels(), strict=True)}
    assert dialects == {"paper": 0.5, "muon": 3.0}


def test_every_colour_has_its_letter() -> None:
    available("matplotlib")
    from matplotlib.colors import to_hex

    axes = drawn(figC, hand_made()).axes[0]
    marks = {(text.get_position()): text.get_text() for text in axes.texts}
    kinds = {style.COLOURS[kind].lower(): figC.MARKS[kind] for kind in figC.MEANINGS}
    seen = set()
    for patch in axes.patches:
        colour = to_hex(patch.get_facecolor())
        if patch.get_facecolor()[3] and colour in kinds:
            seen.add(colour)
            assert marks[patch.get_x() + 0.5, patch.get_y() + 0.5] == kinds[colour]
    assert seen == set(kinds)
    assert set(axes.get_legend_handles_labels()[1]) == {words for words, _ in figC.MEANINGS.values()}


def test_many_rows_with_long_names_stay_readable() -> None:
    available("matplotlib")
    codes, verdicts = list(CODES)[:20], ["yes", "no", "inconclusive", "not-applicable"]
    rows = [
        made(
            f"package{i}.parametrizations.an_orthogonal_one",
            f"polar-express-cushioned-{i // 4}",
            {codes[i % 20]: "error", codes[(7 * i) % 20]: "limit"},
            faithful=verdicts[i % 4],
            converged=verdicts[i % 3],
            enough=10 + i if i % 2 else None,
        )
        for i in range(40)
    ]
    figure = drawn(figC, whole(rows))
    assert faults(figure) == []
    assert figure.get_size_inches()[1] <= figC.TALLEST
    assert len(figure.axes[0].get_xticklabels()) == 23
