"""Figures 3, 3b and L from small real runs: claims, captions, and losses that are better when they are less."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from figures import fig3, figL, text_frames
from figures.__main__ import main
from figures.experiments.arms.catalogue import ARMS
from figures.experiments.claims import BEST
from figures.experiments.ledger import read
from figures.experiments.plans import PLANS

from ..backends import available
from .boxes import drawn, faults

NAMES = ("fig3", "fig3b", "figL")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every figure's results at the least size, by the command itself."""
    available("torch")
    available("matplotlib")
    data, out = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("out")
    rng = np.random.default_rng(3)
    for name, length in (("a", 600), ("b", 2000)):
        walk = np.cumsum(rng.integers(3, size=length)) % 20 + 60
        (data / f"{name}.txt").write_bytes(walk.astype(np.uint8).tobytes())
    for name in NAMES:
        given = [name, "--scale", "tiny", "--methods", "base,full-reset,sp-0.8,fire-5,fire-exact", "--seeds", "2"]
        assert main([*given, "--data", str(data), "--out", str(out)]) == 0
    return out


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_is_drawn_from_its_runs(name: str, runs: Path) -> None:
    figure = import_module(f"figures.{name}")
    data = figure.gathered(runs)
    assert faults(drawn(figure, data)) == []
    assert list(data["panels"]) == list(figure.FRAME.titles) == list(PLANS[name].panels)
    told = ("nanoGPT's network, depth 1, width 16, ", "minus the ", "nats per token", "Missing here: ", "all arms")
    assert all(one in data["caption"] for one in told)
    page = (runs / f"{name}.md").read_text(encoding="utf-8")
    assert "BatchNorm" not in page
    assert all(f"## {title[0].upper()}{title[1:]}" in page for title in figure.FRAME.titles.values())


def test_the_metric_is_minus_the_loss_at_the_end(runs: Path) -> None:
    data = fig3.gathered(runs)
    assert data is not None
    ends = {
        (row["configuration"]["panel"], row["configuration"]["seed"]): row["curve"][-1][2]
        for row in read(runs / "fig3.jsonl")
        if row["configuration"]["arm"] == "fire-5" and row["task"] == 1
    }
    for panel, one in data["panels"].items():
        scores = one["arms"]["fire-5"]["scores"]
        assert {(panel, int(seed)): -score for seed, score in scores.items()} == {
            key: end for key, end in ends.items() if key[0] == panel
        }


def test_losses_are_drawn_as_losses(runs: Path) -> None:
    warm, permuted = fig3.gathered(runs), figL.gathered(runs)
    assert warm is not None
    assert permuted is not None
    first = drawn(fig3, warm).axes[0]
    arms = warm["panels"]["warm-best"]["arms"]
    for line, one in zip(first.lines, arms.values(), strict=True):
        assert line.get_ydata().tolist() == [point[2] for point in one["curve"][-1]]
    later = [value for line in first.lines for value in line.get_ydata()[1:]]
    low, high = first.get_ylim()
    assert low < min(later) <= max(later) < high < min(later) + 1.2 * (max(later) - min(later))
    online = drawn(figL, permuted).axes[0]
    arms = permuted["panels"]["permuted-vocabulary"]["arms"]
    for line, one in zip(online.lines, arms.values(), strict=True):
        assert line.get_ydata().tolist() == [-value for value in one["online"]]
        assert min(line.get_ydata()) > 0


def test_the_controls_keep_moments_and_untie(runs: Path) -> None:
    told = {row["configuration"]["panel"]: row["configuration"]["sizes"] for row in read(runs / "fig3b.jsonl")}
    assert (told["warm-far-kept"]["optimizer"], told["warm-far-kept"]["tied"]) == ("kept", True)
    assert (told["warm-far-untied"]["optimizer"], told["warm-far-untied"]["tied"]) == ("cleared", False)


def test_claims_are_of_arms_that_the_figures_have() -> None:
    claims = text_frames.CLAIMS
    names = {name for claim in claims for name in (claim.better, claim.worse)}
    assert names <= {*ARMS, BEST}
    assert all(names <= {*PLANS[figure].arms, BEST} for figure in NAMES)
    assert len({(claim.better, claim.worse) for claim in claims}) == len(claims)
