"""What is known of a tensor before it is read."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from math import prod
from typing import Any

import numpy as np
import pytest

from fire_ref.checkpoints import Stored


def never() -> Any:
    raise AssertionError("read, though nobody asked for it")


@pytest.mark.parametrize("shape", [(), (0,), (7,), (3, 4), (2, 0, 5), (2, 3, 4, 5), (10**10, 10**10)])
def test_the_size_is_the_number_of_entries(shape: tuple[int, ...]) -> None:
    size = Stored("w", shape, "float32", never).size
    assert size == prod(shape)
    assert isinstance(size, int)


def test_the_size_of_an_array_is_that_of_numpy() -> None:
    for shape in [(), (0,), (3, 1), (2, 0), (1, 2, 3)]:
        assert Stored("w", shape, "float64", never).size == np.empty(shape).size


def test_nothing_is_read_before_it_is_asked_for() -> None:
    stored = Stored("w", (2,), "float32", never)
    assert (stored.name, stored.shape, stored.dtype, stored.size) == ("w", (2,), "float32", 2)
    assert "w" in repr(stored)
    with pytest.raises(AssertionError, match="nobody asked"):
        stored.read()


def test_reading_returns_what_the_reader_returns() -> None:
    array = np.arange(6.0).reshape(2, 3)
    assert Stored("w", (2, 3), "float64", lambda: array).read() is array


def test_place_owner_and_trouble_are_unknown_unless_given() -> None:
    plain = Stored("w", (2,), "float32", never)
    assert (plain.place, plain.owner, plain.trouble) == (None, None, None)
    full = Stored("w", (2,), "object", never, place=("p", 1), owner="Linear", trouble="pickled")
    assert (full.place, full.owner, full.trouble) == (("p", 1), "Linear", "pickled")


def test_what_is_known_does_not_change() -> None:
    stored: Any = Stored("w", (2,), "float32", never)
    with pytest.raises(FrozenInstanceError):
        stored.shape = (3,)
    assert not hasattr(stored, "__dict__")
