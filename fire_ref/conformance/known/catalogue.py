"""The catalogue: every implementation on PyPI that a live run verifies, with the verdicts expected of it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from .exact import EXACT
from .fire import FIRE
from .muon import MUON
from .record import Known
from .scheduled import SCHEDULED
from .wrong import WRONG

# A further implementation is a further entry of one of these; where a plain call does not reach it, a function of
# `callables` too.

#: Every one, names unique.
KNOWN: tuple[Known, ...] = (*EXACT, *MUON, *SCHEDULED, *FIRE, *WRONG)


def installed() -> list[Known]:
    """
    Return those whose package and array library are installed here; nothing of them is imported.

    Returns
    -------
    list of Known
        In the order of the catalogue.

    Examples
    --------
    >>> [known.name for known in installed() if known.package == "scipy"]
    ['scipy.linalg.polar']
    """
    return [known for known in KNOWN if _has(known)]


def _has(known: Known) -> bool:
    try:
        version(known.package)
    except PackageNotFoundError:
        return False
    return find_spec(known.arrays) is not None
