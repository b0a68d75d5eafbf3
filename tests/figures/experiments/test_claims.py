"""Sentences that follow the numbers, whichever way they point."""

from __future__ import annotations

import pytest

from figures.experiments import claims
from figures.experiments.arms.catalogue import ARMS
from figures.experiments.claims import BEST, CLAIMS, SHRINKING, Claim, judged, ranged, short, told, verdict_of
from figures.experiments.comparing import Control, Interval

from ...killing import breaks
from . import test_claims as here

SEEDS = range(5)
BETTER = [Claim("fire-exact", "fire-5", "the pilot")]


def scores(**means: float) -> dict[str, dict[int, float]]:
    """Arms that differ by the same in every seed, up to a thousandth."""
    return {
        arm.replace("_", "-"): {seed: mean + 0.1 * seed + 0.001 * (seed % 2) * (i + 1) for seed in SEEDS}
        for i, (arm, mean) in enumerate(means.items())
    }


def sentence(**means: float) -> str:
    (found,) = judged(scores(**means), BETTER)
    return found.sentence


def always_yes(_: Interval) -> str:
    return "yes"


@breaks(optimist=(claims, "verdict_of", always_yes))
def test_a_claim_that_the_numbers_contradict_is_denied() -> None:
    assert here.sentence(fire_exact=0.5, fire_5=0.39).startswith("FIRE exact > FIRE k = 5: yes, difference .11 [.1")
    assert here.sentence(fire_exact=0.4, fire_5=0.47).startswith("FIRE exact > FIRE k = 5: no, difference -.070 [-")


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [
        (Interval(0.1, 0.05, 0.2, 5), "yes"),
        (Interval(-0.1, -0.2, -0.05, 5), "no"),
        (Interval(0.1, -0.01, 0.2, 5), "undecided"),
        (Interval(0.1, 0.0, 0.2, 5), "undecided"),
        (Interval(0.1, 0.05, 0.2, 2), "undecided"),
        (Interval(0.1, None, None, 1), "undecided"),
        (Interval(0.1, 0.05, 0.2, 3, False), "undecided"),
    ],
)
def test_verdicts(difference: Interval, verdict: str) -> None:
    assert verdict_of(difference) == verdict


def test_a_baseline_is_taken_at_the_best_of_its_values() -> None:
    for best in SHRINKING:
        means = {"fire_10": 0.6} | {name.replace("-", "_"): 0.5 if name == best else 0.2 for name in SHRINKING}
        (found,) = judged(scores(**means), [Claim("fire-10", BEST, "")])
        assert found.claim.worse == best
        assert found.difference.mean == pytest.approx(0.1, abs=0.01)


def test_the_best_baseline_is_that_of_the_seeds_they_share() -> None:
    found = {
        "fire-10": {0: 0.5, 1: 0.5, 2: 0.6},
        "sp-0.5": {0: 0.3, 1: 0.31, 2: 0.3},
        "sp-0.8": {2: 0.2, 3: 0.9},  # on the seed that both have it is worse
    }
    (told,) = judged(found, [Claim("fire-10", BEST, "")])
    assert told.claim.worse == "sp-0.5"


def test_only_what_was_run_is_judged() -> None:
    assert judged({}) == []
    assert [found.claim for found in judged(scores(base=0.1, fire_10=0.3))] == [Claim("fire-10", "base", "the paper")]


def test_claims_speak_of_arms() -> None:
    assert {name for claim in CLAIMS for name in (claim.better, claim.worse)} <= {*ARMS, BEST}
    assert len({(claim.better, claim.worse) for claim in CLAIMS}) == len(CLAIMS)
    assert set(SHRINKING) == {name for name in ARMS if name.startswith("sp-")}


def test_the_control_is_told_as_it_is() -> None:
    assert told(Control(0.3, 0.01, 5)) == "loss of plasticity: fresh minus base is .30, two seed deviations are .020"
    assert told(Control(-0.01, 0.01, 5)).startswith("no loss of plasticity at this scale: fresh minus base is -.010")
    assert told(Control(0.3, 0.0, 1)).startswith("positive control undecided: one seed")
    assert told(None).startswith("positive control missing")


def test_numbers_are_printed_as_a_paper_does() -> None:
    assert [short(value) for value in (0.5, 0.949, 0.0123, -0.2, -0.05, 1.0, 0.0)] == [
        ".50", ".95", ".012", "-.20", "-.050", "1.00", ".000",
    ]  # fmt: skip
    assert [short(value) for value in (10.83, -10.83, 20.5, 100.0, -0.5)] == [
        "10.83",
        "-10.83",
        "20.50",
        "100.00",
        "-.50",
    ]
    assert ranged(Interval(0.11, 0.09, 0.13, 5)) == ".11 [.090, .13]"
    assert ranged(Interval(0.11, None, None, 1)) == ".11 (one seed)"
