"""Figure F: every arm in every panel, sentences from the numbers, and what is missing is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from figures import figF, style
from figures.__main__ import main
from figures.catalogue import Data
from figures.experiments.arms.catalogue import ARMS, MLP_ARMS
from figures.experiments.ledger import Record
from figures.experiments.refusing import UnusableError

from ..backends import available
from .boxes import drawn, faults
from .experiments.faked import folder, record, results

PANELS = ("random-labels", "permuted-inputs")


def rows(seeds: int = 5, panels: tuple[str, ...] = PANELS, arms: tuple[str, ...] = MLP_ARMS) -> list[Record]:
    found = []
    for panel in panels:
        values = {arm: [0.1 + 0.06 * i + 0.01 * seed for seed in range(seeds)] for i, arm in enumerate(arms)}
        found += results(values, panel)
    return found


def written(records: list[Record], out: Path) -> Data:
    text = "".join(json.dumps(row) + "\n" for row in records)
    (out / "figF.jsonl").write_text(text, encoding="utf-8")
    data = figF.gathered(out)
    assert data is not None
    return json.loads(json.dumps(data, allow_nan=False))  # type: ignore[no-any-return]


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    whole = written(rows(), tmp_path)
    assert whole["missing"] == list(figF.LACKING)
    few = written(rows(3), tmp_path)
    assert few["missing"] == [*figF.LACKING, "5 seeds of every arm"]
    less = written(rows(5, PANELS[:1], ("base", "iso")), tmp_path)
    assert less["missing"] == [*figF.LACKING, "all arms", "the panel of permuted inputs"]
    other = rows()
    other[0]["weights"] = "another"
    apart = written(other, tmp_path)
    assert apart["missing"] == [*figF.LACKING, "the same weights in all arms after the first task"]
    for data in (whole, few, less, apart):
        assert data["caption"].endswith(f"Missing here: {'; '.join(data['missing'])}.")


def test_the_caption_follows_the_numbers(tmp_path: Path) -> None:
    up = written(rows(), tmp_path)
    assert (
        "Random labels, 5 seeds: loss of plasticity: fresh minus base is .060, two seed deviations are .032; "
        in up["caption"]
    )
    assert "FIRE k = 10 > full reset: yes, difference .30 [" in up["caption"]
    assert "Permuted inputs, 5 seeds: loss of plasticity" in up["caption"]
    values = {arm: [0.9 - 0.06 * i + 0.01 * seed for seed in range(5)] for i, arm in enumerate(MLP_ARMS)}
    down = written(results(values), tmp_path)
    assert "Random labels, 5 seeds: no loss of plasticity at this scale: fresh minus base is -.060" in down["caption"]
    assert "FIRE k = 10 > full reset: no, difference -.30 [" in down["caption"]
    # Four weights at each of two changes, three arms that are FIRE, five seeds, one panel.
    assert "120 weights were checked" in down["caption"]


def test_without_a_finished_run_there_is_no_figure(tmp_path: Path) -> None:
    assert figF.gathered(tmp_path) is None
    with pytest.raises(UnusableError, match=r"needs one finished run; got none\. Try .* --resume"):
        written([record("base", 0, 0, 0.1)], tmp_path)


@pytest.mark.parametrize(
    ("key", "value"),
    [("train", 3), ("counted", "many"), ("updates", None), ("stability", []), ("configuration", {"arm": "drop"})],
)
def test_results_that_hold_other_things_are_one_line(key: str, value: object, tmp_path: Path) -> None:
    others = rows(1)
    for row in others:
        row[key] = {**row[key], **value} if isinstance(value, dict) else value
    with pytest.raises(UnusableError, match="must hold ") as told:
        written(others[:36], tmp_path)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(("seeds", "panels"), [(5, PANELS), (1, PANELS), (3, PANELS[:1])])
def test_the_picture(seeds: int, panels: tuple[str, ...], tmp_path: Path) -> None:
    available("matplotlib")
    data = written(rows(seeds, panels), tmp_path)
    figure = drawn(figF, data)
    assert faults(figure) == []
    for row, panel in enumerate(panels):
        learning, metric, old = figure.axes[3 * row : 3 * row + 3]
        assert learning.get_title(loc="left") == figF.TITLES[panel]
        assert [text.get_text() for text in metric.get_yticklabels()] == [ARMS[arm].label for arm in MLP_ARMS]
        for line, (name, one) in zip(learning.lines, data["panels"][panel]["arms"].items(), strict=True):
            assert line.get_xdata().tolist() == one["updates"]
            assert line.get_ydata().tolist() == one["online"]
            assert (line.get_color(), line.get_marker()) == style.ARMS[name]
        assert len(metric.lines) == len(MLP_ARMS) * (3 if seeds > 1 else 2)
        assert len(old.lines) == 4 * len(MLP_ARMS)


def test_few_arms_are_drawn_too(tmp_path: Path) -> None:
    available("matplotlib")
    assert faults(drawn(figF, written(rows(2, PANELS[:1], ("iso",)), tmp_path))) == []


def test_the_page_has_every_panel_and_claim(tmp_path: Path) -> None:
    data = written(rows(), tmp_path)
    page = figF.tables(data)
    assert data["caption"] in page
    for panel in data["panels"].values():
        for finding in panel["findings"]:
            assert f"| {finding['source']} | {finding['sentence']} | 5 |" in page
    assert page.count("### Every arm") == 2
    assert "Made with torch 2.13.0 on cpu." in page


def test_a_small_experiment_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("torch")
    available("matplotlib")
    out = tmp_path / "out"
    given = ["figF", "--scale", "tiny", "--seeds", "1", "--methods", "base,full-reset,fire-10"]
    given += ["--data", str(folder(tmp_path / "data")), "--out", str(out)]
    assert main(given) == 0
    assert sorted(path.suffix for path in out.iterdir()) == [".json", ".jsonl", ".md", ".svg"]
    told = capsys.readouterr()
    assert "figF: 18 of 18 evaluations to make" in told.err
    assert "positive control undecided: one seed" in told.out
    # Whatever is there is drawn again, without data: here without the last run.
    lines = (out / "figF.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (out / "figF.jsonl").write_text("".join(lines[:-3]), encoding="utf-8")
    assert main(["figF", "--redraw", "--out", str(out)]) == 0
    panels = json.loads((out / "figF.json").read_text(encoding="utf-8"))["data"]["panels"]
    assert [list(panels[name]["arms"]) for name in PANELS] == [
        ["base", "full-reset", "fire-10"],
        ["base", "full-reset"],
    ]
    capsys.readouterr()
    # Asked for again without --resume nothing is done, and nothing lost.
    before = (out / "figF.jsonl").read_bytes()
    assert main(given) == 2
    refused = capsys.readouterr().err
    assert refused.count("\n") == 1
    assert "15 results. Try --resume." in refused
    assert (out / "figF.jsonl").read_bytes() == before
    assert main([*given, "--resume"]) == 0
    assert (out / "figF.jsonl").read_bytes().startswith(before)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--scale", "paper"], "--scale must be of tiny, small, full-small for figF; got paper"),
        (["--data", "nowhere"], "no train-images-idx3-ubyte in 'nowhere'"),
        (["--device", "cuda"], "--device cuda must be one that PyTorch finds"),
    ],
)
def test_what_cannot_be_is_one_line_and_status_2(
    given: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = available("torch")
    available("matplotlib")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert main(["figF", *given, "--out", str(tmp_path / "out")]) == 2
    shown = capsys.readouterr().err
    assert told in shown
    assert shown.count("\n") == 1
    assert not list((tmp_path / "out").iterdir() if (tmp_path / "out").exists() else [])


def test_damaged_results_are_one_line_and_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("matplotlib")
    (tmp_path / "figF.jsonl").write_text("not JSON\n", encoding="utf-8")
    assert main(["figF", "--redraw", "--out", str(tmp_path)]) == 2
    assert "got something else in line 1" in capsys.readouterr().err
    assert (tmp_path / "figF.jsonl").read_text(encoding="utf-8") == "not JSON\n"
