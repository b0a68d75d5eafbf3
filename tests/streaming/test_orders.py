"""What is sent to workers can be sent, and what comes back can be kept."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np

from fire_ref.streaming.briefing import Desk, fills, makes, seal
from fire_ref.streaming.orders import Measured, Outcome, outcome

from .networks import language, planned, sharded


def test_orders_are_sent_as_they_are(tmp_path: Path, rng: np.random.Generator) -> None:
    plan, _ = planned(sharded(tmp_path / "in", language(rng)), tmp_path / "out")
    desk = Desk(tmp_path, "x")
    for order in [*fills(plan, range(4), desk), *makes(plan, range(4), desk, "cpu"), seal(plan, 0, desk)]:
        again = pickle.loads(pickle.dumps(order))
        assert (again.label, again.cost, type(again)) == (order.label, order.cost, type(order))
    make = next(order for order in makes(plan, range(4), desk, "cpu") if order.job and len(order.job.cut) == 3)
    again = pickle.loads(pickle.dumps(make))
    assert again.job.cut == make.job.cut
    assert again.job.way == make.job.way
    assert again.targets == make.targets
    assert np.array_equal(again.tensor.read(), make.tensor.read())


def test_outcomes_are_kept_to_the_last_bit() -> None:
    found = Outcome((Measured("a[rows 0:2]", 1 / 3, 2e300, 5e-324),), "ab")
    assert outcome(json.loads(json.dumps(found.plain()))) == found
