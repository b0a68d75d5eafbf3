"""Theorem 4: how isometry of the rows keeps units awake."""

from __future__ import annotations

from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from .drift import ACTIVATIONS
from .inputs import gain_of, matrix, root_dfi, samples, scaled
from .record import Hypothesis, TheoremCheck


class Activity(NamedTuple):
    """The least and the most active unit, each against its bound."""

    least: TheoremCheck
    most: TheoremCheck


def neuron_activity(W: Any, X: Any = None, *, gain: float | None = None) -> Activity:
    """
    Bound the normalised activity of a layer's units, s_j = E|h_j| / mean_i E|h_i|.

    Parameters
    ----------
    W : array, shape (d_out, d_in)
        The weight; no bias.
    X : array, shape (samples, d_in), optional
        Inputs to measure ReLU activity on, which may not be what the theorem assumes; default rotation-invariant ones,
        for which s_j is ||w_j|| over the mean row norm, exactly.
    gain : float, optional
        What DfI is measured against; default sqrt(d_out / d_in).

    Returns
    -------
    Activity
        Two checks. Bound: sqrt((1 - eps) / (1 + eps)) from below and its inverse from above, eps = sqrt(DfI) < 1;
        sharper the same with the eps of the rows, ``max_j |r_j / c^2 - 1|`` at the best c for r_j = ||w_j||^2. No
        unit is tau-dormant for any tau below the least. Trivial: 0 and d_out.

    Raises
    ------
    TypeError
        Not arrays.
    ValueError
        Not matrices that fit, or not finite.

    Notes
    -----
    arXiv 2602.08040, theorem 4, needs the *row* Gram, which DfI bounds for d_out <= d_in only: [I; 0] has DfI 0 and
    dead units. White inputs are not enough, they must be rotation invariant. `proofs/activity.v` has the proofs.

    Examples
    --------
    >>> import numpy as np
    >>> least, most = neuron_activity(np.diag([1.0, 0.8]), gain=0.9)
    >>> round(least.measured, 3), round(least.sharper, 3), round(least.bound, 3)
    (0.889, 0.8, 0.722)
    """
    function = "theory.neuron_activity"
    weight = matrix(function, "W", W)
    rows, columns = weight.shape
    c = gain_of(function, gain, weight)
    defect = root_dfi(weight, c)
    weight = scaled(weight).array  # activities have no scale
    squares = np.sum(weight * weight, axis=1)
    alive = bool(squares.max() > 0)
    active = np.sqrt(squares)
    if X is not None:
        active = np.mean(ACTIVATIONS["relu"](scaled(samples(function, "X", X, columns)).array @ weight.T), axis=0)
    shares = active / active.mean() if active.any() else np.full(rows, float("nan"))
    hypotheses = (
        Hypothesis("d_out <= d_in", rows / columns, rows <= columns),
        Hypothesis("sqrt(DfI) < 1", defect, defect < 1),
        Hypothesis("some unit is active", float(active.max()), bool(active.any())),
        Hypothesis("rotation-invariant inputs", float("nan"), True if X is None else None),
    )
    applies = rows <= columns and defect < 1
    paper = sqrt((1 - defect) / (1 + defect)) if applies else 0.0
    sharp = sqrt(squares.min() / squares.max()) if alive else 0.0
    claim = "activity of the {} active unit, of the mean"
    return Activity(
        TheoremCheck(4, claim.format("least"), float(shares.min()), paper, sharp, 0.0, False, hypotheses),
        TheoremCheck(
            4,
            claim.format("most"),
            float(shares.max()),
            min(1 / paper, float(rows)) if paper else float(rows),
            min(1 / sharp, float(rows)) if sharp else float(rows),
            float(rows),
            True,
            hypotheses,
        ),
    )
