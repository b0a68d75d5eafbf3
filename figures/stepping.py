"""What k Newton-Schulz steps do to a spectrum, for every k: how near it comes, and when it is there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fire_ref import spectral_response
from fire_ref.coefficients import schedule
from fire_ref.prediction import steps_until

from .gaussian import Values

#: Of `fire_ref.steps_needed`: every direction is within it of isometry.
TOL = 1e-6
#: Of DfI over the number of directions: one direction in a thousand has not started.
SHARE = 1e-3


class Stepped(NamedTuple):
    """
    One spectrum under the steps.

    Attributes
    ----------
    dfi : list of float
        DfI of X_k over the number of singular values, for k = 0, 1, ...
    low, high : list of float
        The smallest and the largest singular value of X_k.
    """

    dfi: list[float]
    low: list[float]
    high: list[float]


def normalised(s: Values) -> Values:
    """
    Divide the singular values of each matrix by its Frobenius norm, as Newton-Schulz does.

    Parameters
    ----------
    s : ndarray, shape (..., p)
        No matrix of them zero.

    Returns
    -------
    ndarray
        In (0, 1]; those that float64 does not tell from zero are 0.
    """
    kept = np.where(s > s.shape[-1] * np.finfo(float).eps * s.max(axis=-1, keepdims=True), s, 0.0)
    return np.asarray(kept / np.linalg.norm(kept, axis=-1, keepdims=True))


def stepped(s: Values, steps: int) -> Stepped:
    """
    Follow the singular values of a weight's matrices.

    Parameters
    ----------
    s : ndarray, shape (..., p)
        Any scale.
    steps : int
        The last k.

    Returns
    -------
    Stepped
        Over all matrices; directions that are zero count in DfI and not in the range.
    """
    x = normalised(s)
    some = x > 0
    found = Stepped([], [], [])
    for _ in range(steps + 1):
        found.dfi.append(float(np.mean((1 - x * x) ** 2)))
        found.low.append(float(x[some].min()))
        found.high.append(float(x.max()))
        x = spectral_response(x, 1)
    return found


def needed(s: Values) -> dict[str, int]:
    """
    Count the steps that are enough.

    Parameters
    ----------
    s : ndarray, shape (p,)
        Of one matrix, none zero.

    Returns
    -------
    dict
        "all": until every direction is within `TOL` of isometry; "most": until DfI over p is at most `SHARE`.
    """
    x = normalised(s)
    everywhere = int(steps_until(x, np.ones(x.shape, bool), schedule("figures", "cubic"), TOL))
    # DfI falls at every step, and at the last of these it is below p times (2 TOL)^2.
    left = np.array(stepped(s, everywhere).dfi)
    return {"all": everywhere, "most": int(np.argmax(left <= SHARE))}
