"""The answers to reviewers: each is made from numbers, and the committed page is what the command writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from proofs.answers.__main__ import QUESTIONS, main, page
from proofs.answers.drift import he, last_share
from proofs.answers.text import number, table
from proofs.answers.weights import NETWORKS, SHIPPED
from proofs.sources import FOLDER

PAGE = (FOLDER / "answers.md").read_text(encoding="utf-8")


def test_tables_are_markdown() -> None:
    assert table(["a", "b"], [["x", 0.123456], ["y", 3]]) == "| a | b |\n|---|---:|\n| x | 0.123 |\n| y | 3 |"
    assert number(1e-30) == number(-9e-21) == "< 1e-20"
    assert (number(2e-20), number(0.0), number(0)) == ("2e-20", "0", "0")


@pytest.mark.parametrize("name", ["direction", "conditioning", "dead"])
def test_an_answer_without_a_network_is_the_committed_one(name: str) -> None:
    """Text to the letter; numbers are rounded to three digits, the last of which a library may change."""
    title, answer = QUESTIONS[name]
    assert f"## {title}" in PAGE
    bold = answer().split("\n\n")[0].split("**")[1]
    assert bold in PAGE
    head = answer().split("\n\n")[1].splitlines()[0]
    assert head in PAGE


def test_every_question_is_answered_on_the_page_with_its_command() -> None:
    for name, (title, _) in QUESTIONS.items():
        assert f"## {title}\n\n`python -m proofs.answers {name}`\n\n**" in PAGE
    assert all(NETWORKS[name].split(",")[0] in PAGE for name in NETWORKS)


def test_the_shipped_networks_are_answered_without_a_network_connection(tmp_path: Path) -> None:
    out = tmp_path / "answers.md"
    assert main(["hypotheses", "distance", "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith(f"| {NETWORKS[SHIPPED[0]]}")]
    assert len(rows) == 4 + 5
    assert set(rows) <= set(PAGE.splitlines())
    assert [path.name for path in tmp_path.iterdir()] == ["answers.md"]


def test_five_steps_break_where_the_page_says() -> None:
    text = page(["width"], ())
    rows = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| ") and "DfI" not in line]
    left = {int(row[0]): [float(cell.removeprefix(" <")) for cell in row[1:]] for row in rows}
    assert left[768][2] == pytest.approx(668, rel=0.05)
    assert left[768][2] > left[768][1]
    assert [left[n][-1] for n in sorted(left)] == sorted(left[n][-1] for n in sorted(left))


def test_the_share_up_to_which_theorem_one_speaks_is_where_its_bound_is_the_root_of_two() -> None:
    from fire_ref.theory import feature_drift
    from proofs.answers.drift import toward

    rng = np.random.default_rng(0)
    weights, Z = he(2, 8, rng), rng.standard_normal((5, 8))
    fired = [np.eye(8)] * 2
    share = last_share(weights, fired, Z)
    assert 0 < share < 1
    assert feature_drift(weights, toward(weights, fired, share), Z).bound == pytest.approx(np.sqrt(2), rel=1e-4)


@pytest.mark.parametrize("given", [["nonsense"], ["--weights", "gpt-5"]])
def test_unknown_names_are_refused(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(given)
    assert stop.value.code == 2
    assert "there is no" in capsys.readouterr().err


def test_weights_that_cannot_be_had_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from figures import layers
    from proofs.answers import weights

    def offline(_: str) -> None:
        raise ConnectionError("weights: offline")

    weights.network.cache_clear()
    weights.audited.cache_clear()
    monkeypatch.setattr(layers, "weights", offline)
    assert main(["hypotheses", "--weights", "minilm"]) == 2
    assert capsys.readouterr().err.strip() == "weights: offline"
