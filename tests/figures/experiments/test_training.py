"""A run: what is counted, what is shared, and that breaking off changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from figures.experiments import training
from figures.experiments.arms.arm import Arm
from figures.experiments.arms.catalogue import ARMS, MLP_ARMS
from figures.experiments.checkpoints import keep
from figures.experiments.configuration import Configuration
from figures.experiments.digests import digest, fingerprint
from figures.experiments.ledger import Record
from figures.experiments.mnist import Images, load
from figures.experiments.mnist_course import MnistCourse
from figures.experiments.network import judged, mlp
from figures.experiments.problems import PROBLEMS
from figures.experiments.tasks import random_labels
from figures.experiments.training import run

from ...backends import available
from .faked import configuration, folder, moment


@pytest.fixture
def images(tmp_path: Path) -> Images:
    available("torch")
    return load(folder(tmp_path / "data"))


def ran(one: Configuration, images: Images, where: Path, done: Any = ()) -> list[Record]:
    found: list[Record] = []
    run(one, images, found.append, folder=where, done=done)
    return [{**record, "seconds": 0} for record in found]


@pytest.mark.parametrize("panel", ["random-labels", "permuted-inputs"])
def test_there_is_a_record_for_each_task(panel: str, images: Images, tmp_path: Path) -> None:
    found = ran(configuration("fire-10", panel=panel, epochs=12), images, tmp_path)
    assert [record["task"] for record in found] == [0, 1, 2]
    assert [record["updates"] for record in found] == [48, 96, 144]
    assert [record["counted"] and record["counted"][0] for record in found] == [None, None, 28]
    assert [record["checked"] for record in found] == [0, 4, 4]
    assert [record["stability"] is None for record in found] == [True, False, False]
    assert [record["test"] is None for record in found] == [panel == "random-labels"] * 3
    assert set(found[1]["stability"]) == {"before", "dfi", "sfe", "drift", "after", "after 10"}
    assert found[0]["versions"]["torch"]
    # What was measured at the end of a task is what is found before the change.
    assert found[1]["stability"]["before"] == found[0]["train"]


def test_a_run_that_is_broken_off_goes_on_as_if_it_were_not(images: Images, tmp_path: Path) -> None:
    one = configuration("ortho", tasks=4)
    whole = ran(one, images, tmp_path)

    class Killed(Exception):
        pass

    for after in (1, 2, 3):
        found: list[Record] = []

        def emit(record: Record, found: list[Record] = found, after: int = after) -> None:
            if len(found) == after:
                raise Killed
            found.append({**record, "seconds": 0})

        with pytest.raises(Killed):
            run(one, images, emit, folder=tmp_path)
        run(one, images, lambda record, found=found: found.append({**record, "seconds": 0}), folder=tmp_path,
            done=[record["task"] for record in found])  # fmt: skip
        assert found == whole


def test_a_checkpoint_goes_on_where_it_stands(images: Images, tmp_path: Path) -> None:
    one = configuration("base")
    state = moment(inputs=36, width=8).model.state_dict()
    keep(tmp_path, one, 1, state, data=fingerprint(images))
    (found,) = ran(one, images, tmp_path, done={0, 1})
    assert found["task"] == 2
    keep(tmp_path, one, 1, {name: 0 * tensor for name, tensor in state.items()}, data=fingerprint(images))
    (other,) = ran(one, images, tmp_path, done={0, 1})
    assert other["weights"] != found["weights"]
    assert not list(tmp_path.glob("*.safetensors"))


def test_a_checkpoint_ahead_of_its_records_is_not_used(images: Images, tmp_path: Path) -> None:
    one = configuration("base")
    whole = ran(one, images, tmp_path)
    keep(tmp_path, one, 1, moment(inputs=36, width=8).model.state_dict(), data=fingerprint(images))
    assert ran(one, images, tmp_path, done={0}) == whole[1:]


def test_arms_leave_the_first_task_with_the_same_weights_and_part_then(images: Images, tmp_path: Path) -> None:
    ends = {
        arm: [record["weights"] for record in ran(configuration(arm, tasks=2), images, tmp_path)] for arm in MLP_ARMS
    }
    assert len({first for arm, (first, _) in ends.items() if not ARMS[arm].trains}) == 1
    assert ends["l2-init"][0] != ends["base"][0]
    assert len({second for _, second in ends.values()}) == len(MLP_ARMS)
    (other, *_) = ran(configuration(seed=1), images, tmp_path)
    assert other["weights"] != ends["base"][0]


def test_a_first_task_that_is_shared_is_trained_once(
    images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arms = ("base", "ortho", "l2-init")
    apart = {arm: ran(configuration(arm), images, tmp_path) for arm in arms}
    shared = {name: one._replace(shares=True) for name, one in PROBLEMS.items()}
    monkeypatch.setattr(training, "PROBLEMS", shared)
    trained: list[tuple[str, int]] = []
    real = MnistCourse.train

    def train(self: Any, number: int, arm: Any, *more: Any) -> Any:
        trained.append((arm.label, number))
        return real(self, number, arm, *more)

    monkeypatch.setattr(MnistCourse, "train", train)
    assert {arm: ran(configuration(arm), images, tmp_path) for arm in arms} == apart
    # The penalty acts in the first task already: that arm has one of its own.
    assert [label for label, number in trained if number == 0] == ["base", "L2 init"]
    # Another seed shares nothing with it.
    ran(configuration("ortho", seed=1), images, tmp_path)
    assert trained[-3:] == [("ortho", 0), ("ortho", 1), ("ortho", 2)]


def test_accuracy_is_measured_before_the_update(images: Images, tmp_path: Path) -> None:
    torch = available("torch")
    # One batch, one update: what is online is what the network was right in before it, by chance or not.
    one = configuration("base", tasks=1, images=10, epochs=1, rate=0.05)
    task = random_labels(images, one, 0)
    fresh = mlp(36, 8, 10, one.seed)
    (found,) = ran(one, images, tmp_path)
    assert found["online"] == judged(fresh, torch.from_numpy(task.inputs), torch.from_numpy(task.labels))[1]
    # The same batch again and again is learned: the last fifth is better than the mean, and the end than both.
    (more,) = ran(configuration("base", tasks=1, images=10, epochs=60, rate=0.05), images, tmp_path)
    assert more["train"][1] > found["train"][1]
    assert more["train"][1] >= more["counted"][1] > more["online"] > found["online"]


def test_the_optimiser_is_made_anew_for_each_task(
    images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = available("torch")
    made = []
    real = torch.optim.Adam
    monkeypatch.setattr(torch.optim, "Adam", lambda *args, **more: made.append(more) or real(*args, **more))
    ran(configuration("base", rate=0.125), images, tmp_path)
    assert made == [{"lr": 0.125}] * 3


def test_a_change_is_what_the_network_goes_on_with(
    images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def change(now: Any) -> Any:
        seen.append(digest(now.initial))
        return ARMS["full-reset"].change(now)  # type: ignore[misc]

    monkeypatch.setattr(training, "ARMS", {"base": Arm("probe", "", change)})
    found = ran(configuration("base"), images, tmp_path)
    assert len(seen) == 2
    assert len(set(seen)) == 1  # where it began never moves
    assert all(record["stability"]["sfe"] > 0 for record in found[1:])
