"""Every kind of order is carried out, and what computes does so with one BLAS thread."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from fire_ref.streaming import computing, performing
from fire_ref.streaming.orders import Fill, Make, Order, Outcome, Seal
from fire_ref.streaming.performing import perform


def test_copying_and_sealing(tmp_path: Path) -> None:
    source, part = tmp_path / "source", tmp_path / "part"
    source.write_bytes(b"0123456789")
    part.write_bytes(bytes(10))
    fill = Fill(label="", cost=0, shard=0, source=source, part=part, ranges=((2, 5),))
    assert perform("f", fill) == Outcome()
    assert part.read_bytes() == b"\0\0" + b"234" + bytes(5)
    sealed = perform("f", Seal(label="", cost=0, shard=0, part=part))
    assert sealed == Outcome(size=10, digest=hashlib.sha256(part.read_bytes()).hexdigest())


def make(kernel: str | None) -> Make:
    return Make(
        label="",
        cost=0,
        kernel=kernel,
        name="n",
        file="f",
        tensor=None,
        job=None,
        initial=None,
        targets=(),  # type: ignore[arg-type] # not looked at
    )


def test_computing_is_done_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def threads(*_: Any) -> Outcome:
        seen = {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}
        return Outcome(size=max(seen))

    monkeypatch.setattr(computing, "make", threads)
    with threadpool_limits(2, user_api="blas"):
        assert perform("f", make(None)).size == 1


def test_another_arithmetic_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "make", lambda *_: pytest.fail("it was computed"))
    with pytest.raises(ValueError, match="one BLAS build and CPU kernel"):
        perform("f", make("another"))


def test_no_such_order() -> None:
    with pytest.raises(TypeError, match="no such order"):
        performing.perform("f", Order(label="", cost=0))
