"""Where a layer stands before and after FIRE: which theorems say something of it, from its SVD alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ..spectrum import Host

#: (1 - delta) / delta at the delta of the paper's release; a condition as large leaves d' = 1/2.
ODDS = 99.0


class Standing(NamedTuple):
    """
    What a layer's theorems stand on, at one stage.

    Attributes
    ----------
    root_dfi, deviation, row_deviation : float
        sqrt(DfI), ||G/c^2 - I||_2, and ``max_j | ||w_j||^2 / c'^2 - 1 |`` with c'^2 the mean: the eps of theorems 2, 3
        and 4; the worst matrix of a kernel.
    drift : bool
        Something moved, and theorem 1 bounds the drift of the pre-activations by less than what holds of anything:
        d_out >= d_in and
        ``||W - V||_2 < max(s_min(W), s_min(V))``.
    curvature : bool
        Theorem 2 shows that the layer's factor fell: c^2 (1 + sqrt(DfI)) is below the ||W||_2^2 before.
    rank : bool
        Theorem 3 keeps at least half of what counts, at the paper's delta = 0.01: d_out >= d_in and
        ``s_max / s_min <= (1 - delta) / delta``.
    activity : bool
        Theorem 4: row_deviation < 1.
    """

    root_dfi: float
    deviation: float
    row_deviation: float
    drift: bool
    curvature: bool
    rank: bool
    activity: bool

    @property
    def theorems(self) -> str:
        """The numbers of the theorems that say something, the others as dots."""
        said = (self.drift, self.curvature, self.rank, self.activity)
        return "".join(str(i) if one else "." for i, one in enumerate(said, start=1))


def standing(
    s: Host, U: Host, columns: int, gain: float, responses: Mapping[int | str, Host]
) -> dict[int | str, Standing]:
    """
    Say where the matrices of one weight stand.

    Parameters
    ----------
    s : ndarray, shape (matrices, p)
        Singular values.
    U : ndarray, shape (matrices, d_out, p)
        Left singular vectors: they spread the singular values over the output units.
    columns : int
        d_in.
    gain : float
        c of what comes after.
    responses : mapping of int or str to ndarray, shape (matrices, p)
        Singular values of X at each stage, by number of steps or "exact".

    Returns
    -------
    dict
        "before", then the stages of `responses`; "before" is relative to the mean singular value, the others to gain.

    Examples
    --------
    >>> import numpy as np
    >>> found = standing(np.array([[1.2, 0.9]]), np.eye(2)[None], 2, 1.0, {"exact": np.ones((1, 2))})
    >>> found["before"].theorems, found["exact"].theorems
    ('..34', '1234')
    """
    mean = float(np.mean(s))
    energy = U * U
    found: dict[int | str, Standing] = {"before": _stage(s, s / mean if mean else s, mean, s, energy, columns)}
    for key, p in responses.items():
        found[key] = _stage(s, p, gain, gain * p, energy, columns)
    return found


def _stage(s: Host, p: Host, gain: float, after: Host, energy: Host, columns: int) -> Standing:
    rows = energy.shape[-2]
    defects = np.sqrt(np.sum((p * p - 1) ** 2, axis=-1))
    deviation = float(np.max(np.abs(p * p - 1)))
    squares = np.sum(energy * (p * p)[:, None, :], axis=-1)
    middle = np.mean(squares, axis=-1, keepdims=True)
    uneven = float(np.max(np.abs(squares / np.where(middle > 0, middle, 1.0) - 1)))
    moved = np.max(np.abs(s - after), axis=-1)
    least = np.maximum(s.min(axis=-1), after.min(axis=-1))
    fell = gain * gain * (1 + defects) < np.max(s, axis=-1) ** 2
    return Standing(
        float(np.sqrt(np.sum(defects**2))),
        deviation,
        uneven,
        bool(rows >= columns and moved.any() and np.all(moved < least)),
        bool(np.all(fell)),
        bool(rows >= columns and np.all(p.max(axis=-1) <= ODDS * p.min(axis=-1)) and p.any()),
        bool(uneven < 1 and squares.any()),
    )
