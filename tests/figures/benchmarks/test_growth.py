"""Exponents of known power laws, and what is taken from which rows."""

from __future__ import annotations

import pytest

from figures.benchmarks import growth
from figures.benchmarks.cases import QUICK
from figures.benchmarks.growth import exponent, grown, of_rows
from figures.benchmarks.rivals import OURS
from figures.benchmarks.stepping import OURS as STEPPED
from figures.benchmarks.timing import Pace

from .clocks import host


def test_a_power_law_gives_its_exponent() -> None:
    sizes = [128, 256, 512, 1024]
    for power in (0.0, 1.0, 2.7, 3.0):
        assert exponent(sizes, [1e-9 * n**power for n in sizes]) == pytest.approx(power)


def test_noise_is_averaged_over_the_logarithms() -> None:
    # Off by the same factor at both ends: the slope is that of the middle.
    assert exponent([1, 10, 100], [2.0, 10.0, 200.0]) == pytest.approx(1.0)


def test_small_sizes_may_be_left_out() -> None:
    sizes, seconds = [16, 64, 256, 1024], [1.0, 1.0, 256.0**2, 1024.0**2]
    assert exponent(sizes, seconds, 256) == pytest.approx(2.0)
    assert exponent(sizes, seconds) != pytest.approx(2.0, rel=0.1)


def test_one_size_has_no_exponent() -> None:
    assert exponent([256], [1.0]) is None
    assert exponent([16, 256], [1.0, 2.0], 256) is None


def test_only_double_gaussian_squares_are_of_one_family() -> None:
    def row(n: int, seconds: float, **other: object) -> dict[str, object]:
        found = {"kind": "Gaussian", "m": n, "n": n, "dtype": "float64", "seconds": {"x": {"median": seconds}}}
        return found | other

    rows = [
        row(512, 8.0),
        row(512, 1.0, dtype="float32"),
        row(256, 1.0),
        row(256, 7.0, kind="cond 1e8"),
        row(8, 3, m=9),
    ]
    found = of_rows(rows)
    assert found["sizes"] == [256, 512]
    assert found["series"] == {"x": {"seconds": [1.0, 8.0], "exponent": pytest.approx(3.0)}}
    assert of_rows([]) == {"sizes": [], "since": growth.SINCE, "series": {}}


def test_series_are_in_one_order() -> None:
    assert list(grown([1, 2], {"b": [1.0, 2.0], "a": [1.0, 1.0]})["series"]) == ["a", "b"]


def test_layers_and_stacks_are_measured_over_their_sizes() -> None:
    from dataclasses import replace

    plan = replace(QUICK, pace=Pace(1, 1, 1.0, 0.0), widths=(4, 8), layers=(1, 2), stack=(1, 3))
    device = host()
    for found, sizes in (
        (growth.of_layers(device, plan), [1, 2]),
        (growth.of_stacks(device, plan), [1, 3]),
        (growth.of_widths(device, plan), [4, 8]),
    ):
        assert found["sizes"] == sizes
        assert STEPPED in found["series"]
        assert (OURS["svd"] in found["series"]) == (sizes != [4, 8])
        assert all(len(one["seconds"]) == 2 for one in found["series"].values())
