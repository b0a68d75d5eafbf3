from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict

import pytest

from fire_ref.conformance.known import Known

KNOWN = Known("a", "b", "c:d", "matrix", "numpy", "float64", "paper", "the polar factor")


def test_what_is_left_out_means_a_plain_call_that_is_right() -> None:
    assert (KNOWN.result, KNOWN.adapter, KNOWN.in_place, dict(KNOWN.kwargs)) == (None, None, False, {})
    assert (KNOWN.faithful, KNOWN.converged, KNOWN.codes, KNOWN.note) == ("yes", "yes", (), "")


def test_it_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        KNOWN.name = "other"  # type: ignore[misc]


def test_it_is_data() -> None:
    assert Known(**asdict(KNOWN)) == KNOWN
