"""Figures 2a, 2b, 2c, 5a and 7 from small real runs: claims, captions, pictures, and runs that they share."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from figures import fig2a, fig5a, fig7, image_frames
from figures.__main__ import main
from figures.experiments.arms.catalogue import ARMS
from figures.experiments.claims import BEST
from figures.experiments.ledger import Record, read
from figures.experiments.plans import PLANS

from ..backends import available
from .boxes import drawn, faults
from .experiments.vision.faked import cifar

NAMES = ("fig2a", "fig2b", "fig2c", "fig5a", "fig7")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every figure's results at the least size, by the command itself; the warm start's are shared."""
    available("torch")
    available("matplotlib")
    data = cifar(tmp_path_factory.mktemp("data"), "cifar10", 30)
    out = tmp_path_factory.mktemp("out")
    few = "base,full-reset,fire-10"
    for name, methods, seeds in (("fig2a", f"{few},sp-0.5,muon", 2), ("fig2b", few, 1), ("fig2c", few, 1)):
        given = [name, "--scale", "tiny", "--methods", methods, "--seeds", str(seeds)]
        assert main([*given, "--data", str(data), "--out", str(out)]) == 0
    before = len(read(out / "fig2a.jsonl"))
    for name, methods in (("fig5a", f"{few},fire-1"), ("fig7", f"{few},fire-muon-10")):
        given = [name, "--scale", "tiny", "--methods", methods, "--seeds", "2", "--data", str(data), "--out", str(out)]
        assert main(given) == 2  # there are results, and nobody said to go on with them
        assert main([*given, "--resume"]) == 0
    # Only what was missing was made: one arm each, two seeds, two chunks.
    assert len(read(out / "fig2a.jsonl")) == before + 2 * 2 * 2
    return out


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_drawn_from_its_runs(name: str, runs: Path) -> None:
    figure = import_module(f"figures.{name}")
    data = figure.gathered(runs)
    assert json.loads((runs / f"{name}.json").read_text(encoding="utf-8"))["data"] == json.loads(json.dumps(data))
    assert faults(drawn(figure, data)) == []
    (panel,) = data["panels"].values()
    assert set(panel["arms"]) <= set(PLANS[name].arms)
    assert data["caption"].startswith("CIFAR-10 pooled to 16 x 16, 60 images: ")
    for told in ("test accuracy at the end of", "Missing here: ", "5 seeds of every arm", "CIFAR-100"):
        assert told in data["caption"]
    page = (runs / f"{name}.md").read_text(encoding="utf-8")
    assert "BatchNorm restated" in page
    assert all(f"| {finding['source']} | {finding['sentence']} |" in page for finding in panel["findings"])


def test_figures_of_the_same_runs_show_their_own_arms(runs: Path) -> None:
    two, five, seven = (one.gathered(runs) for one in (fig2a, fig5a, fig7))
    assert two is not None
    assert five is not None
    assert seven is not None
    arms = [list(one["panels"]["warm.cifar10"]["arms"]) for one in (two, five, seven)]
    assert arms == [
        ["base", "full-reset", "sp-0.5", "muon", "fire-10"],
        ["base", "full-reset", "fire-1", "fire-10"],
        ["base", "full-reset", "fire-10", "fire-muon-10"],
    ]
    assert two["panels"]["warm.cifar10"]["arms"]["base"] == five["panels"]["warm.cifar10"]["arms"]["base"]


def test_the_control_goes_by_training_and_the_metric_by_test(runs: Path) -> None:
    data = fig2a.gathered(runs)
    assert data is not None
    panel = data["panels"]["warm.cifar10"]
    rows: list[Record] = [row for row in read(runs / "fig2a.jsonl") if row["task"] == 1]

    def each(arm: str, value: Any) -> list[float]:
        return [value(row) for row in rows if row["configuration"]["arm"] == arm]

    lost = [
        a - b for a, b in zip(*(each(arm, lambda row: row["online"]) for arm in ("full-reset", "base")), strict=True)
    ]
    assert panel["control"]["lost"] == pytest.approx(sum(lost) / 2)
    assert list(panel["arms"]["base"]["scores"].values()) == each("base", lambda row: row["test"][1])


def test_steps_are_drawn_in_their_order(runs: Path) -> None:
    data = fig5a.gathered(runs)
    assert data is not None
    left, right = drawn(fig5a, data).axes
    assert [text.get_text() for text in left.get_xticklabels()] == ["1", "10"]
    assert right.get_yscale() == "log"
    arms = data["panels"]["warm.cifar10"]["arms"]
    assert right.lines[0].get_ydata().tolist() == [arms[name]["dfi"][1] for name in ("fire-1", "fire-10")]


@pytest.mark.parametrize("claims", [image_frames.CLAIMS, fig5a.CLAIMS, fig7.CLAIMS])
def test_claims_are_of_arms_and_none_twice(claims: Any) -> None:
    assert {name for claim in claims for name in (claim.better, claim.worse)} <= {*ARMS, BEST}
    assert len({(claim.better, claim.worse) for claim in claims}) == len(claims)


@pytest.mark.parametrize(
    ("name", "claims"), [("fig2a", image_frames.CLAIMS), ("fig5a", fig5a.CLAIMS), ("fig7", fig7.CLAIMS)]
)
def test_claims_are_of_arms_that_the_figure_has(name: str, claims: Any) -> None:
    assert {one for claim in claims for one in (claim.better, claim.worse)} <= {*PLANS[name].arms, BEST}


def test_a_data_set_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("torch")
    available("matplotlib")
    given = ["fig2a", "--scale", "paper", "--panels", "warm.cifar100", "--out", str(tmp_path / "out")]
    assert main(given) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "--data" in told
    assert main([*given[:4], "warm.imagenet", *given[5:]]) == 2
    assert (
        "--panels must be of warm.cifar10, warm.cifar100, warm.tiny-imagenet for fig2a at paper"
        in capsys.readouterr().err
    )
