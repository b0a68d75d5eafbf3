"""The record: frozen, and every reason says what it means."""

from __future__ import annotations

import dataclasses
import math

import pytest

from fire_ref.certificates.record import REASONS, UNKNOWN, Certificate


def test_a_certificate_is_frozen() -> None:
    found = Certificate(False, UNKNOWN, UNKNOWN, UNKNOWN, "rank")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.certified = True  # type: ignore[misc]


def test_the_fields_are_the_contract() -> None:
    names = [field.name for field in dataclasses.fields(Certificate)]
    assert names == ["certified", "orthonormality", "distance", "sfe_gap", "reason"]


def test_unknown_is_no_number() -> None:
    assert all(map(math.isnan, UNKNOWN))


def test_each_reason_is_explained_and_named_in_the_docstring() -> None:
    for reason, text in REASONS.items():
        assert len(text) > 20
        assert f'"{reason}"' in (Certificate.__doc__ or "")
