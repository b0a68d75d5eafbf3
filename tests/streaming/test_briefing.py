"""From a plan to orders: every byte of every file has one that writes it, and each content is made once."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fire_ref.streaming import briefing
from fire_ref.streaming.briefing import Desk, fills, makes, seal
from fire_ref.streaming.plan import Plan

from ..killing import breaks
from .networks import language, planned, sharded


def a_plan(folder: Path) -> Plan:
    return planned(sharded(folder / "in", language(np.random.default_rng(0))), folder / "out")[0]


def check(folder: Path) -> None:
    plan, desk = a_plan(folder), Desk(folder, "x")
    for i, shard in enumerate(plan.source.shards):
        written = np.zeros(shard.size, int)
        written[: shard.base] += 1
        for order in fills(plan, range(4), desk):
            if order.shard == i:
                assert (order.source, order.part) == (shard.path, desk.part(i))
                for begin, end in order.ranges:
                    written[begin:end] += 1
        for make in makes(plan, range(4), desk, "cpu"):
            for target in make.targets:
                if target.shard == i:
                    assert target.path == desk.part(i)
                    kept = next(k for k in shard.kept if k.begin == target.offset and k.tensor.name in plan.origin)
                    written[kept.begin : kept.end] += 1
        assert (written == 1).all(), shard.path.name


def test_every_byte_is_written_once(tmp_path: Path) -> None:
    check(tmp_path)


@breaks(
    also_what_changes=(briefing, "_left", lambda shard, _: ((shard.base, shard.size),)),
    a_gap=(briefing, "pairwise", lambda edges: list(pairwise(edges))[1:]),
)
def test_a_gap_and_an_overlap_are_seen() -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        check(Path(folder))


def test_what_is_tied_is_made_once_for_all_files(tmp_path: Path) -> None:
    plan, desk = a_plan(tmp_path), Desk(tmp_path, "x")
    orders = makes(plan, range(4), desk, "cpu")
    assert len({order.name for order in orders}) == len(orders)
    (tied,) = [order for order in orders if len(order.targets) > 1]
    assert tied.name == "lm_head.weight"
    assert [target.shard for target in tied.targets] == [0, 3]
    (rest,) = [order for order in makes(plan, [0], desk, "cpu") if order.name == "lm_head.weight"]
    assert [target.shard for target in rest.targets] == [0], "what is finished is not written again"


def test_larger_matrices_cost_more(tmp_path: Path) -> None:
    costs = {order.name: order.cost for order in makes(a_plan(tmp_path), range(4), Desk(tmp_path, "x"), "cpu")}
    assert costs["transformer.h.0.mlp.c_fc.weight"] > costs["transformer.h.0.attn.c_proj.weight"]
    exact = planned(tmp_path / "in" / "model.safetensors.index.json", tmp_path / "out", method="svd")[0]
    more = {order.name: order.cost for order in makes(exact, range(4), Desk(tmp_path, "x"), "cpu")}
    assert all(more[name] > cost for name, cost in costs.items())


def test_files_of_an_archive_wait_for_it(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", a=np.eye(3), b=np.ones(3), c=np.eye(4))
    plan, _ = planned(tmp_path / "m.npz", tmp_path / "out.npz", "official")
    desk = Desk(tmp_path, "x")
    order = seal(plan, 0, desk)
    assert order.archive is plan.source.shards[0]
    assert order.made == {"a": desk.numbers(0, 0), "c": desk.numbers(0, 2)}
    assert [make.targets[0].path for make in makes(plan, [0], desk, "cpu")] == list(order.made.values())
    assert fills(plan, [0], desk) == []


@pytest.mark.parametrize("token", ["a", "b"])
def test_names_of_unfinished_files_are_of_one_run(tmp_path: Path, token: str) -> None:
    desk = Desk(tmp_path, token)
    names = {desk.part(i).name for i in range(3)} | {desk.numbers(0, i).name for i in range(3)}
    assert len(names) == 6
    assert all(f".{token}." in name for name in names)
