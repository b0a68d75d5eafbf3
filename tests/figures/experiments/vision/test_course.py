"""A run on images: what a record holds, what is shared, and that a broken run goes on as if it were whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from figures.experiments.arms.arm import Arm
from figures.experiments.configuration import Configuration
from figures.experiments.ledger import Record
from figures.experiments.training import run
from figures.experiments.vision.course import VisionCourse
from figures.experiments.vision.evaluating import judged

from ....backends import available
from .faked import TINY, pictures


def asked(arm: str = "base", protocol: str = "warm", **sizes: Any) -> Configuration:
    chunks = {"warm": 2, "continual": 3, "classes": 2}[protocol]
    return Configuration(
        f"{protocol}.cifar10", arm, 0, replace(TINY, protocol=protocol, chunks=chunks, tested=20, **sizes)
    )


def ran(one: Configuration, where: Path, done: Any = ()) -> list[Record]:
    found: list[Record] = []
    run(one, pictures(), found.append, folder=where, done=done)
    return [{**record, "seconds": 0} for record in found]


@pytest.mark.parametrize("protocol", ["warm", "continual", "classes"])
def test_a_record_has_its_curve_and_what_counts(protocol: str, tmp_path: Path) -> None:
    available("torch")
    one = asked("fire-10", protocol)
    found = ran(one, tmp_path)
    assert [record["task"] for record in found] == list(range(one.sizes.tasks))
    before = 0
    for record in found:
        last = record["curve"][-1]
        assert [point[0] for point in record["curve"]] == sorted(point[0] for point in record["curve"])
        assert record["curve"][0][0] > before
        assert last[0] == record["updates"]
        assert (record["train"], record["test"]) == (last[1:3], last[3:5])
        assert record["online"] == pytest.approx(sum(point[2] for point in record["curve"]) / 2, rel=1e-3)
        assert record["counted"] == (None if record["task"] == 0 else [1, record["test"][1]])
        before = record["updates"]
    later = found[1]["stability"]
    assert {"before", "after", "restated", "dfi", "sfe", "drift"} <= set(later)
    # Stale statistics and new ones are two measurements, and of k = 10 something is left to the identity.
    assert later["restated"] != later["after"]
    assert found[0]["checked"] == 0 < found[1]["checked"]
    assert later["dfi"][1] < later["dfi"][0]


def test_arms_share_the_first_chunk_unless_they_act_in_it(tmp_path: Path) -> None:
    available("torch")
    ends = {arm: ran(asked(arm), tmp_path)[0]["weights"] for arm in ("base", "full-reset", "fire-exact", "dash")}
    assert len(set(ends.values())) == 1
    own = {arm: ran(asked(arm), tmp_path)[0]["weights"] for arm in ("parseval", "l2-init", "muon")}
    assert len({*own.values(), *ends.values()}) == 4


@pytest.mark.parametrize("arm", ["redo", "cbp", "snr", "muon", "dash", "ortho", "front", "iso", "norm", "sp-0.8"])
def test_every_kind_of_arm_runs_and_differs_from_nothing_where_it_acts(arm: str, tmp_path: Path) -> None:
    available("torch")
    base, found = (ran(asked(name), tmp_path) for name in ("base", arm))
    if arm not in ("redo", "cbp", "snr"):  # their units have to fall silent, or grow old, first
        assert found[1]["weights"] != base[1]["weights"]
    assert found[1]["test"][0] is not None


def test_a_run_that_is_broken_off_goes_on_as_if_it_were_not(tmp_path: Path) -> None:
    available("torch")
    one = asked("ortho", "continual")
    whole = ran(one, tmp_path / "whole")

    class Killed(Exception):
        pass

    found: list[Record] = []

    def emit(record: Record) -> None:
        if len(found) == 2:
            raise Killed
        found.append({**record, "seconds": 0})

    with pytest.raises(Killed):
        run(one, pictures(), emit, folder=tmp_path)
    assert [*found, *ran(one, tmp_path, done=[0, 1])] == whole


def test_a_look_leaves_the_network_as_it_was() -> None:
    torch = available("torch")
    course = VisionCourse(asked(), pictures())
    before = {name: tensor.clone() for name, tensor in course.state().items()}
    look = course.look(0)
    told, features = look.judged(), look.features()
    assert look.restated is not None
    assert look.restated() != told
    assert look.judged() == told
    assert features.dtype == torch.float64
    assert all(torch.equal(tensor, before[name]) for name, tensor in course.state().items())


def test_gradients_are_those_of_the_mean_loss_on_each_batch() -> None:
    torch = available("torch")
    course = VisionCourse(asked(batch=10), pictures())
    found = list(course.gradients(1))
    assert len(found) == 4  # forty images
    name, tensor = next(iter(course.model.named_parameters()))
    shown = course._shown(1).some(slice(0, 10))
    step = 0.05  # of float32, whose rounding a smaller one would not stand out from
    rises = []
    with torch.no_grad():
        for sign in (1, -1):
            tensor += sign * step * found[0][name]
            rises.append(judged(course.model, shown)[0])
            tensor -= sign * step * found[0][name]
    square = float((found[0][name] ** 2).sum())
    assert (rises[0] - rises[1]) / (2 * step) == pytest.approx(square, rel=0.05)


def test_a_penalty_and_a_companion_are_given_what_they_ask_for() -> None:
    available("torch")
    course = VisionCourse(asked(), pictures())
    initial = {name: tensor.clone() for name, tensor in course.model.state_dict().items()}
    seen: list[str] = []

    class Beside:
        def updated(self) -> None:
            seen.append("updated")

        def close(self) -> None:
            seen.append("closed")

    def penalty(model: Any, start: Any) -> Any:
        assert start is initial
        return 0.0 * sum(tensor.sum() for tensor in model.parameters())

    def companion(model: Any, optimizer: Any, rng: Any, epoch: int) -> Any:
        assert epoch == 4  # forty images, ten at a time
        assert model is course.model
        assert optimizer.param_groups
        assert rng.random() >= 0
        return Beside()

    course.train(1, Arm("probe", "", penalty=penalty, companion=companion), initial, None)
    assert seen == ["updated"] * course._sizes.updates + ["closed"]
