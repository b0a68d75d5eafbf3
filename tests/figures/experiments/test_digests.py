"""Twelve letters tell states, and data, from one another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures.experiments import digests
from figures.experiments.digests import digest, fingerprint

from ...backends import available
from .faked import moment


def test_a_digest_tells_states_apart_to_the_last_bit() -> None:
    torch = available("torch")
    state = moment().model.state_dict()
    assert digest(state) == digest({name: tensor.clone() for name, tensor in state.items()})
    nudged = {name: tensor.clone() for name, tensor in state.items()}
    nudged["2.bias"][0] = torch.nextafter(nudged["2.bias"][0], torch.tensor(9.0))
    assert digest(nudged) != digest(state)


def test_data_are_told_apart_by_values_shapes_and_types() -> None:
    values = np.arange(12, dtype=np.int64)
    others: list[Any] = [
        (values,),
        (values.reshape(3, 4),),
        (values.view(np.uint64),),
        (values + 1,),
        (values, 3),
        (values, 4),
    ]
    assert len({fingerprint(one) for one in others}) == len(others)
    assert fingerprint((values.copy(),)) == fingerprint((values,))


def test_the_same_object_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    data = (np.arange(5),)
    first = fingerprint(data)
    monkeypatch.setattr(digests, "_parts", lambda _: pytest.fail("looked at again"))
    assert fingerprint(data) == first


def test_of_what_is_large_pieces_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "WHOLE", 4096)
    data = np.zeros(100_000, np.uint8)
    assert sum(map(len, digests._parts(data))) < 5000
    one = data.copy()
    one[50_000:50_400] = 1
    assert fingerprint((one,)) != fingerprint((data,))
