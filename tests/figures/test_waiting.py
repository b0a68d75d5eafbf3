"""A loop that is watched is the same loop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from figures import waiting


def test_every_item_comes_once_and_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(waiting.watched(["a", "b"], "letters")) == ["a", "b"]
    assert capsys.readouterr() == ("", "")


def test_the_bar_is_told_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int, str]] = []

    @contextmanager
    def bar() -> Iterator[object]:
        yield lambda *now: told.append(now)

    monkeypatch.setattr(waiting, "progress", bar)
    assert list(waiting.watched([3, 1], "numbers")) == [3, 1]
    assert told == [(0, 2, "numbers"), (1, 2, "numbers")]
