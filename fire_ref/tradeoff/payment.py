"""What a given V pays above the front: the price of not being optimal at its own DfI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from .. import values
from ..arguments import real
from ..arrays import Array, to_host
from ..errors import sentence
from ..layout import Layout
from ..measures import deviation, squared_distance
from ..operands import Operand, from_host, pair
from ..spectrum import singular_values
from .multiplier import Host, total_sfe, weight_for
from .network import State, spectrum, weights


class Excess(NamedTuple):
    """SFE of V, the least SFE at V's DfI, that DfI, and whether W itself is no worse in both."""

    sfe: Array
    least_sfe: Array
    dfi: Array
    dominated: Array


def excess(W: Array | State, V: Array | State, *, gain: float = 1.0, check: bool = True) -> Excess:
    """
    Compare V with the front: SFE paid, and SFE needed at the same DfI.

    Parameters
    ----------
    W, V : array, shape (..., m, n), or mappings of str to array
        Before and after. Two states of a network (same names) are compared by the sums over their
        weights, those of `relax`; biases and other vectors do not count.
    gain : float
        DfI is measured against it, positive.
    check : bool
        False skips the value checks.

    Returns
    -------
    Excess
        float64 and bool of shape (...), in the caller's namespace; NumPy for states. ``sfe - least_sfe`` is what V
        pays above the front, 0 up to rounding for V on it. Where both DfI overflow, `dominated` is False.

    Raises
    ------
    TypeError
        Not arrays or states of one library, or of an unsupported dtype.
    ValueError
        Shapes or names differ; not a matrix; NaN or inf; `gain` not positive.
    NotImplementedError
        A Dask array.

    Notes
    -----
    Finite Newton-Schulz and shrink-and-perturb lay strictly above the front in every case tried, and k = 5 is
    sometimes dominated by doing nothing.

    Examples
    --------
    >>> W = [[2.0, 0.0], [0.0, 0.5]]
    >>> paid = excess(W, [[0.0, 1.0], [1.0, 0.0]])  # an isometry, but not the nearest
    >>> float(paid.sfe), float(paid.least_sfe)
    (6.25, 1.25)
    """
    gain = real("excess", "gain", gain, least=0.0, advice="gain=1.0", strict=True)
    if isinstance(W, Mapping) and isinstance(V, Mapping):
        return _of_network(W, V, gain, check)
    if isinstance(W, Mapping) or isinstance(V, Mapping):
        got = f"{type(W).__name__} and {type(V).__name__}"
        raise TypeError(sentence("excess", "W and V", "be two arrays or two states", got, "two of a kind"))
    w, v = _checked(("W", "V"), W, V, check)
    unit = singular_values("excess", "W", w, w.array, check=False).over("excess", "W", gain)
    paid, before, after = _measured(("W", "V"), w, v, None, gain)
    dominated = (before <= after) & w.xp.isfinite(before)
    least = _least(unit, to_host(after).astype(np.float64), to_host(dominated), gain)
    return Excess(paid, from_host(least, w, w.wide), after, dominated)


def _checked(names: tuple[str, str], W: Array, V: Array, check: bool) -> tuple[Operand, Operand]:
    """Accept a pair; its values are looked at here, once, and nowhere after."""
    w, v = pair("excess", names, (W, V), check=check, host=True)
    if check:
        looked_at = [
            (name, x, values.peaks(x, x.xp.astype(x.array, x.wide))) for name, x in zip(names, (w, v), strict=True)
        ]
        values.require("excess", looked_at)
    return w, v


def _measured(
    names: tuple[str, str], w: Operand, v: Operand, axes: Layout | None, gain: float
) -> tuple[Array, Array, Array]:
    """Return SFE, DfI before and DfI after."""
    before, after = (x.array if axes is None else axes.to_stack(x.xp, x.array) for x in (w, v))
    return (
        squared_distance("excess", names, w, v, check=False),
        deviation("excess", names[0], w, before, gain, check=False),
        deviation("excess", names[1], v, after, gain, check=False),
    )


def _least(unit: Host, bound: Host, dominated: Host, gain: float) -> Host:
    return np.asarray(np.where(dominated, 0.0, total_sfe(unit, weight_for(unit, bound), gain)))


def _of_network(W: State, V: State, gain: float, check: bool) -> Excess:
    if set(W) != set(V):
        odd = sorted(set(W) ^ set(V))
        raise ValueError(sentence("excess", "W and V", "have the same names", f"only in one: {odd}", "two full states"))
    paid = before = after = 0.0
    for name, (_, axes) in weights("excess", "W", W, check, V).items():
        names = f"W[{name!r}]", f"V[{name!r}]"
        w, v = _checked(names, W[name], V[name], check)
        figures = _measured(names, w, v, axes, gain)
        # SFE is a sum over entries, so that the layout plays no part in it.
        one_paid, one_before, one_after = (float(np.sum(to_host(figure))) for figure in figures)
        paid, before, after = paid + one_paid, before + one_before, after + one_after
    dominated = np.asarray(before <= after < np.inf)
    least = _least(spectrum("excess", "W", W, gain, False, V), np.asarray(after), dominated, gain)
    return Excess(np.float64(paid), np.float64(least), np.float64(after), np.bool_(dominated))
