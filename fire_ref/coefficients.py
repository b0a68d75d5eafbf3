"""The odd polynomials of Newton-Schulz: named coefficient sets and the schedule of one triple per step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, isfinite
from numbers import Real
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from .errors import sentence

Triple: TypeAlias = tuple[float, float, float]
Coefficients: TypeAlias = str | Sequence[float] | Sequence[Sequence[float]]

#: What W may be divided by before the first step.
NORMALIZATIONS = ("frobenius", "spectral", "none")

#: Name -> one tuple (a, b) or (a, b, c) per step, the last repeated: X <- a X + b X G + c X G^2.
COEFFICIENTS: Mapping[str, tuple[tuple[float, ...], ...]] = MappingProxyType(
    {
        # arXiv 2602.08040: X <- 1.5 X - 0.5 X X^T X
        "cubic": ((1.5, -0.5),),
        # Muon (Jordan et al. 2024): steep at zero, never converges
        "muon": ((3.4445, -4.7750, 2.0315),),
        # the classical fifth-order Newton-Schulz
        "quintic": ((15 / 8, -5 / 4, 3 / 8),),
        # arXiv 2505.16932, Algorithm 1, before its safety factor
        "polar-express": (
            (8.28721201814563, -23.595886519098837, 17.300387312530933),
            (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
            (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
            (3.3184196573706015, -2.488488024314874, 0.51004894012372),
            (2.300652019954817, -1.6689039845747493, 0.4188073119525673),
            (1.891301407787398, -1.2679958271945868, 0.37680408948524835),
            (1.8750014808534479, -1.2500016453999487, 0.3750001645474248),
            (1.875, -1.25, 0.375),
        ),
    }
)


def schedule(function: str, coefficients: Coefficients) -> tuple[Triple, ...]:
    """
    Turn a name or numbers into one (a, b, c) per step; the last is to be repeated.

    Parameters
    ----------
    function : str
        Who asks.
    coefficients : str or sequence
        A name of `COEFFICIENTS`; one flat (a, b) or (a, b, c); or a sequence of such tuples.

    Returns
    -------
    tuple of (a, b, c)
        At least one.

    Raises
    ------
    ValueError
        Unknown name, no tuple, a tuple of other length, NaN or inf.
    TypeError
        Not numbers.

    Examples
    --------
    >>> schedule("newton_schulz", "cubic")
    ((1.5, -0.5, 0.0),)
    >>> schedule("newton_schulz", [(2, -1.5, 0.5), (1.5, -0.5)])
    ((2.0, -1.5, 0.5), (1.5, -0.5, 0.0))
    """
    if isinstance(coefficients, str):
        if coefficients not in COEFFICIENTS:
            names = ", ".join(repr(name) for name in COEFFICIENTS)
            raise ValueError(
                sentence(function, "coefficients", f"be one of {names} or numbers", repr(coefficients), "'cubic'")
            )
        rows: Sequence[Sequence[float]] = COEFFICIENTS[coefficients]
    else:
        rows = _rows(function, coefficients)
    return tuple(_triple(function, row) for row in rows)


def _rows(function: str, coefficients: object) -> list[list[float]]:
    try:
        if isinstance(coefficients, bytes):
            raise TypeError
        items = list(coefficients)  # type: ignore[call-overload] # the TypeError is the test
        flat = bool(items) and all(isinstance(item, Real) for item in items)
        return [[_number(x) for x in row] for row in ([items] if flat else items)] or [[]]
    except TypeError:
        rule = "be a name, (a, b), (a, b, c) or a sequence of such tuples"
        raise TypeError(sentence(function, "coefficients", rule, repr(coefficients), "(1.5, -0.5)")) from None


def _number(x: object) -> float:
    if isinstance(x, bool | np.bool) or not isinstance(x, Real):
        raise TypeError
    try:
        return float(x)
    except OverflowError:
        return inf


def _triple(function: str, row: Sequence[float]) -> Triple:
    if len(row) not in (2, 3) or not all(isfinite(x) for x in row):
        rule = "hold two or three finite numbers per step"
        raise ValueError(sentence(function, "coefficients", rule, repr(tuple(row)), "(1.5, -0.5)"))
    a, b, *rest = (float(x) for x in row)
    return (a, b, rest[0] if rest else 0.0)


def at(triples: Sequence[Triple], step: int) -> Triple:
    """Return the coefficients of a step counted from 0; the last triple serves all later ones."""
    return triples[min(step, len(triples) - 1)]
