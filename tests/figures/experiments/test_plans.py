"""Which runs a figure is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from figures.catalogue import FIGURES
from figures.experiments import plans
from figures.experiments.arms.catalogue import MLP_ARMS
from figures.experiments.asking import SCALES, Trial
from figures.experiments.mnist import load
from figures.experiments.plans import PLANS, planned
from figures.experiments.problems import PROBLEMS
from figures.experiments.refusing import UnusableError
from figures.experiments.tasks import PANELS
from figures.experiments.training import run

from ...backends import available
from .faked import folder


def test_every_experiment_has_a_plan_of_known_panels_and_scales() -> None:
    assert set(PLANS) == {name for name, entry in FIGURES.items() if entry.trains}
    for plan in PLANS.values():
        assert set(plan.panels) <= set(PROBLEMS)
        assert set(plan.scales) | set(plan.missing) == set(SCALES)


def test_all_arms_of_a_seed_come_before_the_next_seed() -> None:
    runs = planned("figF", Trial(scale="full-small"), "cpu")
    assert len(runs) == len({one.key for one in runs}) == 2 * 12 * 5
    for place, one in enumerate(runs):
        panel, rest = divmod(place, 60)
        assert one.panel == PLANS["figF"].panels[panel]
        assert (one.seed, one.arm) == (rest // 12, MLP_ARMS[rest % 12])
    assert planned("figF", Trial(scale="small"), "cpu") == [one for one in runs if one.seed < 3]


def test_less_may_be_asked_for() -> None:
    runs = planned("figF", Trial(scale="tiny", seeds=1, methods=("base", "iso")), "cpu")
    assert [one.key for one in runs] == [f"{panel}.{arm}.0" for panel in PANELS for arm in ("base", "iso")]


def test_where_the_first_task_is_shared_all_seeds_of_one_arm_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = {name: one._replace(shares=True) for name, one in plans.PROBLEMS.items()}
    monkeypatch.setattr(plans, "PROBLEMS", shared)
    runs = planned("figF", Trial(scale="tiny", seeds=2, methods=("base", "norm", "iso")), "cpu")
    rest = [(arm, seed) for seed in (0, 1) for arm in ("norm", "iso")]
    assert [(one.arm, one.seed) for one in runs[:6]] == [("base", 0), ("base", 1), *rest]
    assert [one.panel for one in runs] == ["random-labels"] * 6 + ["permuted-inputs"] * 6


def test_an_arm_that_the_figure_lacks_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "PLANS", {"figF": PLANS["figF"]._replace(arms=("base", "norm"))})
    with pytest.raises(UnusableError, match=r"--methods must be of base, norm for figF; got iso\. Try --methods all\."):
        planned("figF", Trial(methods=("base", "iso")), "cpu")


def test_panels_may_differ_in_size() -> None:
    assert plans.Scale({"a": 1, "b": 2}, 3).of("b") == 2


def test_a_scale_that_is_not_there_is_one_line() -> None:
    with pytest.raises(UnusableError, match=r"--scale must be of tiny, small, full-small for figF; got paper "):
        planned("figF", Trial(scale="paper"), "cpu")


@pytest.mark.parametrize("panel", PANELS)
def test_the_largest_scale_runs(panel: str, tmp_path: Path) -> None:
    # Its widths and batches on a data set of its format, two tasks of one epoch: 32 updates.
    available("torch")
    images = load(folder(tmp_path / "data", images=1700, side=28))
    sizes = PLANS["figF"].scales["full-small"].sizes
    short = type(sizes)(sizes.images, 2, 1, sizes.batch, sizes.width, sizes.rate)
    (one,) = [run for run in planned("figF", Trial(seeds=1, methods=("fire-10",)), "cpu") if run.panel == panel]
    found: list[object] = []
    run(type(one)(one.panel, one.arm, one.seed, short), images, found.append, folder=tmp_path / "kept")
    assert len(found) == 2
