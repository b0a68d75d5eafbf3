"""Sentences from numbers: what was claimed, and whether these runs show it, the contrary, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .arms.catalogue import ARMS
from .comparing import Control, Interval, Scores, interval, paired

#: Stands for the shrink and perturb whose mean is best here: a baseline at the best of its values.
BEST = "sp-best"
SHRINKING = ("sp-0.2", "sp-0.5", "sp-0.8")


class Claim(NamedTuple):
    """
    One arm is better than another.

    Attributes
    ----------
    better, worse : str
        Names of arms.
    source : str
        Who says so.
    """

    better: str
    worse: str
    source: str


class Finding(NamedTuple):
    """A claim with what came of it; the verdict is yes, no, or undecided where the interval holds zero."""

    claim: Claim
    verdict: str
    difference: Interval
    sentence: str


PAPER, AIM, PILOT = "the paper", "the paper's aim, exactly", "the pilot"
#: Those first that a caption has room for.
CLAIMS: tuple[Claim, ...] = (
    Claim("fire-10", "base", PAPER),
    Claim("fire-10", "full-reset", PAPER),
    Claim("fire-10", BEST, PAPER),
    Claim("fire-exact", "fire-5", PILOT),
    Claim("norm", "base", "scale alone"),
    Claim("iso", "norm", "isotropy alone"),
    Claim("fire-exact", "ortho", "memory"),
    Claim("fire-10", "l2-init", PAPER),
    Claim("fire-exact", "base", AIM),
    Claim("fire-exact", "full-reset", AIM),
    Claim("fire-exact", BEST, AIM),
    Claim("fire-5", "base", "the paper, for language"),
    Claim("full-reset", "fire-5", PILOT),
    Claim("fire-exact", "fire-10", "more steps"),
    Claim("iso", "fire-exact", PILOT),
    Claim("iso", BEST, PILOT),
    Claim("front", "fire-exact", "half way"),
)
#: Seeds below which nothing is decided: two have the same sign by chance every other time.
FEWEST = 3


def judged(found: Scores, claims: Sequence[Claim] = CLAIMS) -> list[Finding]:
    """
    Hold claims against scores.

    Parameters
    ----------
    found : dict
        Of `comparing.scores`.
    claims : sequence of Claim
        In order.

    Returns
    -------
    list of Finding
        Those that both arms have a seed for.
    """
    findings = []
    for claim in claims:
        better, worse = (_resolved(name, found) for name in (claim.better, claim.worse))
        differences = paired(found.get(better, {}), found.get(worse, {}))
        if differences:
            told = interval(differences)
            verdict = verdict_of(told)
            named = Claim(better, worse, claim.source)
            findings.append(Finding(named, verdict, told, _sentence(named, verdict, told)))
    return findings


def verdict_of(difference: Interval) -> str:
    """
    Say what an interval decides: nothing, where it holds zero, or where Student's does.

    Parameters
    ----------
    difference : Interval
        Better minus worse.

    Returns
    -------
    {"yes", "no", "undecided"}
    """
    if difference.low is None or difference.high is None or difference.seeds < FEWEST:
        return "undecided"
    if difference.low <= 0 <= difference.high or not difference.steady:
        return "undecided"
    return "yes" if difference.low > 0 else "no"


def told(control: Control | None) -> str:
    """
    Say whether there was plasticity to restore.

    Parameters
    ----------
    control : Control or None
        Of `comparing.control`.

    Returns
    -------
    str
        Without a full stop.
    """
    if control is None:
        return "positive control missing: no seed has both base and full reset"
    if control.seeds < 2:
        return f"positive control undecided: one seed, fresh minus base {short(control.lost)}"
    numbers = f"fresh minus base is {short(control.lost)}, two seed deviations are {short(2 * control.deviation)}"
    return f"loss of plasticity: {numbers}" if control.passed else f"no loss of plasticity at this scale: {numbers}"


def short(value: float) -> str:
    """Return a share as a paper prints it: two digits behind the point, three where two are none."""
    text = f"{value:.2f}" if abs(value) >= 0.095 else f"{value:.3f}"
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    return sign + digits.removeprefix("0")


def ranged(found: Interval) -> str:
    """Return a mean with its interval."""
    if found.low is None or found.high is None:
        return f"{short(found.mean)} (one seed)"
    return f"{short(found.mean)} [{short(found.low)}, {short(found.high)}]"


def _resolved(name: str, found: Scores) -> str:
    if name != BEST:
        return name
    there = [arm for arm in SHRINKING if found.get(arm)]
    common = set.intersection(*(set(found[arm]) for arm in there)) if there else set()
    # Of the seeds that all of them have, if there are any: another choice of seeds is another mean.
    chosen = {arm: [value for seed, value in found[arm].items() if seed in common or not common] for arm in there}
    means = {arm: sum(values) / len(values) for arm, values in chosen.items()}
    return max(means, key=means.__getitem__, default=SHRINKING[0])


def _sentence(claim: Claim, verdict: str, difference: Interval) -> str:
    one, other = (ARMS[name].label for name in (claim.better, claim.worse))
    return f"{one} > {other}: {verdict}, difference {ranged(difference)}"
