"""Where a fused matrix is cut: edges by shares, and what is no split."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from fire_ref.models.split import COLUMNS, ROWS, SQUARE, Split


@pytest.mark.parametrize(
    ("split", "shape", "edges"),
    [
        (Split(ROWS, (1, 1, 1)), (12, 4), (0, 4, 8, 12)),
        (Split(COLUMNS, (1, 1, 1)), (4, 12), (0, 4, 8, 12)),
        (Split(ROWS, (1, 1)), (6, 99), (0, 3, 6)),
        (Split(ROWS, (4, 1, 1)), (48, 32), (0, 32, 40, 48)),
        (Split(COLUMNS, (1, 2)), (2, 9), (0, 3, 9)),
        (Split(ROWS, SQUARE), (48, 32), (0, 32, 40, 48)),
        (Split(COLUMNS, SQUARE), (32, 48), (0, 32, 40, 48)),
        (Split(ROWS, SQUARE), (12, 4), (0, 4, 8, 12)),
        (Split(ROWS, SQUARE), (6, 4), (0, 4, 5, 6)),
    ],
    ids=str,
)
def test_edges_are_where_the_shares_end(split: Split, shape: tuple[int, int], edges: tuple[int, ...]) -> None:
    assert split.edges(shape) == edges


@pytest.mark.parametrize(
    ("split", "shape", "said"),
    [
        (Split(ROWS, (1, 1, 1)), (13, 3), "13 rows in shares of 1:1:1"),
        (Split(COLUMNS, (2, 1)), (3, 8), "8 columns in shares of 2:1"),
        (Split(ROWS, (32, 8, 8)), (24, 16), "24 rows in shares of 32:8:8"),
        (Split(ROWS, SQUARE), (7, 4), "7 rows in a square block of 4 and two equal ones"),
        (Split(ROWS, SQUARE), (4, 4), "4 rows in a square block of 4 and two equal ones"),
        (Split(COLUMNS, SQUARE), (6, 4), "4 columns in a square block of 6 and two equal ones"),
    ],
    ids=str,
)
def test_sizes_that_do_not_divide_are_refused(split: Split, shape: tuple[int, int], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        split.edges(shape)


@pytest.mark.parametrize(("axis", "place"), [(ROWS, 0), (COLUMNS, 1)])
def test_an_axis_is_that_of_the_stored_tensor(axis: str, place: int) -> None:
    assert Split(axis, (1, 1)).place == place


def test_shares_become_a_tuple_of_plain_numbers() -> None:
    split = Split(ROWS, [np.int64(4), 1, 1])
    assert split == Split(ROWS, (4, 1, 1))
    assert hash(split) == hash(Split(ROWS, (4, 1, 1)))
    assert all(type(share) is int for share in split.shares)


@pytest.mark.parametrize(
    ("axis", "shares", "error", "said"),
    [
        ("row", (1, 1), ValueError, "axis must be one of 'rows', 'columns'; got 'row'"),
        (0, (1, 1), ValueError, "axis must be one of 'rows', 'columns'; got 0"),
        (ROWS, (3,), ValueError, "shares must be two or more; got (3,)"),
        (ROWS, (), ValueError, "shares must be two or more; got ()"),
        (ROWS, (1, 0), ValueError, "shares must be a whole number >= 1; got 0"),
        (ROWS, (1, -1), ValueError, "shares must be a whole number >= 1; got -1"),
        (ROWS, (1, 1.0), TypeError, "shares must be a whole number >= 1; got 1.0"),
        (ROWS, (True, True), TypeError, "shares must be a whole number >= 1; got True"),
        (ROWS, "equal", ValueError, "shares must be whole numbers, or 'square'; got 'equal'"),
        (ROWS, 3, ValueError, "shares must be whole numbers, or 'square'; got 3"),
        (ROWS, None, ValueError, "shares must be whole numbers, or 'square'; got None"),
        (ROWS, b"ab", ValueError, "shares must be whole numbers, or 'square'; got b'ab'"),  # not (97, 98)
        (ROWS, {1, 2}, ValueError, "shares must be whole numbers, or 'square'; got {1, 2}"),  # in no order
        (ROWS, np.array([1, 1]), ValueError, "shares must be whole numbers, or 'square'; got array([1, 1])"),
    ],
)
def test_what_is_no_split_is_refused(axis: Any, shares: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=rf"^Split: {re.escape(said)}\. Try .+\.$"):
        Split(axis, shares)
