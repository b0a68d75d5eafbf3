"""The operator's singular values, frequency by frequency, against the dense matrix of the circular convolution."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest

import fire_ref
from fire_ref.convolution import grid
from fire_ref.layout import parse
from fire_ref.models import operator
from fire_ref.models.operator import operator_values, summary
from fire_ref.models.record import OperatorSpectrum
from fire_ref.operands import operand
from fire_ref.tolerances import distance_bound, residual_bound

from ..backends import Backend
from ..test_convolution import dense, dense_dfi
from ..test_measures import dfi_slack
from .truth import E64, Host, matrices_of, square_slack

#: Kernel sizes, grids: even, odd, one point, smaller than the kernel, one axis and three.
GRIDS = [
    ((3, 3), 4),
    ((3, 3), 5),
    ((3, 2), 2),
    ((3, 3), 1),
    ((5, 4), 3),
    ((3,), 7),
    ((4,), 2),
    ((2, 1, 3), 3),
    ((3, 2, 2), 2),
]
CHANNELS = [(3, 2), (2, 3), (2, 2), (1, 3), (3, 1)]
LAYOUTS = {1: "OIW", 2: "OIHW", 3: "OIDHW"}


def values_of(W: Host, layout: str, size: int) -> Host:
    """Return the sorted singular values of the operator."""
    w, axes = operand("f", "W", W), parse("f", layout, W.shape)
    stack = axes.to_stack(w.xp, w.array)
    return np.sort(operator_values(w, stack, len(axes.batch), grid("f", size, axes)))


def truth_of(W: Host, size: int) -> Host:
    """Return the sorted singular values of the dense matrix."""
    return np.sort(np.linalg.svd(dense(W, (size,) * (W.ndim - 2)), compute_uv=False))


def close(found: Host, truth: Host) -> bool:
    """Both are backward stable: each value moves by the residual of its matrix at most, of norm truth.max()."""
    return len(found) == len(truth) and bool(
        np.max(np.abs(found - truth)) <= 2 * residual_bound(len(truth), E64) * truth.max()
    )


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize(("taps", "size"), GRIDS)
def test_the_values_are_those_of_the_dense_circular_convolution(
    rng: np.random.Generator, channels: tuple[int, int], taps: tuple[int, ...], size: int
) -> None:
    W = rng.standard_normal((*channels, *taps))
    assert close(values_of(W, LAYOUTS[len(taps)], size), truth_of(W, size))


@pytest.mark.parametrize("layout", ["bOIHW", "HWOIb", "OaIHbW"])
def test_the_operators_of_an_ensemble_are_put_together(rng: np.random.Generator, layout: str) -> None:
    sizes = {"O": 3, "I": 2, "H": 3, "W": 2, "a": 2, "b": 3}
    W = rng.standard_normal([sizes[letter] for letter in layout])
    front = [layout.index(letter) for letter in "ab" if letter in layout]
    kernels = W.transpose([*front, *(layout.index(letter) for letter in "OIHW")]).reshape(-1, 3, 2, 3, 2)
    truth = np.sort(np.concatenate([truth_of(kernel, 4) for kernel in kernels]))
    assert close(values_of(W, layout, 4), truth)


def test_blocks_of_frequencies_change_nothing(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    W = rng.standard_normal((3, 2, 3, 3))
    whole = values_of(W, "OIHW", 6)
    monkeypatch.setattr(operator, "BLOCK", 3 * 3 * 2)  # three frequencies at once
    assert close(values_of(W, "OIHW", 6), whole)


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize(("taps", "size"), [((3, 3), 3), ((3, 3), 8), ((3,), 4), ((2, 1, 3), 3), ((5, 4), 3)])
def test_exact_fire_has_the_rms_of_its_gain_over_the_root_of_the_area_and_no_value_above_the_fan(
    rng: np.random.Generator, channels: tuple[int, int], taps: tuple[int, ...], size: int
) -> None:
    """FACTS 1.6: every tap is c Q_t with c = sqrt(o / i) / area, so their norms sum up to sqrt(o / i)."""
    W = rng.standard_normal((*channels, *taps))
    layout, fan, area = LAYOUTS[len(taps)], (channels[0] / channels[1]) ** 0.5, prod(taps)
    found = values_of(fire_ref.fire(W, layout=layout), layout, size)
    assert found.max() <= fan * (1 + area * residual_bound(min(channels), E64))
    if size >= max(taps):  # no two taps meet, and Parseval says sum_f ||K_f||^2 / N = sum_t ||K_t||^2
        rms = float(np.sqrt(np.mean(found**2)))
        assert rms == pytest.approx(fan / area**0.5, rel=4 * residual_bound(len(found), E64))


@pytest.mark.parametrize(("layout", "shape"), [("OIHW", (4, 3, 3, 3)), ("OIW", (3, 5, 4)), ("HWIO", (3, 2, 2, 3))])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_row_has_the_operator_before_and_exact_as_dfi_measures_it(
    rng: np.random.Generator, layout: str, shape: tuple[int, ...], size: int
) -> None:
    W = rng.standard_normal(shape)
    row = fire_ref.audit({"w": W}, layout=layout, operator=size).rows[0]
    order = [layout.index(letter) for letter in "OIHW" if letter in layout]
    for when, kernel in {"before": W, "exact": fire_ref.fire(W, layout=layout)}.items():
        A = dense(kernel.transpose(order), (size,) * (len(layout) - 2))
        truth, found = np.linalg.svd(A, compute_uv=False), row.operator[when]
        near = 2 * residual_bound(len(truth), E64) * truth.max()
        assert np.abs(np.array(found[:3]) - [truth.max(), truth.min(), truth.mean()]).max() <= near
        again = float(fire_ref.dfi(kernel, operator=size, layout=layout, gain=found.mean))
        # By Gram matrices of taps there, by singular values here: both as far off as a dense Gram matrix may be.
        slack = dfi_slack(A, max(again, found.dfi), found.mean) + 4 * len(A) * near * truth.max() / found.mean**2
        assert abs(found.dfi - again) <= slack
        assert abs(found.dfi - dense_dfi(A, found.mean)) <= slack


def test_an_ensemble_is_measured_at_the_mean_of_all_its_operators(rng: np.random.Generator) -> None:
    W = rng.standard_normal((2, 4, 3, 3, 3))
    found = fire_ref.audit({"w": W}, layout="bOIHW", operator=4).rows[0].operator["before"]
    apart = [fire_ref.audit({"w": kernel}, operator=4).rows[0].operator["before"] for kernel in W]
    near = 4 * residual_bound(2 * 16 * 3, E64)
    assert found.mean == pytest.approx(np.mean([one.mean for one in apart]), rel=near)
    assert found.s_max == pytest.approx(max(one.s_max for one in apart), rel=near)
    assert found.s_min == pytest.approx(min(one.s_min for one in apart), abs=near * found.s_max)
    whole = float(np.sum(fire_ref.dfi(W, operator=4, layout="bOIHW", gain=found.mean)))
    assert found.dfi == pytest.approx(whole, rel=2 * 16 * 3 * near)


def test_every_backend_measures_the_operator(arrays: Backend, rng: np.random.Generator) -> None:
    for dtype in arrays.precisions:
        W = arrays.make(rng.standard_normal((5, 3, 2, 2)), dtype)
        row = fire_ref.audit({"w": W}, operator=4).rows[0]
        truth = truth_of(arrays.host(W), 4)
        found = row.operator["before"]
        assert close(np.array([found.s_min, found.s_max]), truth[[0, -1]])
        assert found.mean == pytest.approx(truth.mean(), rel=2 * residual_bound(len(truth), E64))
        exact = truth_of(fire_ref.fire(arrays.host(W)), 4)  # of the kernel before it is rounded to the dtype
        cond = max(np.linalg.cond(tap) for tap in matrices_of(arrays.host(W), "OIHW"))
        # The sum of four taps, each a factor of its own.
        near = 2 * 4 * row.gain * distance_bound(3, E64, float(cond)) + 2 * residual_bound(len(exact), E64)
        assert abs(row.operator["exact"].s_max - exact.max()) <= near


@pytest.mark.parametrize("j", [-1030, 997])
def test_a_scale_at_the_ends_of_the_range_is_carried_through(rng: np.random.Generator, j: int) -> None:
    W = rng.integers(-(2**20), 2**20, (3, 2, 3, 3)) / 2.0**20
    plain, scaled = (fire_ref.audit({"w": V}, operator=4).rows[0].operator for V in (W, np.ldexp(W, j)))
    before, q = plain["before"], 2 * 4 * 4
    # Relative to the least value: LAPACK's residual, and what a subnormal number cannot hold.
    lost = (2 * residual_bound(q, E64) * before.s_max + (2.0 ** (-1074 - j) if j < -1000 else 0.0)) / before.s_min
    assert np.ldexp(scaled["before"].mean, -j) == pytest.approx(before.mean, rel=lost)
    # u = s / mean moves by 2 lost u, u^2 - 1 by 4 lost u^2, and ||u^2|| <= ||u^2 - 1|| + sqrt q.
    error = 4 * lost * (before.dfi**0.5 + q**0.5)
    assert abs(scaled["before"].dfi - before.dfi) <= square_slack(before.dfi, error)
    assert scaled["exact"] == plain["exact"]


def test_what_has_no_spatial_axis_or_no_grid_has_no_operator(rng: np.random.Generator) -> None:
    state = {"fc": rng.standard_normal((3, 2)), "conv": rng.standard_normal((3, 2, 2, 2))}
    fc, conv = fire_ref.audit(state, operator=3).rows
    assert fc.operator is None
    assert set(conv.operator) == {"before", "exact"}
    assert all(row.operator is None for row in fire_ref.audit(state).rows)


def test_a_zero_kernel_is_short_of_an_isometry_by_its_dimension_at_every_gain() -> None:
    W = np.zeros((3, 2, 2, 2))
    found = fire_ref.audit({"w": W}, operator=3).rows[0].operator["before"]
    assert found == (0.0, 0.0, 0.0, 2 * 3 * 3)
    assert found.dfi == fire_ref.dfi(W, operator=3)


def test_a_summary_is_plain_numbers() -> None:
    found = summary(np.array([3.0, 1.0]))
    assert found == OperatorSpectrum(3.0, 1.0, 2.0, (9 / 4 - 1) ** 2 + (1 / 4 - 1) ** 2)
    assert all(type(number) is float for number in found)
