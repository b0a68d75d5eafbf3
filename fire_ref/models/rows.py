"""The row of one weight: everything that its singular values say about FIRE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import polar, rank
from ..arrays import HALVES, Array, dtype_name, quiet, to_host
from ..checkpoints import Stored
from ..coefficients import schedule
from ..convolution import grid
from ..errors import sentence
from ..layout import Layout
from ..operands import Operand, operand
from ..prediction import steps_until
from ..prepared import prepared
from ..response import respond
from ..scaling import Scaled
from ..spectrum import Host, Spectrum, on_host
from ..theory import Standing, standing
from ..tolerances import EPS
from ..tradeoff.multiplier import total_sfe, weight_for
from ..values import first_nonfinite
from .operator import operator_values, summary
from .record import Key, OperatorSpectrum, Row
from .selection import Choice
from .units import row_norms

TOL = 1e-6
#: Of the bisection for a price on the front: leaves 1e-9 of the multiplier.
HALVINGS = 40
#: Of an operator's grid, each of which costs an SVD: 512 x 512.
MOST_POINTS = 1 << 18
#: The plain numbers of a row that its values decide.
_NUMBERS = (
    *("s_max", "s_min", "cond", "dfi_before", "dfi_gain", "sfe_optimum", "sfe_isotropy", "sfe_gain"),
    *("squared_norm", "row_norm_min", "row_norm_max"),
)


class Request(NamedTuple):
    """What is asked of every row."""

    function: str
    steps: tuple[int, ...]
    operator: int | None = None
    theory: bool = False


class Measured(NamedTuple):
    """A row, and the singular values it was made from: (matrices, p), in units of W."""

    row: Row
    values: Host


def measure(request: Request, tensor: Stored, array: Array, choice: Choice) -> Measured:
    """
    Make the row of one weight.

    Parameters
    ----------
    request : Request
        What is asked.
    tensor : Stored
        Name, shape and dtype to show.
    array : array
        The weight.
    choice : Choice
        Its layout, what is done with it, and why.

    Returns
    -------
    Measured
        With the action "refuse" and nan for every number where the weight holds NaN or inf.
    """
    function, layout = request.function, choice.layout
    assert layout is not None, "a tensor without a layout is never measured"
    where = f"state[{tensor.name!r}]"
    w = operand(function, where, array, host=True, warn=False)
    if dtype_name(w.wide) != "float64":
        w = operand(function, where, to_host(w.array))  # a row is float64 also where the library has none
    stack = layout.to_stack(w.xp, w.array)
    if not bool(w.xp.all(w.xp.isfinite(w.array))):
        return _refused(request, tensor, layout, layout.fan_gain(w.shape), stack.shape, first_nonfinite(w) or "")
    rtol = _rtol(w, stack.shape)
    scaled = prepared(function, where, w, stack, check=False)
    U, values = _svd(w, scaled, request.theory)
    spectrum = on_host(values, scaled)
    gain = _gain(choice, layout, w.shape, spectrum)
    lowest, highest, dead = row_norms(w, layout, scaled, rtol)
    row = Row(
        **_identity(tensor, layout, stack.shape, gain, rtol),
        action="fire" if choice.action == "project" else "keep",
        note=choice.reason,
        **_spectral(spectrum, gain, rtol, rank.threshold("", stack.shape, "float64", None), request.steps),
        row_norm_min=lowest,
        row_norm_max=highest,
        dead_units=dead,
        operator=_operator(request, w, layout, scaled, gain),
        theory=None if U is None else _standing(request, spectrum, U, stack.shape[-1], gain),
    )
    return Measured(row, spectrum.restored.reshape(row.matrices, -1))


def _gain(choice: Choice, layout: Layout, shape: tuple[int, ...], spectrum: Spectrum) -> float:
    """Return the gain of the rule that takes the weight; of several matrices that keep their own, the overall one."""
    told = choice.rule.gain if choice.rule is not None and choice.action == "project" else "fan"
    if not isinstance(told, str):
        return float(told)
    with quiet():
        s = spectrum.restored.ravel()
        kept = float(s.mean()) if told == "mean" else float(np.sqrt(np.mean(s * s)))
    usable = told != "fan" and 0 < kept < np.inf
    return kept if usable else layout.fan_gain(shape)


def _svd(w: Operand, scaled: Scaled, vectors: bool) -> tuple[Host | None, Array]:
    """Return the left singular vectors, where they are wanted, and the singular values."""
    if not vectors:
        return None, w.xp.linalg.svdvals(scaled.array)
    U, s, _ = w.xp.linalg.svd(scaled.array, full_matrices=False)
    return to_host(U).reshape(-1, *U.shape[-2:]), s


def _standing(request: Request, spectrum: Spectrum, U: Host, columns: int, gain: float) -> dict[Key, Standing]:
    with quiet():
        s = spectrum.restored.reshape(len(U), -1)
        x = spectrum.normalised("frobenius").reshape(s.shape)
        cubic = schedule("audit", "cubic")
        responses: dict[Key, Host] = {k: respond(x, k, cubic) for k in request.steps} | {"exact": np.ones_like(s)}
        return standing(s, U, columns, gain, responses)


def _rtol(w: Operand, shape: tuple[int, ...]) -> float:
    # Half precision is iterated in float32: its own threshold would count nothing from 128 columns on.
    return rank.threshold("", shape, "float32" if w.name in HALVES else w.name, None)


def _identity(tensor: Stored, layout: Layout, shape: Sequence[int], gain: float, rtol: float) -> dict[str, Any]:
    m, n = max(shape[-2:]), min(shape[-2:])
    matrices = int(np.prod(shape[:-2], dtype=np.int64))
    return {
        "name": tensor.name,
        "shape": tensor.shape,
        "dtype": tensor.dtype,
        "layout": layout.letters,
        "gain": gain,
        "matrices": matrices,
        "directions": matrices * n,
        "rtol": rtol,
        "storage_floor": matrices * 0.36 * n * n * (EPS[tensor.dtype] / 2) ** 2 / m,
    }


def _spectral(spectrum: Spectrum, gain: float, rtol: float, finest: float, steps: Sequence[int]) -> dict[str, Any]:
    """
    Everything that follows from the singular values alone.

    Newton-Schulz moves a direction that rank does not count as it moves any other: X_k is foretold from all values
    that the float64 SVD resolves (above `finest`), rank and steps from those above `rtol`.
    """
    with quiet():
        counted = spectrum.counted(rtol)
        resolved = spectrum.counted(finest)
        s = spectrum.restored.ravel()
        x = np.where(resolved, spectrum.normalised("frobenius"), 0.0)
        mean = float(s.mean())
        unit = s / gain
        responses = {k: respond(x, k, schedule("audit", "cubic")) for k in steps}
        flat: dict[Key, Host] = {k: p.ravel() for k, p in responses.items()} | {"exact": np.ones_like(s)}
        relative = spectrum.relative.ravel()  # which neither overflows nor loses the digits of subnormal numbers
        middle = relative.mean()
        before = relative / middle if middle > 0 else s  # zero is zero at every scale
        dfi: dict[Key, float] = {key: _square_defect(p) for key, p in flat.items()}
        dfi_before = _square_defect(before)
        own: dict[Key, Host] = {"before": before, **flat}
        optimum = float(np.sum((s - gain) ** 2))
        return {
            "s_max": float(s.max()),
            "s_min": float(s.min()),
            "cond": _condition(spectrum.scaled),
            "rank": int(counted.sum()),
            "zero_matrices": int((spectrum.scaled[..., 0] == 0).sum()),
            "dfi_before": dfi_before,
            "dfi_gain": _square_defect(unit),
            "dfi": dfi,
            "sfe": {key: float(np.sum((s - gain * p) ** 2)) for key, p in flat.items()},
            "least_sfe": {key: _least(unit, dfi[key], gain) if key != "exact" else optimum for key in flat},
            "sfe_optimum": optimum,
            "sfe_isotropy": float(np.sum((s - mean) ** 2)),
            "sfe_gain": len(s) * (mean - gain) * (mean - gain),  # a power would raise where this is inf
            "squared_norm": float(np.sum(s * s)),
            "root_dfi": {"before": dfi_before**0.5} | {key: value**0.5 for key, value in dfi.items()},
            "deviation": {key: float(np.max(np.abs(p * p - 1))) for key, p in own.items()},
            "response_min": {k: _least_response(p, resolved) for k, p in responses.items()},
            "steps_needed": _steps(x, counted),
            "steps_all": _steps(x, resolved),
        }


def _square_defect(p: Host) -> float:
    return float(np.sum((p * p - 1) ** 2))


def _least_response(p: Host, counted: Host) -> float:
    return float(np.min(p[counted])) if counted.any() else float("nan")


def _condition(s: Host) -> float:
    """Return the worst ratio within one matrix; a zero matrix has none, or inf if that is all there is."""
    some = s[s[..., 0] > 0]
    return float(np.max(some[..., 0] / some[..., -1])) if some.size else float("inf")


def _least(unit: Host, dfi: float, gain: float) -> float:
    if not np.isfinite(unit).all():
        return float("nan")  # float64 does not hold the front of such a weight
    return float(total_sfe(unit, weight_for(unit, dfi, HALVINGS), gain))


def _steps(x: Host, counted: Host) -> int | None:
    some = counted.any(axis=-1)
    return int(steps_until(x[some], counted[some], schedule("audit", "cubic"), TOL).max()) if some.any() else None


def _operator(
    request: Request, w: Operand, layout: Layout, scaled: Scaled, gain: float
) -> dict[str, OperatorSpectrum] | None:
    if request.operator is None or not layout.spatial:
        return None
    sizes = grid(request.function, request.operator, layout)
    if np.prod(sizes, dtype=float) > MOST_POINTS:
        got = f"{request.operator} along {len(sizes)} axes"
        rule = f"make a grid of at most {MOST_POINTS} points"
        raise ValueError(sentence(request.function, "operator", rule, got, "32"))
    batch = len(layout.batch)
    with w.quiet():
        taps = scaled.restore(scaled.array)
    isometries = gain * polar.factor(request.function, w, layout.to_stack(w.xp, w.array), False)
    return {
        "before": summary(operator_values(w, taps, batch, sizes)),
        "exact": summary(operator_values(w, isometries, batch, sizes)),
    }


def _refused(
    request: Request, tensor: Stored, layout: Layout, gain: float, shape: Sequence[int], trouble: str
) -> Measured:
    nan = float("nan")
    keys: tuple[Key, ...] = (*request.steps, "exact")
    nowhere: dict[Key, float] = dict.fromkeys(keys, nan)
    numbers = dict.fromkeys(_NUMBERS, nan)
    by_step = {name: dict(nowhere) for name in ("dfi", "sfe", "least_sfe")}
    from_before = {name: {"before": nan, **nowhere} for name in ("root_dfi", "deviation")}
    unknown: dict[str, Any] = {**numbers, **by_step, **from_before, "response_min": dict.fromkeys(request.steps, nan)}
    row = Row(
        **_identity(tensor, layout, shape, gain, nan),
        action="refuse",
        note=f"holds {trouble}",
        **unknown,
        rank=None,
        zero_matrices=None,
        steps_needed=None,
        steps_all=None,
        dead_units=None,
    )
    return Measured(row, np.empty((0, 0)))
