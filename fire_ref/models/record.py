"""The record of one tensor: what it is, and what FIRE does to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ..theory import Standing

#: "before", a number of Newton-Schulz steps, or "exact".
Key: TypeAlias = int | str


class OperatorSpectrum(NamedTuple):
    """Singular values of a circular convolution: extremes, mean, and DfI relative to the mean."""

    s_max: float
    s_min: float
    mean: float
    dfi: float


@dataclass(frozen=True)
class Row:
    """
    One tensor under FIRE, from its singular values; see `fire_ref.audit`.

    Everything is dimensionless but `s_max`, `s_min`, `gain` and the row norms (units of W), and the SFE (their
    squares). A convolution's row is over all its taps: extremes, sums, and the worst condition and steps. What cannot
    be known (a tensor with NaN) is nan or None.

    Attributes
    ----------
    name, shape, dtype, layout : str, tuple of int, str, str
        The tensor.
    action : {"fire", "keep", "refuse"}
        What the recipe does to it; "refuse" where it holds NaN or inf.
    note : str
        What a reader should know of it, or empty.
    gain : float
        c, which FIRE multiplies the isometry by.
    s_max, s_min, cond : float
        Extreme singular values, and the largest ratio of the two within one matrix.
    rank, directions, matrices : int
        Singular values above rtol s_1, all of them, and the matrices they belong to.
    zero_matrices : int or None
        Those of the matrices that are zero: Newton-Schulz divides by zero there, the exact factor exists.
    rtol : float
        Of the rank: max(m, n) eps of the dtype in which FIRE iterates.
    dfi_before : float
        ``dfi(W, gain=mean singular value)``, which no scale of W changes; p for zero, at every gain.
    dfi_gain : float
        ``dfi(W, gain=c)``.
    dfi : dict
        DfI of X_k at gain 1, for each k and "exact".
    sfe : dict
        SFE of c X_k against W.
    least_sfe : dict
        The least SFE that buys the DfI of X_k, on the exact front at gain c; 0 where doing nothing has no more.
    sfe_optimum : float
        SFE of exact FIRE.
    sfe_isotropy, sfe_gain : float
        Its two parts: sum (s - mean)^2 and p (mean - c)^2.
    squared_norm : float
        ||W||_F^2.
    root_dfi : dict
        sqrt(DfI), for "before" and the keys of `dfi`.
    deviation : dict
        ||G/c^2 - I||_2 likewise: before with c the mean singular value, then at gain 1.
    response_min : dict
        Smallest singular value of X_k, zeros left out.
    steps_needed : int or None
        Newton-Schulz steps until every direction that rank counts is within 1e-6 of isometry; None for zero.
    steps_all : int or None
        The same for every direction that is not zero to float64, also those below the rank threshold of the dtype.
    row_norm_min, row_norm_max : float
        Smallest and largest norm of an output unit's weights.
    dead_units : int
        Output units whose norm is at most rtol times the largest.
    storage_floor : float
        DfI that rounding an exact isometry to this dtype leaves: 0.36 n^2 u^2 / m for m x n.
    operator : dict or None
        The convolution as an operator, "before" and "exact", where it was asked for.
    theory : dict or None
        Which theorems say something, by the keys of `root_dfi`, where it was asked for: see `fire_ref.theory.Standing`.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    layout: str
    action: str
    note: str
    gain: float
    s_max: float
    s_min: float
    cond: float
    rank: int | None
    directions: int
    matrices: int
    zero_matrices: int | None
    rtol: float
    dfi_before: float
    dfi_gain: float
    dfi: dict[Key, float]
    sfe: dict[Key, float]
    least_sfe: dict[Key, float]
    sfe_optimum: float
    sfe_isotropy: float
    sfe_gain: float
    squared_norm: float
    root_dfi: dict[Key, float]
    deviation: dict[Key, float]
    response_min: dict[Key, float]
    steps_needed: int | None
    steps_all: int | None
    row_norm_min: float
    row_norm_max: float
    dead_units: int | None
    storage_floor: float
    operator: dict[str, OperatorSpectrum] | None = None
    theory: dict[Key, Standing] | None = None
