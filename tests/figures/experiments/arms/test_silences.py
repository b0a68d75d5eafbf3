"""A unit's own past says how long it may be silent; without one, the longest time does."""

from __future__ import annotations

from figures.experiments.arms.silences import Silences

from ....backends import available


def told(silences: Silences, pattern: str) -> None:
    """Let one unit fire (x) or not (.), update by update."""
    torch = available("torch")
    for letter in pattern:
        silences.observed(torch.tensor([letter == "x"]))


def test_the_threshold_is_the_quantile_of_its_own_times() -> None:
    available("torch")
    # Ten times: eight of 1, one of 2, one of 5.
    past = "x" * 8 + ".x" + "....x"
    for quantile, fewest, wanted in ((0.8, 5, 1), (0.9, 10, 2)):
        silences = Silences(1, quantile, 50, "cpu")
        told(silences, past[: fewest - 1])
        assert silences.thresholds().tolist() == [50]  # too few
        told(silences, past[fewest - 1 :])
        assert silences.thresholds().tolist() == [wanted]
    silences = Silences(1, 0.89, 50, "cpu")
    told(silences, "x" * 8 + ".x" + "....x")
    assert silences.thresholds().tolist() == [2]


def test_it_is_overdue_when_silent_for_longer() -> None:
    available("torch")
    silences = Silences(1, 0.8, 50, "cpu")
    told(silences, "..x" * 6)
    assert silences.thresholds().tolist() == [3]
    for letter, overdue in zip(".....", ([], [], [], [0], [0]), strict=True):
        told(silences, letter)
        assert silences.overdue().tolist() == overdue


def test_units_have_each_their_own() -> None:
    torch = available("torch")
    silences = Silences(3, 0.5, 9, "cpu")
    for update in range(12):
        silences.observed(torch.tensor([True, update % 3 == 2, False]))
    assert silences.thresholds().tolist() == [1, 3, 9]
    assert silences.overdue().tolist() == [2]
    silences.forget(torch.tensor([0, 2]))
    assert silences.thresholds().tolist() == [9, 3, 9]
    assert silences.silent.tolist() == [0, 0, 0]
    for _ in range(9):
        silences.observed(torch.tensor([False, True, False]))
    assert silences.overdue().tolist() == []
    silences.observed(torch.tensor([False, True, False]))
    assert silences.overdue().tolist() == [0, 2]


def test_times_longer_than_the_histogram_are_its_longest() -> None:
    available("torch")
    silences = Silences(1, 0.5, 4, "cpu")
    told(silences, "......x" * 3)
    assert silences.thresholds().tolist() == [4]
    told(silences, ".....")
    assert silences.overdue().tolist() == [0]


def test_a_hundredth_needs_a_hundred_times() -> None:
    available("torch")
    silences = Silences(1, 0.99, 200, "cpu")
    told(silences, "x" * 99)
    assert silences.thresholds().tolist() == [200]
    told(silences, ".x")
    assert silences.thresholds().tolist() == [1]  # 99 of a hundred are 1
