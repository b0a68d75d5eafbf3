"""Two networks opened and decided about: names, groups, what a live module tells of a copy."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.states.networks import networks

from ...backends import available
from .small import initial, network


def test_names_groups_and_choices() -> None:
    before = network("gpt")
    after = {name: W for name, W in before.items() if name != "transformer.wpe.weight"} | {"more": np.ones(2)}
    both = networks("f", before, after, "gpt", None, None)
    assert (both.missing, both.extra) == (("transformer.wpe.weight",), ("more",))
    assert both.groups["lm_head.weight"] == ["transformer.wte.weight", "lm_head.weight"]
    assert both.choice("transformer.wte.weight").action == "project"
    assert both.initial == {}


def test_initial_values_are_at_hand() -> None:
    before = network("dqn")
    both = networks("f", before, before, "dqn", None, initial("dqn"))
    assert set(both.initial) == set(before)


def test_a_live_network_tells_what_holds_the_tensors_of_a_copy() -> None:
    torch = available("torch")
    net = torch.nn.ModuleDict({"table": torch.nn.Embedding(9, 6), "head": torch.nn.Linear(6, 9, bias=False)})
    copy = {name: value.clone() for name, value in net.state_dict().items()}
    assert networks("f", copy, dict(copy), "official", None, None).choice("table.weight").action == "project"
    both = networks("f", copy, net, "official", None, None)
    assert both.choice("table.weight").action == "leave"
    assert both.before["table.weight"].place != both.after["table.weight"].place  # or nothing would ever differ
    net["head"].weight = net["table"].weight
    assert networks("f", copy, net, "official", None, None).choice("table.weight").action == "project"


def test_a_layout_is_passed_on() -> None:
    before = {"w": np.ones((3, 3, 2, 4))}
    layout = networks("f", before, before, "official", "HWIO", None).choice("w").layout
    assert layout is not None
    assert layout.letters == "HWIO"


@pytest.mark.parametrize(
    ("after", "recipe", "message"),
    [
        ({"x": np.eye(2)}, "official", "before and after must share names"),
        ({"fc.weight": np.eye(2)}, "vit", "hold what 'vit' takes; got 1 entries, most of them left as no rule"),
        ({"fc.weight": np.eye(2)}, "auto", "names that fit none of those it knows"),
    ],
)
def test_what_cannot_be_compared_is_refused(after: dict[str, np.ndarray], recipe: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        networks("f", {"fc.weight": np.eye(2)}, after, recipe, None, None)
