"""What an arm is: it trains by itself as soon as anything in it acts while the network trains."""

from __future__ import annotations

from typing import Any

from figures.experiments.arms.arm import Arm


def nothing(*_: Any) -> Any:
    return None


def test_an_arm_that_acts_while_it_trains_shares_no_task() -> None:
    assert not Arm("", "").trains
    assert not Arm("", "", nothing).trains
    assert Arm("", "", penalty=nothing).trains
    assert Arm("", "", optimizer=nothing).trains
    assert Arm("", "", companion=nothing).trains
