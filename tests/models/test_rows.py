"""The row of one weight: every number against the public functions on the matrices that it stands for."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.checkpoints import Stored
from fire_ref.layout import parse
from fire_ref.models.rows import Request, measure
from fire_ref.models.selection import Choice
from fire_ref.tolerances import EPS, iterate_bound, residual_bound

from ..backends import Backend
from ..strategies import orthonormal, with_spectrum
from .truth import E64, Host, assert_true, matrices_of, square_slack

STEPS = (0, 1, 5, 10, 15)
#: Name -> axes in the order of the layout, layout.
SHAPES = {
    "tall": ((7, 4), "OI"),
    "wide": ((4, 9), "OI"),
    "square": ((12, 12), "OI"),
    "one entry": ((1, 1), "OI"),
    "one row": ((1, 6), "OI"),
    "transposed": ((4, 7), "IO"),
    "kernel": ((6, 4, 3, 3), "OIHW"),
    "last axes first": ((3, 2, 4, 6), "HWIO"),
    "one spatial axis": ((5, 6, 3), "OIW"),
    "three spatial axes": ((3, 4, 2, 1, 2), "OIDHW"),
    "ensemble": ((3, 5, 4), "bOI"),
    "ensemble of kernels": ((2, 4, 3, 2, 2), "bOIHW"),
    "depthwise": ((6, 1, 3, 3), "OIHW"),
}


def row_of(W: Any, layout: str | None = None, steps: tuple[int, ...] = STEPS, dtype: str | None = None) -> fire_ref.Row:
    """Return the row that `measure` makes of a weight."""
    shape = tuple(W.shape)
    tensor = Stored("w", shape, str(W.dtype) if dtype is None else dtype, lambda: W)
    choice = Choice("project", "", parse("audit", layout, shape))
    return measure(Request("audit", steps), tensor, W, choice).row


def weights(rng: np.random.Generator) -> dict[str, Host]:
    """Draw matrices that are special."""
    dead = rng.standard_normal((8, 5))
    dead[[2, 6]] = 0.0
    return {
        "rank deficient": with_spectrum(rng, 7, 5, np.array([3.0, 1.0, 0.0, 0.0, 0.0])),
        "ill-conditioned": with_spectrum(rng, 6, 8, np.geomspace(1, 1e-9, 6)),
        "beyond the rank rule": with_spectrum(rng, 6, 6, np.geomspace(1, 1e-17, 6)),
        "dead rows": dead,
        "zero": np.zeros((4, 3)),
        "isometry": orthonormal(rng, 9, 4),
        "at its gain": 2.0 * orthonormal(rng, 8, 2),
        "small": 1e-8 * rng.standard_normal((5, 5)),
        "large": 1e8 * rng.standard_normal((5, 5)),
    }


@pytest.mark.parametrize("name", SHAPES)
def test_every_number_of_a_row_is_what_the_public_functions_say_of_the_matrices(
    rng: np.random.Generator, name: str
) -> None:
    shape, layout = SHAPES[name]
    W = rng.standard_normal(shape)
    row = row_of(W, layout)
    assert_true(row, W)
    sizes = dict(zip(layout, shape, strict=True))
    area = np.prod([size for letter, size in sizes.items() if letter.isupper() and letter not in "OI"])
    assert row.gain == (sizes["O"] / sizes["I"]) ** 0.5 / area
    assert (row.layout, row.shape, row.action, row.note) == (layout, shape, "fire", "")
    A = matrices_of(W, layout)
    assert (row.matrices, row.directions) == (len(A), len(A) * min(A.shape[1:]))
    assert row.rank == row.directions


@pytest.mark.parametrize("name", sorted(weights(np.random.default_rng(0))))
def test_every_number_of_a_special_matrix_is_what_the_public_functions_say(rng: np.random.Generator, name: str) -> None:
    W = weights(rng)[name]
    assert_true(row_of(W), W)


@pytest.mark.parametrize("name", [*SHAPES, *sorted(weights(np.random.default_rng(0)))])
def test_rank_and_steps_and_responses_are_those_of_the_public_functions(rng: np.random.Generator, name: str) -> None:
    shape, layout = SHAPES.get(name, (None, "OI"))
    W = weights(rng)[name] if shape is None else rng.standard_normal(shape)
    row, A = row_of(W, layout), matrices_of(W, layout)
    some = [M for M in A if M.any()]
    assert row.rank == sum(fire_ref.polar_decomposition(M).rank for M in A)
    assert row.steps_needed == max((fire_ref.steps_needed(M) for M in some), default=None)
    assert row.zero_matrices == len(A) - len(some)
    for k in STEPS if some else ():
        least = min(float(fire_ref.predict(M, k).response_min) for M in some)
        assert abs(row.response_min[k] - least) <= iterate_bound(max(A.shape[1:]), E64, 1.5**k)


def test_so_many_steps_are_enough_and_one_less_is_not(rng: np.random.Generator) -> None:
    W = with_spectrum(rng, 7, 5, np.array([2.0, 1.0, 0.5, 0.1, 0.02]))
    k = row_of(W).steps_needed
    for steps, enough in (k, True), (k - 1, False):
        s = np.linalg.svd(fire_ref.newton_schulz(W, steps), compute_uv=False)
        assert (np.max(np.abs(1 - s)) <= 1e-6 + iterate_bound(5, E64, 1.5**steps)) == enough


def test_the_row_norms_are_those_of_the_output_units(rng: np.random.Generator) -> None:
    for name, (shape, layout) in SHAPES.items():
        W = rng.standard_normal(shape)
        row = row_of(W, layout)
        kept = tuple(i for i, letter in enumerate(layout) if letter != "O" and not letter.islower())
        norms = np.sqrt(np.sum(W * W, axis=kept))
        # A sum of nonnegative terms, each rounded once, and its root.
        close = pytest.approx((norms.min(), norms.max()), rel=W.size * E64)
        assert (row.row_norm_min, row.row_norm_max) == close, name


def test_the_two_parts_of_the_sfe_add_up_and_the_exact_one_is_the_optimum(rng: np.random.Generator) -> None:
    for W in (*weights(rng).values(), rng.standard_normal((4, 6, 3, 3))):
        row = row_of(W)
        # Sums of q squares, and of terms no larger than (||W|| + c sqrt q)^2.
        size = (row.squared_norm**0.5 + row.gain * row.directions**0.5) ** 2
        assert abs(row.sfe_isotropy + row.sfe_gain - row.sfe_optimum) <= 4 * row.directions * E64 * size
        assert row.sfe["exact"] == row.least_sfe["exact"] == row.sfe_optimum
        assert row.dfi["exact"] == row.deviation["exact"] == row.root_dfi["exact"] == 0.0


def test_a_weight_at_its_own_gain_has_nothing_to_pay(rng: np.random.Generator) -> None:
    row = row_of(weights(rng)["at its gain"])
    assert row.gain == 2.0
    assert row.sfe_optimum <= (2 * residual_bound(2, E64)) ** 2
    assert row.dfi_gain <= (2 * residual_bound(2, E64)) ** 2
    # One step from W / ||W||_F leaves it further from isometry than it is: the front asks nothing for that.
    assert row.dfi[1] > row.dfi_before
    assert row.least_sfe[1] == 0.0 < row.sfe[1]


def test_a_zero_weight_has_no_direction_that_counts() -> None:
    row = row_of(np.zeros((4, 3)))
    assert (row.rank, row.steps_needed, row.zero_matrices, row.dead_units, row.cond) == (0, None, 1, 4, np.inf)
    assert (row.dfi_before, row.dfi_gain, row.dfi[5], row.dfi["exact"]) == (3.0, 3.0, 3.0, 0.0)
    assert np.isnan(list(row.response_min.values())).all()  # as `predict` says of none
    assert row.sfe_isotropy == 0.0
    assert row.sfe_gain == pytest.approx(row.sfe_optimum, rel=4 * E64)  # 3 (4 / 3), once as a sum


def test_one_zero_tap_is_counted_and_the_others_decide_condition_and_steps(rng: np.random.Generator) -> None:
    W = rng.standard_normal((4, 3, 2, 2))
    W[:, :, 1, 0] = 0.0
    row, rest = row_of(W), row_of(W[:, :, [0, 0, 1], [0, 1, 1]], "OIW")
    assert (row.zero_matrices, row.rank, row.directions) == (1, 9, 12)
    assert (row.cond, row.steps_needed) == (rest.cond, rest.steps_needed)
    assert row.response_min == rest.response_min
    assert_true(row, W)


@pytest.mark.parametrize("layout", ["OIHW", "HWIO", "OIW", "bOI"])
def test_the_rank_rule_is_that_of_the_matrices_and_not_of_the_last_axes(layout: str) -> None:
    A = np.diag([1.0, 1.0, 1.0, 2 * E64])  # below 4 eps, above 1 eps
    others = tuple(i for i, letter in enumerate(layout) if letter not in "OI")
    row, alone = row_of(np.expand_dims(A, others), layout), row_of(A)
    assert (row.rtol, row.rank, row.dead_units) == (alone.rtol, alone.rank, alone.dead_units) == (4 * E64, 3, 1)
    assert row.steps_needed == alone.steps_needed == fire_ref.steps_needed(A)


@pytest.mark.parametrize("j", [-1030, -60, 60, 997])
def test_what_has_no_unit_does_not_depend_on_the_scale(rng: np.random.Generator, j: int) -> None:
    """2^-1030 is 1e-310, 2^997 is 1e300; integers of 20 bits are exact at every scale, sums of squares are not."""
    W = rng.integers(-(2**20), 2**20, (6, 4, 2, 1)) / 2.0**20
    row, scaled = row_of(W), row_of(np.ldexp(W, j))
    same = ("cond", "rank", "steps_needed", "dfi", "response_min", "rtol", "gain", "dead_units", "storage_floor")
    for name in same:
        assert getattr(scaled, name) == getattr(row, name), name
    # A subnormal singular value is rounded to a multiple of 2^-1074: by so much of the mean, and then squared.
    mean = np.linalg.svd(matrices_of(W, "OIHW"), compute_uv=False).mean()
    lost = 2.0 ** (-1074 - j) / mean if j < -1000 else 0.0
    error = 4 * lost * row.directions**0.5 * (1 + row.root_dfi["before"])
    assert abs(scaled.dfi_before - row.dfi_before) <= square_slack(row.dfi_before, error)
    assert abs(scaled.deviation["before"] - row.deviation["before"]) <= error
    assert scaled.s_max == pytest.approx(np.ldexp(row.s_max, j), rel=lost, abs=0)


def test_squares_beyond_the_range_are_inf_and_nothing_is_raised(rng: np.random.Generator) -> None:
    row = row_of(1e300 * rng.standard_normal((5, 3)))
    for number in (row.sfe_optimum, row.sfe[5], row.squared_norm, row.dfi_gain, row.sfe_gain):
        assert number == np.inf
    assert np.isfinite([row.dfi_before, row.dfi[5], row.cond, row.row_norm_max, row.deviation["before"]]).all()
    tiny = row_of(1e-310 * rng.standard_normal((5, 3)))
    assert tiny.squared_norm == 0.0
    assert tiny.sfe_optimum == tiny.sfe_gain == pytest.approx(3 * tiny.gain**2, rel=4 * E64)


@pytest.mark.parametrize("top", [1.5e308, 7e-323])
def test_no_sum_overflows_and_no_subnormal_number_is_rounded_on_the_way_to_a_number_without_unit(top: float) -> None:
    unit = 2.0 ** (np.frexp(top)[1] - 4)  # W is small integers times a power of two
    W = np.array([[7.0, 1.0, 0.0], [1.0, 6.0, 2.0], [0.0, 2.0, 5.0]])
    row, scaled = row_of(W), row_of(W * unit)
    assert scaled.dfi_before == pytest.approx(row.dfi_before, rel=8 * residual_bound(3, E64))
    assert scaled.deviation["before"] == pytest.approx(row.deviation["before"], rel=8 * residual_bound(3, E64))


def test_every_backend_and_precision_gives_the_row_of_the_values_it_holds(
    arrays: Backend, rng: np.random.Generator
) -> None:
    for shape, layout in ((5, 3), "OI"), ((5, 3, 2, 2), "OIHW"), ((3, 5, 2), "IOW"):
        for dtype in arrays.precisions:
            W = arrays.make(rng.standard_normal(shape), dtype)
            row = row_of(W, layout, dtype=dtype)
            assert_true(row, arrays.host(W))
            stack = matrices_of(arrays.host(W), layout)
            assert row.dtype == dtype
            assert row.rtol == max(stack.shape[1:]) * EPS["float64" if dtype == "float64" else "float32"], layout
            assert row.steps_needed == max(fire_ref.steps_needed(M, rtol=row.rtol) for M in stack)
            for value in (row.s_max, row.cond, row.dfi_before, row.row_norm_min, row.sfe[5]):
                assert type(value) is float


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_of_128_columns_is_counted_by_the_threshold_of_float32(
    arrays: Backend, rng: np.random.Generator, dtype: str
) -> None:
    if dtype not in arrays.precisions:
        pytest.skip(f"{arrays.name} has no {dtype}")
    W = arrays.make(rng.standard_normal((130, 128)), dtype)
    row = row_of(W, dtype=dtype)
    assert (row.rank, row.rtol) == (128, 130 * EPS["float32"])
    assert row.steps_needed == fire_ref.steps_needed(arrays.host(W), rtol=row.rtol)
    if dtype == "bfloat16":  # whose own threshold counts nothing
        assert fire_ref.polar_decomposition(W).rank == 0


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("shape", [(256, 256), (384, 256), (256, 640)])
def test_the_storage_floor_is_what_rounding_a_random_isometry_leaves(
    rng: np.random.Generator, shape: tuple[int, int], dtype: str
) -> None:
    """
    Q^T Q - I = Q^T E + E^T Q has n^2 entries of variance 2 v, v the mean square of a rounding error.

    Rounding in the binade [2^e, 2^(e+1)) has v = 4^e u^2 / 3: between 1/12 and 1/3 of x^2 u^2, and 1 / (8 ln 2) = 0.18
    over whole octaves, hence 0.36 n^2 u^2 / m. Entries of Q spread over several octaves, which takes the factor of 2
    either way to well below 1.5; n^2 / 2 independent terms scatter by 2 / n, below one per cent.
    """
    from ..backends import HALF

    m, n = max(shape), min(shape)
    Q = orthonormal(rng, m, n)
    stored = (Q if shape == (m, n) else Q.T).astype(HALF.get(dtype, dtype))
    row = row_of(stored, dtype=dtype)
    u = EPS[dtype] / 2
    assert row.storage_floor == pytest.approx(0.36 * n**2 * u**2 / m, rel=4 * E64)
    assert 1 / 1.5 <= float(fire_ref.dfi(stored.astype(np.float64))) / row.storage_floor <= 1.5


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_in_a_row_and_nothing_is_raised(arrays: Backend, bad: float) -> None:
    values = np.ones((4, 3))
    values[2, 1] = bad
    for dtype in arrays.precisions:
        row = row_of(arrays.make(values, dtype), dtype=dtype)
        assert row.action == "refuse"
        assert row.note == f"holds {float(bad)} at index (2, 1)"
        known = {"name", "shape", "dtype", "layout", "action", "note", "gain", "matrices", "directions"}
        for field in dataclasses.fields(row):
            value = getattr(row, field.name)
            if field.name in known | {"storage_floor"}:
                continue
            for number in value.values() if isinstance(value, dict) else (value,):
                assert number is None or np.isnan(number), field.name
        fine = row_of(arrays.make(np.ones((4, 3)), dtype), dtype=dtype)
        for name in ("dfi", "sfe", "least_sfe", "root_dfi", "deviation", "response_min"):
            assert getattr(row, name).keys() == getattr(fine, name).keys()
        assert (row.gain, row.matrices, row.directions) == (fine.gain, fine.matrices, fine.directions)


def test_a_direction_that_rank_does_not_count_is_moved_like_any_other() -> None:
    """Stored in float32, s = 5e-6 lies below 64 eps: rank and its steps leave it out, the iteration does not."""
    W = with_spectrum(np.random.default_rng(0), 64, 64, np.geomspace(1, 5e-6, 64)).astype(np.float32)
    row = row_of(W, steps=(10, 60))
    exact = W.astype(np.float64)
    assert row.rank is not None
    assert row.rank < 64
    assert row.steps_needed == fire_ref.steps_needed(W)
    assert row.steps_all == fire_ref.steps_needed(exact)
    assert row.steps_all > row.steps_needed
    for k in (10, 60):
        truth = float(fire_ref.dfi(fire_ref.newton_schulz(exact, k)))
        slack = iterate_bound(64, E64, 1.5**k)
        assert abs(row.dfi[k] - truth) <= 4 * (truth**0.5 + slack) * slack


def test_a_grid_of_very_many_points_is_refused_before_it_is_built() -> None:
    with pytest.raises(
        ValueError, match=r"^audit: operator must make a grid of at most \d+ points; got 100000 along 2"
    ):
        fire_ref.audit({"conv": np.ones((2, 2, 3, 3))}, operator=100_000)


@pytest.mark.parametrize(
    "run", [fire_ref.audit, lambda state, steps: fire_ref.reinitialize(state, "official", steps=steps)]
)
def test_more_steps_than_anything_needs_are_refused(run: Any) -> None:
    with pytest.raises(ValueError, match=r"steps must be at most 10000; got 1000000000"):
        run({"w": np.eye(2)}, steps=10**9)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_a_row_with_theory_stands_where_its_row_says(scale: float, rng: np.random.Generator) -> None:
    state = {"tall": scale * rng.standard_normal((9, 4)), "conv": scale * rng.standard_normal((4, 3, 3, 3))}
    for row, plain in zip(fire_ref.audit(state, theory=True).rows, fire_ref.audit(state).rows, strict=True):
        assert plain.theory is None
        assert row.theory is not None
        assert list(row.theory) == ["before", 5, 10, "exact"]
        for key, one in row.theory.items():
            assert one.root_dfi == pytest.approx(row.root_dfi[key], rel=1e-10, abs=1e-12)
            assert one.deviation == pytest.approx(row.deviation[key], rel=1e-10, abs=1e-12)
        assert row.dfi[5] == pytest.approx(plain.dfi[5], rel=1e-10)
    zero, broken = fire_ref.audit({"zero": np.zeros((2, 2)), "nan": np.full((2, 2), np.nan)}, theory=True).rows
    assert zero.theory is not None
    assert zero.theory["before"].theorems == "...."
    assert broken.theory is None
