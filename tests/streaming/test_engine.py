"""Orders one after the other: files in their order, what follows at once, and progress that adds up."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from fire_ref.streaming import engine
from fire_ref.streaming.arithmetic import arithmetic
from fire_ref.streaming.engine import Alone, for_a_cluster
from fire_ref.streaming.orders import Fill, Order, Outcome, Seal


def fill(shard: int) -> Fill:
    path = Path("x")
    return Fill(label=f"copy {shard}", cost=10 + shard, shard=shard, source=path, part=path, ranges=())


def test_what_follows_is_done_before_the_next_file(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def perform(_: str, order: Order) -> Outcome:
        done.append(order.label)
        return Outcome(size=len(done))

    def settle(order: Order, outcome: Outcome) -> Iterable[Order]:
        assert outcome.size == len(done)
        if isinstance(order, Fill):
            yield Seal(label=f"seal {order.shard}", cost=5, shard=order.shard, part=Path("x"))

    monkeypatch.setattr(engine, "perform", perform)
    told: list[tuple[int, int, str]] = []
    Alone().carry_out("f", [fill(2), fill(0), fill(1)], settle, lambda *one: told.append(one))
    assert done == ["copy 0", "seal 0", "copy 1", "seal 1", "copy 2", "seal 2"]
    assert told[0] == (0, 33, "copy 0")
    assert told[-1] == (48, 48, "seal 2")
    assert [one[0] for one in told] == sorted(one[0] for one in told)


def test_an_order_that_fails_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def perform(_: str, order: Order) -> Outcome:
        raise ValueError(order.label)

    monkeypatch.setattr(engine, "perform", perform)
    with pytest.raises(ValueError, match="copy 0"):
        Alone().carry_out("f", [fill(0), fill(1)], lambda *_: [], None)


def test_what_is_sent_away_is_flushed_and_knows_its_arithmetic() -> None:
    order = for_a_cluster(fill(3), "k")
    assert (order.shared, order.kernel, order.shard) == (True, "k", 3)
    assert Alone().arithmetic == arithmetic()
