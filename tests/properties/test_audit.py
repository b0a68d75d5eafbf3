"""A row foretells what FIRE really does; its sums are sums; and it does not depend on scale, side or order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import fire_ref
from fire_ref.tolerances import EPS

from ..killing import kills
from ..models.truth import assert_true, numbers
from ..strategies import Matrix, matrices, seeds
from .mutants import one_step_more

E64 = EPS["float64"]
#: What the rank rule decides: equal but for a value that rounding can move across its threshold.
COUNTED = ("rank", "directions", "matrices", "zero_matrices")


def row(lib: Any, W: Matrix, layout: str | None = None) -> fire_ref.Row:
    return lib.audit({"w": W}, layout=layout).rows[0]


def altered(change: Callable[[fire_ref.Row], dict[str, Any]]) -> dict[str, Callable[..., Any]]:
    """Return an audit whose rows are changed."""

    def audit(state: Any, **kw: Any) -> fire_ref.Audit:
        found = fire_ref.audit(state, **kw)
        return replace(found, rows=tuple(replace(one, **change(one)) for one in found.rows))

    return {"audit": audit}


def of(change: Callable[[Matrix], Matrix]) -> dict[str, Callable[..., Any]]:
    """Return an audit that measures something else than what it was given."""
    return {"audit": lambda state, **kw: fire_ref.audit({name: change(np.array(W)) for name, W in state.items()}, **kw)}


def later(row: fire_ref.Row) -> dict[int | str, float]:
    """Give k = 5 the numbers of k = 10."""
    return {5: row.dfi[10], 10: row.dfi[10], "exact": 0.0}


def kernels() -> st.SearchStrategy[Matrix]:
    """Draw small kernels with taps of different scales, some of them zero."""

    def made(rng: np.random.Generator, shape: tuple[int, ...], zero: bool) -> Matrix:
        W = rng.standard_normal(shape) * 10.0 ** rng.integers(-2, 3, shape[2:])
        W[:, :, 0, 0] *= not zero
        return W

    sizes = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.integers(2, 3))
    return st.builds(made, seeds(), sizes, st.booleans())


@kills(
    later=altered(lambda one: {"dfi": later(one)}),
    one_step_more={"fire": lambda W, steps, **kw: fire_ref.fire(W, steps=steps + 1, **kw)},
    without_gain=altered(lambda one: {"gain": 1.0, "sfe": {k: v / one.gain**2 for k, v in one.sfe.items()}}),
    spectral={"newton_schulz": lambda W, k: fire_ref.newton_schulz(W, k, normalization="spectral")},
    too_far={"newton_schulz": one_step_more},
    half=altered(lambda one: {"sfe": {k: v / 2 for k, v in one.sfe.items()}}),
    not_exact=altered(lambda one: {"sfe": one.sfe | {"exact": one.sfe[10] * 1.001 + 1e-6}}),
)
@given(W=matrices(full_rank=False), k=st.sampled_from([5, 10]))
def test_a_row_foretells_what_fire_really_does_to_the_matrix(lib, W: Matrix, k: int) -> None:
    """DfI of X_k and SFE of c X_k; exact FIRE has DfI 0 and the optimal SFE."""
    one = row(lib, W)
    slack = {number.name: number.slack for number in numbers(one, W)}
    X, V = lib.newton_schulz(W, k), lib.fire(W, method="newton-schulz", steps=k)
    assert abs(one.dfi[k] - float(fire_ref.dfi(X))) <= slack[f"dfi[{k}]"]
    assert abs(one.dfi[k] - float(fire_ref.dfi(V, gain=one.gain))) <= slack[f"dfi[{k}]"]
    assert abs(one.sfe[k] - float(fire_ref.sfe(W, V))) <= slack[f"sfe[{k}]"]
    assert abs(one.sfe["exact"] - float(fire_ref.sfe(W, fire_ref.fire(W)))) <= slack["sfe[exact]"]


@kills(
    dfi=altered(lambda one: {"dfi": later(one)}),
    sfe=altered(lambda one: {"sfe": dict.fromkeys(one.sfe, one.sfe_optimum)}),
    front=altered(lambda one: {"least_sfe": dict.fromkeys(one.least_sfe, one.sfe_optimum)}),
    relative=altered(lambda one: {"dfi_before": one.dfi_gain}),
    one_tap=of(lambda W: W[..., :1]),
    condition=altered(lambda one: {"cond": one.s_max / one.s_min if one.s_min else np.inf}),
    average=altered(lambda one: {"deviation": {k: v / one.matrices for k, v in one.deviation.items()}}),
)
@given(W=kernels())
def test_the_row_of_a_kernel_is_that_of_its_taps(lib, W: Matrix) -> None:
    assert_true(row(lib, W), W)


@kills(
    isotropy=altered(lambda one: {"sfe_isotropy": one.sfe_isotropy * (1 + 1e-6) + 1e-6}),
    gain=altered(lambda one: {"sfe_gain": one.sfe_gain / one.directions + 1e-6}),
    best_gain=altered(lambda one: {"sfe_optimum": one.sfe_isotropy * 0.99 - 1e-6}),
    exact=altered(lambda one: {"sfe": one.sfe | {"exact": one.sfe_optimum * 1.001 + 1e-6}}),
    least=altered(lambda one: {"least_sfe": {k: v * 1.01 + 1e-6 for k, v in one.sfe.items()}}),
    negative=altered(lambda one: {"least_sfe": {k: -v - 1e-6 for k, v in one.least_sfe.items()}}),
    beyond=altered(lambda one: {"least_sfe": dict.fromkeys(one.sfe, one.sfe_optimum * 1.001 + 1e-6)}),
)
@given(W=matrices(full_rank=False) | kernels())
def test_the_parts_of_the_sfe_add_up_and_the_front_is_never_above_what_is_paid(lib, W: Matrix) -> None:
    one = row(lib, W)
    # Sums of q terms none of which exceeds (||W|| + c sqrt q)^2 together.
    size = (one.squared_norm**0.5 + one.gain * one.directions**0.5) ** 2
    rounding = 4 * one.directions * E64 * size
    assert abs(one.sfe_isotropy + one.sfe_gain - one.sfe_optimum) <= rounding
    assert one.sfe["exact"] == one.sfe_optimum
    slack = {number.name: number.slack for number in numbers(one, W)}
    for k in (5, 10):
        assert -rounding <= one.least_sfe[k] <= one.sfe[k] + rounding + slack[f"least_sfe[{k}]"]
        assert one.least_sfe[k] <= one.sfe_optimum + rounding + slack[f"least_sfe[{k}]"]


@kills(
    absolute=altered(lambda one: {"dfi_before": one.dfi_gain}),
    eps=altered(lambda one: {"dfi": {k: v * (1 + 1e-8 / one.s_max) for k, v in one.dfi.items()}}),
    floor=altered(lambda one: {"rank": int(np.ceil(min(1.0, 64 * one.s_max) * one.rank))}),
    steps=altered(lambda one: {"steps_needed": one.steps_needed + (one.s_max < 2.0**-6)}),
    rows=altered(lambda one: {"dead_units": one.dead_units + (one.row_norm_max < 2.0**-6)}),
    worst=altered(lambda one: {"deviation": {k: v + one.s_max for k, v in one.deviation.items()}}),
    smallest=altered(lambda one: {"response_min": {k: v * (1 - one.s_max) for k, v in one.response_min.items()}}),
    unit=altered(lambda one: {"s_max": one.s_max + 1e-12}),
    unsquared=altered(lambda one: {"squared_norm": one.squared_norm**0.5}),
    mean=altered(lambda one: {"sfe_isotropy": one.sfe_isotropy + one.sfe_gain}),
)
@given(W=matrices(full_rank=False) | kernels().filter(np.any), j=st.integers(-300, -20) | st.integers(9, 300))
def test_what_has_no_unit_is_the_same_at_every_scale(lib, W: Matrix, j: int) -> None:
    """W -> 2^j W is exact, and so must be all that follows; nothing is squared here that could overflow."""
    one, scaled = row(lib, W), row(lib, np.ldexp(W, j))
    for name in (*COUNTED, "cond", "steps_needed", "dfi", "response_min", "dead_units", "dfi_before", "root_dfi"):
        assert getattr(scaled, name) == getattr(one, name), name
    assert scaled.deviation == one.deviation
    for name in ("s_max", "s_min", "row_norm_min", "row_norm_max"):
        assert getattr(scaled, name) == np.ldexp(getattr(one, name), j), name
    assert scaled.squared_norm == np.ldexp(one.squared_norm, 2 * j)
    assert scaled.sfe_isotropy == np.ldexp(one.sfe_isotropy, 2 * j)


@kills(
    layout_ignored={"audit": lambda state, **kw: fire_ref.audit(state)},
    literal_side=altered(lambda one: {"dfi_before": one.dfi_before + (one.layout == "IO")}),
    inputs_for_outputs=altered(lambda one: {"gain": one.gain * (1 + (one.layout == "HWIO"))}),
    units=altered(lambda one: {"row_norm_max": one.row_norm_max * (1 + (one.layout in ("IO", "HWIO")))}),
    smallest=altered(lambda one: {"row_norm_min": one.row_norm_min + one.row_norm_max * (one.layout == "OI")}),
    threshold=altered(lambda one: {"rtol": one.rtol * (1 + (one.layout == "HWIO"))}),
)
@given(W=matrices(full_rank=False) | kernels())
def test_a_weight_stored_the_other_way_round_has_the_same_row(lib, W: Matrix) -> None:
    """The layout says what is an output; where the axis lies in memory is nothing that FIRE sees."""
    plain, turned = ("OI", "IO") if W.ndim == 2 else ("OIHW", "HWIO")
    other = W.transpose(*(plain.index(letter) for letter in turned))
    one, same = row(lib, W, plain), row(lib, other, turned)
    agree(one, same, W)
    assert (same.layout, same.shape) == (turned, other.shape)
    assert (same.gain, same.storage_floor) == (one.gain, one.storage_floor)
    assert (same.rtol, same.dead_units) == (one.rtol, one.dead_units)
    close = W.size * E64  # the norms are sums in another order
    assert abs(same.row_norm_max - one.row_norm_max) <= close * one.row_norm_max
    assert abs(same.row_norm_min - one.row_norm_min) <= close * one.row_norm_max


@kills(
    symmetrised=of(lambda W: W + np.triu(np.ones(W.shape)) * 1e-6),
    corner=altered(lambda one: {"s_max": one.s_max * 1.001, "dfi_before": one.dfi_before * 1.001 + 1e-6}),
    first_row=of(lambda W: np.concatenate([2 * W[:1], W[1:]])),
    longest=altered(lambda one: {"row_norm_max": one.row_norm_max * 1.001}),
    shortest=altered(lambda one: {"row_norm_min": one.row_norm_min - one.row_norm_max * 1e-6}),
    rank=altered(lambda one: {"rank": one.rank - 1}),
    late=altered(lambda one: {"steps_needed": one.steps_needed + 2}),
)
@given(W=matrices(), rng=seeds())
def test_the_order_of_units_and_inputs_changes_nothing_but_rounding(lib, W: Matrix, rng: np.random.Generator) -> None:
    order = W[rng.permutation(W.shape[0])][:, rng.permutation(W.shape[1])]
    one, same = row(lib, W), row(fire_ref, order)
    agree(one, same, W)
    close = W.size * E64
    assert abs(same.row_norm_max - one.row_norm_max) <= close * one.row_norm_max
    assert abs(same.row_norm_min - one.row_norm_min) <= close * one.row_norm_max


def agree(one: fire_ref.Row, same: fire_ref.Row, W: Matrix) -> None:
    """Assert that two rows differ by rounding only, in numbers and in counts."""
    for number in numbers(one, W):
        name, _, key = number.name.rstrip("]").partition("[")
        value = getattr(same, name)
        value = value[int(key) if key.isdigit() else key] if key else value
        value = 1 / value if name == "cond" else value
        assert abs(number.value - value) <= 2 * number.slack, number.name
    for name in COUNTED:
        assert getattr(same, name) == getattr(one, name), name
    assert abs((one.steps_needed or 0) - (same.steps_needed or 0)) <= 1  # a value may lie on the tolerance
