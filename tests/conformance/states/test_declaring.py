"""What a rule declares, and what a dialect puts in its place."""

from __future__ import annotations

import pytest

from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.states.declaring import declared, dialect_of
from fire_ref.models.rule import Rule


def test_a_rule_declares_its_own_way() -> None:
    found = declared(Rule(steps=7, eps=1e-8, gain=2.5), None)
    assert (found.dialect.steps, found.dialect.eps, found.gain, found.flat) == (7, 1e-8, 2.5, False)
    assert not found.dialect.exact
    assert declared(Rule(method="svd"), None).dialect.exact
    assert declared(Rule(method="fast", gain="mean"), None).gain == "mean"


@pytest.mark.parametrize(
    ("name", "gain", "flat", "steps"),
    [
        ("paper", 1.0, False, None),  # "fan" is the gain of FIRE, which the rule says in full
        ("official-gpt", 1.0, False, 5),
        ("official-vit", 1.0, False, 10),
        ("norm-preserving", "norm", False, 20),
        ("muon", "muon", True, 5),
        ("polar-express", 1.0, False, 5),  # of single matrices: it has no gain and no kernels
        ("cubic5", 1.0, False, 5),
    ],
)
def test_a_dialect_takes_its_place(name: str, gain: str | float, flat: bool, steps: int | None) -> None:
    found = declared(Rule(gain=1.0, steps=3), dialect_of("f", name))
    assert (found.gain, found.flat, found.dialect.steps) == (gain, flat, steps)
    assert found.dialect.gain == "one"


def test_a_dialect_of_any_level_is_found_and_no_other() -> None:
    assert dialect_of("f", None) is None
    assert all(dialect_of("f", name) is dialect for name, dialect in DIALECTS.items())
    with pytest.raises(ValueError, match=r"^f: dialect must be one of paper, .*; got 'fire'\. Try 'official'"):
        dialect_of("f", "fire")
    with pytest.raises(ValueError, match="got 3"):
        dialect_of("f", 3)
