"""The record of a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

#: Lower and upper end, in float64, rounded outwards.
Interval: TypeAlias = tuple[float, float]
UNKNOWN: Interval = (float("nan"), float("nan"))

#: Why there is no certificate.
REASONS = {
    "rank": "W has no full rank by the one rule (s_min <= max(m, n) 2^-52 s_max): its polar factor is not unique, or "
    "only by accident of rounding",
    "rank of Q": "Q has no full rank by the same rule: polar(Q), and with it the SFE gap, is not determined",
    "precision": "the working precision did not suffice",
    "range": "a bound is larger than the largest float64",
}


@dataclass(frozen=True)
class Certificate:
    """
    What is proved of a claimed polar factor Q of W, whose true one is Q*.

    Parameters
    ----------
    certified : bool
        Finite rigorous bounds were obtained for all three; never that Q is good.
    orthonormality : tuple of float
        Lower and upper bound of ``||Q^T Q - I||_F`` (the small Gram matrix: ``Q Q^T`` for wide).
    distance : tuple of float
        Of ``||Q - Q*||_F``. That Q* is unique is part of the proof.
    sfe_gap : tuple of float
        Of ``SFE(W, polar(Q)) - SFE(W, Q*)``, which is never negative.
    reason : str
        Empty where certified, else a key of `REASONS`: "rank", "rank of Q", "precision" or "range". Bounds that were
        proved all the same are given; the others are (nan, nan).
    """

    certified: bool
    orthonormality: Interval
    distance: Interval
    sfe_gap: Interval
    reason: str
