"""The books: a file is finished when all that it waits for is done, and written down before it has its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref.streaming import ledger as module
from fire_ref.streaming.journal import Journal, load
from fire_ref.streaming.ledger import Ledger
from fire_ref.streaming.orders import Make, Outcome, Seal
from fire_ref.streaming.running import reserved

from .networks import FUNCTION, State, language, planned, sharded


def books(folder: Path, state: State, count: int = 4) -> Ledger:
    plan, request = planned(sharded(folder / "in", state, count), folder / "out")
    place = reserved(FUNCTION, plan, request)
    place.desk.mkdir(parents=True)
    return Ledger(FUNCTION, plan, place, Journal({}, "0123abcd"))


def test_a_file_waits_for_all_that_is_written_into_it(tmp_path: Path, rng: np.random.Generator) -> None:
    ledger = books(tmp_path, language(rng))
    orders = ledger.orders(range(4), "cpu")
    assert not [order for order in orders if isinstance(order, Seal)]
    sealed: list[int] = []
    done: dict[int, int] = {}
    for order in reversed(orders):
        for shard in module._files(order):
            done[shard] = done.get(shard, 0) + 1
        for following in ledger.settle(order, Outcome()):
            assert isinstance(following, Seal)
            sealed.append(following.shard)
            assert done[following.shard] == sum(following.shard in module._files(one) for one in orders)
    assert sorted(sealed) == [0, 1, 2, 3]


def test_a_file_without_tensors_is_finished_at_once(tmp_path: Path, rng: np.random.Generator) -> None:
    state: State = {"h.0.mlp.c_fc.weight": rng.standard_normal((3, 3)), "z": np.zeros((0, 2))}
    orders = books(tmp_path, state, 2).orders(range(2), "cpu")
    assert [type(order) for order in orders] == [Make, Seal]
    assert isinstance(orders[1], Seal)
    assert orders[1].shard == 1


def test_it_is_written_down_before_it_has_its_name(
    tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = books(tmp_path, language(rng))
    known: list[Any] = []

    def rename(_: str, part: Path, final: Path) -> None:
        journal = load(FUNCTION, ledger.place.desk, ledger.place.names)
        assert journal is not None
        known.append((part, final, journal.done))

    monkeypatch.setattr(module, "rename", rename)
    part = ledger.desk.part(2)
    assert list(ledger.settle(Seal(label="", cost=0, shard=2, part=part), Outcome(size=5, digest="ab" * 32))) == []
    name = "model-00003-of-00004.safetensors"
    assert known == [(part, tmp_path / "out" / name, {name: (5, "ab" * 32)})]
