"""The words under figure G: made from the numbers, whatever they are."""

from __future__ import annotations

import pytest

from figures.catalogue import Data
from figures.loss_told import KEPT, PAPER, SAID, fifth, front, kept, named, sentence


def move(method: str, losses: list[float], share: float | None = None, dfi: float = 10.0) -> Data:
    draws = [1.0] * len(losses)
    return {
        "method": method,
        "share": share,
        "sfe": draws,
        "dfi": [dfi for _ in draws],
        "loss": {"text": losses},
        "right": {},
    }


@pytest.fixture
def network() -> Data:
    moves = [move("W", [2.0]), *(move(method, [9.0, 7.0, 8.0]) for method in SAID if method != "shrink and perturb")]
    moves += [move("shrink and perturb", [5.0], 0.5, dfi=6.0), move("shrink and perturb", [6.0], PAPER)]
    moves += [move("front", [3.5], 0.2, 4.0), move("front", [2.0999], 0.03, 8.0), move("front", [2.1001], 0.1, 5.0)]
    moves += [move("front", [2.05], 0.5, 1.0)]
    return {"moves": moves}


def test_the_front_is_in_order_and_kept_up_to_the_first_rise(network: Data) -> None:
    assert [one["share"] for one in front(network)] == [0.03, 0.1, 0.2, 0.5]
    # The last point is within the margin again; it does not count.
    assert [one["share"] for one in kept(network, "text")] == [0.03]
    assert KEPT == 0.05


def test_all_or_none_may_be_kept(network: Data) -> None:
    for loss, count in ((1.0, 4), (2.2, 0)):
        for one in front(network):
            one["loss"]["text"] = [loss]
        assert len(kept(network, "text")) == count
        assert f"within 5% at {count} of the front's 4 points" in sentence("made", network, "text")


def test_the_sentence_says_what_the_numbers_say(network: Data) -> None:
    assert sentence("made", network, "text") == (
        "made, text: exact FIRE of every layer takes the loss from 2.00 to 8.00, k = 5 to 8.00, k = 10 to 8.00, 20% of "
        "the way along the front to 3.50; it stays within 5% at 1 of the front's 4 points, the last of them 3% along, "
        "with 20% of DfI gone; shrink and perturb by 0.5: 5.00, the front at no more DfI: 2.10"
    )


def test_a_method_is_found_by_name_and_shrink_and_perturb_by_its_share(network: Data) -> None:
    assert named(network, "shrink and perturb")["share"] == PAPER
    assert named(network, "shrink and perturb", 0.5)["dfi"] == [6.0]
    assert fifth(network)["share"] == 0.2
    with pytest.raises(StopIteration):
        named(network, "nothing")
