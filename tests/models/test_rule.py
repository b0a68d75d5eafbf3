"""A rule is checked when it is made, speaks of the tensors that it names, and cuts where its shares divide."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.models.rule import ACTIONS, Rule
from fire_ref.models.split import ROWS, Split
from fire_ref.prediction import MOST_STEPS

CUT = Split(ROWS, (1, 1))


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        ({"pattern": 3}, TypeError, "pattern must be a string; got 3"),
        ({"pattern": re.compile("fc")}, TypeError, "pattern must be a string; got re.compile('fc')"),
        ({"pattern": "("}, ValueError, "pattern must be a regular expression; got '(' (missing ), unterminated"),
        ({"pattern": "(?P<n>a)(?P<n>b)"}, ValueError, "pattern must be a regular expression; got"),
        ({"pattern": "a{99999999999999999999}"}, ValueError, "pattern must be a regular expression; got"),
        ({"pattern": "(" * 9999}, ValueError, "pattern must be a regular expression; got '((((("),
        ({"action": "drop"}, ValueError, "action must be one of 'project', 'reset', 'copy', 'leave'; got 'drop'"),
        ({"action": None}, ValueError, "action must be one of "),
        ({"method": "qr"}, ValueError, "method must be one of 'svd', 'fast', 'newton-schulz'; got 'qr'"),
        ({"gain": "fans"}, ValueError, None),
        ({"gain": 0}, ValueError, None),
        ({"gain": float("nan")}, ValueError, None),
        ({"gain": True}, TypeError, None),
        ({"steps": -1}, ValueError, "steps must be a whole number >= 0; got -1"),
        ({"steps": 2.5}, TypeError, "steps must be a whole number >= 0; got 2.5"),
        ({"steps": True}, TypeError, "steps must be a whole number >= 0; got True"),
        ({"steps": MOST_STEPS + 1}, ValueError, f"steps must be at most {MOST_STEPS}; got {MOST_STEPS + 1}"),
        ({"groups": 0}, ValueError, "groups must be a whole number >= 1; got 0"),
        ({"eps": -1e-8}, ValueError, "eps must be a finite number >= 0; got -1e-08"),
        ({"eps": float("inf")}, ValueError, "eps must be a finite number >= 0; got inf"),
        ({"eps": "1e-8"}, TypeError, "eps must be a finite number >= 0; got '1e-8'"),
        ({"axes": 2}, TypeError, "axes must be a collection; got 2"),
        ({"axes": "24"}, TypeError, "axes must be a collection; got '24'"),
        ({"axes": [2.0]}, TypeError, "axes must be a whole number >= 0; got 2.0"),
        ({"axes": ["2"]}, TypeError, "axes must be a whole number >= 0; got '2'"),
        ({"axes": [[2]]}, TypeError, "axes must be a whole number >= 0; got [2]"),
        ({"owners": "Linear"}, TypeError, "owners must be a collection; got 'Linear'"),  # "Line" would be in it
        ({"owners": [3]}, TypeError, "owners must be strings; got [3]"),
        ({"unowned": "no"}, TypeError, "unowned must be True or False; got 'no'"),  # which is true
        ({"unowned": 0}, TypeError, "unowned must be True or False; got 0"),
        ({"beside": "2"}, TypeError, "beside must be a whole number >= 0; got '2'"),
        ({"layout": "OO"}, ValueError, "layout must be different ASCII letters, O and I among them; got 'OO'"),
        ({"layout": "HW"}, ValueError, "layout must be different ASCII letters"),
        ({"layout": "OÏI"}, ValueError, "layout must be different ASCII letters"),
        ({"layout": ("O", "I")}, ValueError, "layout must be different ASCII letters"),
        ({"split": (1, 1, 1)}, TypeError, "split must be a Split; got (1, 1, 1)"),
        ({"reason": 3}, TypeError, "reason must be a string; got 3"),
        ({"source": "q"}, TypeError, "source must be a collection; got 'q'"),  # not its letters
    ],
    ids=str,
)
def test_a_field_that_is_not_what_it_must_be_is_refused(
    given: dict[str, Any], error: type[Exception], said: str | None
) -> None:
    start = "gain must be" if said is None else said
    with pytest.raises(error, match=rf"^Rule: {re.escape(start)}.* Try .+\.$") as caught:
        Rule(**given)
    assert "; got " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"action": "copy"}, "source must stand where the action is 'copy'; got ()"),
        ({"source": ("q",)}, "source must stand where the action is 'copy'; got ('q',)"),
        ({"action": "leave", "source": ("q",)}, "source must stand where the action is 'copy'; got ('q',)"),
        ({"action": "copy", "source": (r"\1",)}, "source must name groups of the pattern; got '\\\\1' (invalid group"),
        ({"action": "copy", "source": ("q", r"\g<n>")}, "source must name groups of the pattern; got '\\\\g<n>' (unkn"),
        ({"split": CUT, "groups": 2}, "groups must be 1 where there is a split; got 2"),
        ({"split": CUT, "action": "reset"}, "action must be 'project' where a weight is cut; got 'reset'"),
        ({"groups": 2, "action": "leave"}, "action must be 'project' where a weight is cut; got 'leave'"),
        ({"split": CUT, "axes": {4}}, "split must stand where tensors have two axes; got [4]"),
        ({"split": CUT, "layout": "HWIO"}, "split must stand where tensors have two axes; got [4]"),
        ({"layout": "IO", "axes": {4}}, "layout must have as many letters as its tensors have axes, 4; got 'IO'"),
        ({"layout": "OIW", "axes": {2, 4}}, "layout must have as many letters as its tensors have axes, 2 or 4;"),
        ({"axes": ()}, "one tensor or more must be what it speaks of; got no axes"),
        ({"owners": (), "unowned": False}, "one tensor or more must be what it speaks of; got no owners"),
    ],
    ids=str,
)
def test_fields_that_contradict_each_other_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=rf"^Rule: {re.escape(said)}.* Try .+\.$"):
        Rule(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"split": CUT},
        {"split": CUT, "axes": {2, 4}},
        {"split": CUT, "layout": "IO"},
        {"layout": "IO", "axes": {2, 4}},
        {"groups": 2, "axes": {4}},
        {"owners": ()},
        {"action": "leave", "layout": "IO"},
        {"pattern": "(a)", "action": "copy", "source": [r"\1", r"\g<0>"]},
        {"steps": MOST_STEPS},
        {"steps": 0},
    ],
    ids=str,
)
def test_what_goes_together_is_taken(given: dict[str, Any]) -> None:
    assert Rule(**given).action in ACTIONS


def test_equal_rules_are_equal_whatever_they_were_made_from() -> None:
    """The report counts rules in sets: each must have a hash, and plain values."""
    plain = Rule("fc", axes=frozenset({2}), owners=frozenset({"Linear"}), steps=3, eps=0.5, gain=2.0)
    odd = Rule("fc", axes=[np.int64(2)], owners=["Linear"], steps=np.int64(3), eps=np.array(0.5), gain=np.float32(2))
    assert odd == plain
    assert len({odd, plain}) == 1
    assert [type(value) for value in (odd.steps, odd.eps, odd.gain)] == [int, float, float]
    assert Rule("fc") != Rule("fd")
    with pytest.raises(dataclasses.FrozenInstanceError):
        plain.steps = 5


def test_a_pattern_is_searched_for_anywhere_in_the_name() -> None:
    rule = Rule(r"to_[qk][.]weight$")
    assert rule.matches("blocks.0.to_q.weight", 2, None, None)
    assert not rule.matches("blocks.0.to_q.weight_scale", 2, None, None)
    assert not rule.matches("blocks.0.to_v.weight", 2, None, None)
    assert Rule().matches("anything", 7, "Embedding", 3), "no condition matches everything"


@pytest.mark.parametrize(
    ("given", "axes", "owner", "neighbour", "speaks"),
    [
        ({"axes": {2, 4}}, 2, None, None, True),
        ({"axes": {2, 4}}, 3, None, None, False),
        ({"owners": {"Linear"}}, 2, "Linear", None, True),
        ({"owners": {"Linear"}}, 2, "Line", None, False),
        ({"owners": {"Linear"}}, 2, "Embedding", None, False),
        ({"owners": {"Linear"}}, 2, None, None, True),
        ({"owners": {"Linear"}, "unowned": False}, 2, None, None, False),
        ({"owners": {"Linear"}, "unowned": False}, 2, "Linear", None, True),
        ({"unowned": False}, 2, "Anything", None, True),
        ({"owners": ()}, 2, "Linear", None, False),
        ({"owners": ()}, 2, None, None, True),
        ({"beside": 4}, 1, None, 4, True),
        ({"beside": 4}, 1, None, 2, False),
        ({"beside": 4}, 1, None, None, False),
    ],
    ids=str,
)
def test_conditions_narrow_what_a_rule_speaks_of(
    given: dict[str, Any], axes: int, owner: str | None, neighbour: int | None, speaks: bool
) -> None:
    assert Rule(**given).matches("fc.weight", axes, owner, neighbour) is speaks
    assert not Rule("other", **given).matches("fc.weight", axes, owner, neighbour)


def test_sources_are_the_templates_filled_in_order() -> None:
    rule = Rule(r"^(.*)target(_\d)?[.](\w+)$", "copy", source=(r"\1q\2.\3", r"\g<1>online.\3"))
    assert rule.sources("a.target_1.w") == ["a.q_1.w", "a.online.w"]
    assert rule.sources("a.target.w") == ["a.q.w", "a.online.w"], "a group that took no part is empty"
    assert rule.sources("a.q.w") == []


def test_rules_are_public() -> None:
    assert (fire_ref.Rule, fire_ref.Split) == (Rule, Split)
