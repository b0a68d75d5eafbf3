"""Theorem 3: how isometry keeps the effective rank of features."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from .. import rank
from ..arguments import real
from ..errors import sentence
from ..spectrum import Host
from ..tolerances import EPS, residual_bound
from .inputs import gain_of, matrix, root_dfi, samples, scaled
from .record import Hypothesis, TheoremCheck


def effective_rank(W: Any, X: Any, *, gain: float | None = None, delta: float = 0.01) -> TheoremCheck:
    """
    Bound the effective rank of a layer's pre-activations from below.

    Parameters
    ----------
    W : array, shape (d_out, d_in)
        The weight.
    X : array, shape (samples, d_in)
        What enters the layer.
    gain : float, optional
        What DfI is measured against; default sqrt(d_out / d_in).
    delta : float
        Share of the singular values' sum that may be left out, between 0 and 1.

    Returns
    -------
    TheoremCheck
        Of ``srank_delta(X W^T)``. Bound: srank of X at ``1 - d' = (1 - delta) / kappa``, kappa from sqrt(DfI) < 1;
        sharper: at ``(1 - d') / d' = ((1 - delta) / delta) / kappa`` with the true kappa = s_max / s_min. Trivial 1,
        or 0 for X = 0.

    Raises
    ------
    TypeError
        Not arrays.
    ValueError
        Not matrices that fit, not finite, or delta is not between 0 and 1.

    Notes
    -----
    arXiv 2602.08040, theorem 3. For d_out < d_in no such bound exists: X in the null space of W has rank 0 after it,
    whatever the DfI of the short side. Before the activation only. `proofs/effective_rank.v` has the proofs.

    Examples
    --------
    >>> import numpy as np
    >>> found = effective_rank(np.eye(3), np.diag([1.0, 1.0, 1.0]))
    >>> found.measured, found.bound, found.sharper
    (3.0, 3.0, 3.0)
    """
    function = "theory.effective_rank"
    weight = matrix(function, "W", W)
    data = samples(function, "X", X, weight.shape[1])
    delta = real(function, "delta", delta, least=0.0, advice="delta=0.01", strict=True)
    if delta >= 1:
        raise ValueError(sentence(function, "delta", "be below 1", delta, "delta=0.01"))
    rows, columns = weight.shape
    c = gain_of(function, gain, weight)
    defect = root_dfi(weight, c)
    weight, data = scaled(weight).array, scaled(data).array  # the rank has no scale
    s = np.linalg.svd(weight, compute_uv=False)
    full = bool(rank.nonzero(s, rank.threshold(function, weight.shape, "float64", None))[-1])
    values = np.linalg.svd(data, compute_uv=False)
    keeps = rows >= columns and full
    room = residual_bound(min(data.shape), EPS["float64"])
    paper = (1 - delta) / sqrt((1 + defect) / (1 - defect)) if keeps and defect < 1 else None
    share = (1 - delta) * s[-1] / ((1 - delta) * s[-1] + delta * s[0]) if keeps else None
    return TheoremCheck(
        theorem=3,
        claim="the effective rank of the pre-activations",
        measured=float(srank(np.linalg.svd(data @ weight.T, compute_uv=False), 1 - delta)),
        bound=0.0 if paper is None else float(srank(values, paper - room)),
        sharper=0.0 if share is None else float(srank(values, float(share) - room)),
        trivial=float(values[0] > 0),
        upper=False,
        hypotheses=(
            Hypothesis("d_out >= d_in", rows / columns, rows >= columns),
            Hypothesis("full column rank", float(s[-1]), full),
            Hypothesis("sqrt(DfI) < 1", defect, defect < 1),
        ),
    )


def srank(values: Host, share: float) -> int:
    """
    Return the least k with s_1 + ... + s_k >= share (s_1 + ... + s_p); 0 for zero.

    Parameters
    ----------
    values : ndarray, shape (p,)
        Singular values, descending.
    share : float
        1 - delta.

    Returns
    -------
    int

    Examples
    --------
    >>> import numpy as np
    >>> srank(np.array([3.0, 1.0, 0.0]), 0.75), srank(np.array([3.0, 1.0, 0.0]), 0.76)
    (1, 2)
    """
    total = float(np.sum(values))
    if total == 0 or share <= 0:
        return 0
    reached = np.flatnonzero(np.cumsum(values) >= share * total)
    return int(reached[0]) + 1 if reached.size else len(values)
