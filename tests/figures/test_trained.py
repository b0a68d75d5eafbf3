"""What all figures of experiments share: what is missing is said, and captions follow the numbers."""

from __future__ import annotations

import pytest

from figures import figF, trained
from figures.experiments.arms.catalogue import MLP_ARMS
from figures.experiments.refusing import UnusableError

from ..backends import available
from .boxes import drawn as checked
from .boxes import faults
from .experiments.faked import record, results

FRAME = figF.FRAME._replace(told=(1,), lacking=("a lack",))
ROWS = results({arm: [0.1 + 0.05 * i + 0.01 * seed for seed in range(5)] for i, arm in enumerate(MLP_ARMS)})


def test_a_frame_says_how_much_is_told_and_what_it_lacks() -> None:
    data = trained.summarised(FRAME, ROWS)
    assert data["missing"] == ["a lack", "the panel of permuted inputs"]
    panel = data["panels"]["random-labels"]
    assert panel["findings"][0]["sentence"] in data["caption"]
    assert panel["findings"][1]["sentence"] not in data["caption"]
    assert data["metric"].startswith("online training accuracy")


def test_panels_of_other_sizes_say_so_and_several_in_one_are_refused() -> None:
    more = results({"base": [0.1, 0.2]}, "permuted-inputs")
    for row in more:
        row["configuration"] = {**row["configuration"], "sizes": {**row["configuration"]["sizes"], "width": 9}}
    data = trained.summarised(FRAME, [*ROWS, *more])
    assert "Permuted inputs (width 9), 2 seeds" in data["caption"]
    assert "Random labels, 5 seeds" in data["caption"]
    for row in ROWS[:3]:
        mixed = [{**row, "configuration": {**row["configuration"], "device": "cuda"}}, *ROWS[3:]]
        with pytest.raises(UnusableError, match="one scale and device in each panel"):
            trained.summarised(FRAME, mixed)


def test_arms_that_never_acted_are_said_to_be_missing() -> None:
    rows = [{**row} for row in ROWS]
    for row in rows:
        if row["configuration"]["arm"] == "iso":
            row["weights"] = row["weights"].replace("iso", "base")
    told = trained.summarised(FRAME, rows)["missing"]
    assert "anything that iso did: these runs are the base's" in told


def test_without_a_finished_run_there_is_nothing_to_say() -> None:
    with pytest.raises(UnusableError, match="figF needs one finished run"):
        trained.summarised(FRAME, [record("base", 0, 0, 0.5)])


def test_a_figure_has_its_own_picture_or_that_of_all() -> None:
    available("matplotlib")
    data = trained.summarised(FRAME, ROWS)
    common = trained.figure(FRAME)
    assert faults(checked(common, data)) == []  # type: ignore[arg-type]  # what a module has, it has
    own = trained.figure(FRAME, lambda data: data["caption"])
    assert own.draw(data) == data["caption"]
    assert common.tables is not None
    assert common.tables(data).startswith("# `python -m figures figF`")


def test_the_old_task_is_drawn_from_what_the_frame_asks_for() -> None:
    available("matplotlib")
    data = trained.summarised(FRAME, ROWS)
    losses = trained.figure(FRAME._replace(old=lambda one, look: one["old loss"].get(look)))
    right = checked(losses, data).axes[2]  # type: ignore[arg-type]  # what a module has, it has
    assert right.get_xlim()[1] > 2
    assert [line.get_xdata().tolist() for line in right.lines[:2]] == [[0.5, 1.5, 2.5], [0.5]]
