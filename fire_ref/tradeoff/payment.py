"""What a given V pays above the front: the price of not being optimal at its own DfI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..arguments import real
from ..arrays import Array, from_host, to_host, wide_dtype
from ..errors import sentence
from ..layout import parse
from ..measures import dfi, sfe
from .multiplier import Host, total_sfe, weight_for
from .network import State, is_weight, layer, layers, spectrum


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
        Before and after. Two states of a network (same names) are compared by their sums.
    gain : float
        DfI is measured against it, positive.
    check : bool
        False skips the value checks.

    Returns
    -------
    Excess
        float64 and bool of shape (...), in the caller's namespace; NumPy for states. ``sfe - least_sfe`` is what V
        pays above the front, 0 up to rounding for V on it.

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
    gain = real("excess", "gain", gain, least=0.0, strict=True)
    if isinstance(W, Mapping) and isinstance(V, Mapping):
        return _of_network(W, V, gain, check)
    w = layer("excess", "W", W, None, check)
    paid = sfe(W, V, check=check)
    after, before = dfi(V, gain=gain, check=check), dfi(W, gain=gain, check=check)
    dominated = before <= after
    least = _least(w.s / gain, to_host(after).astype(np.float64), to_host(dominated)) * gain * gain
    return Excess(paid, from_host(least, w.w, wide_dtype(w.w.xp, w.w.device)), after, dominated)


def _least(unit: Host, bound: Host, dominated: Host) -> Host:
    return np.asarray(np.where(dominated, 0.0, total_sfe(unit, weight_for(unit, bound))))


def _of_network(W: State, V: State, gain: float, check: bool) -> Excess:
    if set(W) != set(V):
        odd = sorted(set(W) ^ set(V))
        raise ValueError(sentence("excess", "W and V", "have the same names", f"only in one: {odd}", "two full states"))
    s = spectrum(layers("excess", "W", W, check)) / gain
    names = [name for name in W if is_weight(W[name])]
    # SFE is a sum over entries, so that the layout plays no part in it.
    paid = sum(float(np.sum(to_host(sfe(W[n], V[n], check=check)))) for n in names)
    before, after = (sum(_dfi(state[n], gain, check) for n in names) for state in (W, V))
    dominated = np.asarray(before <= after)
    least = _least(s, np.asarray(after), dominated) * gain * gain
    return Excess(np.float64(paid), np.float64(least), np.float64(after), np.bool_(dominated))


def _dfi(value: Any, gain: float, check: bool) -> float:
    layout = parse("excess", None, tuple(value.shape)).letters
    return float(np.sum(to_host(dfi(value, gain=gain, layout=layout, check=check))))
