"""What a check says of one case."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """
    A status with its numbers.

    Attributes
    ----------
    status : str
        Of `record.STATUSES`.
    residual, bound : float or None
        Where something was measured.
    text : str
        Instead of the check's own failure text, or what was recorded.
    stops : bool
        Checks that require this one have nothing to go on.
    """

    status: str
    residual: float | None = None
    bound: float | None = None
    text: str = ""
    stops: bool = False


PASS = Finding("pass")


def recorded(text: str, *, stops: bool = False) -> Finding:
    """Return a finding that nothing demands."""
    return Finding("recorded", text=text, stops=stops)


def failed(text: str = "") -> Finding:
    """Return a failure without numbers."""
    return Finding("fail", text=text)
