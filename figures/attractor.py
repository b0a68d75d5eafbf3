"""Where Newton-Schulz coefficients that do not converge keep the singular values: their band, and the cycle in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from fire_ref import COEFFICIENTS, spectral_response

#: Steps within which every value looked at must come into the band.
ENTERING = range(1, 41)
#: Steps after which a value has settled on the cycle, and the longest cycle looked for.
SETTLED, LONGEST = 2000, 64
#: Values of one cycle that differ by less are the same: its rounding is far below, its gaps far above.
SAME = 1e-9


def band(name: str) -> tuple[float, float]:
    """
    Return the interval that one step maps onto itself and that attracts.

    Parameters
    ----------
    name : str
        Of `fire_ref.COEFFICIENTS`: one triple for all steps, whose polynomial has a local minimum at a positive s.

    Returns
    -------
    tuple of float
        From the value of that minimum to the value which this is sent to.
    """
    low = _step(name, lowest(name))
    return low, _step(name, low)


def lowest(name: str) -> float:
    """Return the s of the local minimum: the larger positive root of a + 3 b s^2 + 5 c s^4."""
    ((a, b, c),) = COEFFICIENTS[name]
    return float(np.sqrt((-3 * b + np.sqrt(9 * b * b - 20 * a * c)) / (10 * c)))


def cycle(name: str) -> list[float]:
    """
    Return the values that a singular value goes round in the end.

    Parameters
    ----------
    name : str
        As for `band`.

    Returns
    -------
    list of float
        Ascending; starting from `lowest`, which every attracting cycle of such a map with no other turning point
        in its band attracts.

    Raises
    ------
    ValueError
        There is no cycle of up to 64.
    """
    s: Any = spectral_response([lowest(name)], SETTLED, coefficients=name)
    seen = [float(s[0])]
    for _ in range(LONGEST):
        following = _step(name, seen[-1])
        if abs(following - seen[0]) < SAME:
            return sorted(seen)
        seen.append(following)
    raise ValueError(f"figures: {name} must end on a cycle of at most {LONGEST} values. Try muon.")


def entered(name: str, s: Any) -> int:
    """
    Return the number of steps after which all values are in the band; there they stay.

    Parameters
    ----------
    name : str
        As for `band`.
    s : array
        Singular values after the normalisation.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        Some are so small that 40 steps do not take them there.
    """
    low, high = band(name)
    for k in ENTERING:
        after = spectral_response(s, k, coefficients=name)
        if low <= after.min() and after.max() <= high:
            return k
    raise ValueError(f"figures: s must come into the band of {name} in {ENTERING[-1]} steps. Try s from 0.001 to 1.")


def _step(name: str, s: float) -> float:
    return float(spectral_response([s], 1, coefficients=name)[0])
