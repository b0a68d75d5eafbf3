"""The polynomials: their numbers, their properties, and how they are laid over the steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.coefficients import at, schedule
from fire_ref.tolerances import EPS, residual_bound

W = np.array([[3.0, 1.0], [0.5, 2.0], [1.0, -1.0]])


def test_the_names_and_their_numbers_are_those_of_the_contract() -> None:
    assert tuple(fire_ref.COEFFICIENTS) == ("cubic", "muon", "quintic", "polar-express")
    assert fire_ref.COEFFICIENTS["cubic"] == ((1.5, -0.5),)
    assert fire_ref.COEFFICIENTS["muon"] == ((3.4445, -4.7750, 2.0315),)
    assert fire_ref.COEFFICIENTS["quintic"] == ((1.875, -1.25, 0.375),)
    assert len(fire_ref.COEFFICIENTS["polar-express"]) == 8
    assert fire_ref.COEFFICIENTS["polar-express"][0] == (
        8.28721201814563,
        -23.595886519098837,
        17.300387312530933,
    )
    assert fire_ref.COEFFICIENTS["polar-express"][-1] == (1.875, -1.25, 0.375)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        fire_ref.COEFFICIENTS["cubic"] = ((2.0, -1.0),)  # type: ignore[index]


@pytest.mark.parametrize("name", ["cubic", "quintic"])
def test_convergent_polynomials_have_a_flat_fixed_point_at_one(name: str) -> None:
    ((a, b, c),) = schedule("test", name)
    assert a + b + c == 1.0
    assert a + 3 * b + 5 * c == 0.0


def test_the_quintic_is_flat_to_second_order_at_one() -> None:
    ((_, b, c),) = schedule("test", "quintic")
    assert 6 * b + 20 * c == 0.0


def test_polar_express_ends_in_the_quintic() -> None:
    assert schedule("test", "polar-express")[-1] == schedule("test", "quintic")[0]


@pytest.mark.parametrize("name", ["cubic", "muon", "quintic", "polar-express"])
def test_a_name_means_its_numbers(name: str) -> None:
    given = fire_ref.newton_schulz(W, 9, coefficients=fire_ref.COEFFICIENTS[name])
    assert np.array_equal(fire_ref.newton_schulz(W, 9, coefficients=name), given)


@pytest.mark.parametrize(
    "cubic",
    [
        (1.5, -0.5),
        [1.5, -0.5],
        (1.5, -0.5, 0),
        ((1.5, -0.5),),
        np.array([1.5, -0.5]),
        np.array([[1.5, -0.5, 0]]),
    ],
)
def test_flat_and_nested_numbers_of_any_kind_mean_the_same(cubic: Any) -> None:
    assert np.array_equal(fire_ref.newton_schulz(W, 4, coefficients=cubic), fire_ref.newton_schulz(W, 4))


def test_integers_are_coefficients_too() -> None:
    # f(s) = 2 s - s^3 takes 1 to 1 and 0.5 to 0.875
    assert fire_ref.spectral_response([0.5, 1.0], 1, coefficients=(2, -1)).tolist() == [0.875, 1.0]


def test_each_step_takes_its_own_tuple_and_the_last_is_repeated() -> None:
    steps = [(2.0, -1.5, 0.5), (1.5, -0.5), (1.875, -1.25, 0.375)]
    X = fire_ref.newton_schulz(W, 0)
    for triple in [*steps, steps[-1], steps[-1]]:
        X = fire_ref.newton_schulz(X, 1, coefficients=triple, normalization="none")
    assert np.array_equal(fire_ref.newton_schulz(W, 5, coefficients=steps), X)


def test_a_schedule_longer_than_the_steps_is_cut_off() -> None:
    cut = fire_ref.newton_schulz(W, 2, coefficients=fire_ref.COEFFICIENTS["polar-express"][:2])
    assert np.array_equal(fire_ref.newton_schulz(W, 2, coefficients="polar-express"), cut)


def test_at_repeats_the_last_triple() -> None:
    triples = schedule("test", [(1.0, 2.0), (3.0, 4.0)])
    assert [at(triples, step)[0] for step in range(4)] == [1.0, 3.0, 3.0, 3.0]


def test_response_follows_the_schedule_of_the_iteration() -> None:
    U, s, Vh = np.linalg.svd(W / np.linalg.norm(W), full_matrices=False)
    for name in fire_ref.COEFFICIENTS:
        p = fire_ref.spectral_response(s, 9, coefficients=name)
        gap = fire_ref.newton_schulz(W, 9, coefficients=name) - (U * p) @ Vh
        assert np.linalg.norm(gap) <= residual_bound(2, EPS["float64"]) * max(1.0, np.max(p / s))


@pytest.mark.parametrize("function", ["newton_schulz", "newton_schulz_iterates", "fire", "predict", "steps_needed"])
def test_an_unknown_name_lists_the_known_ones(function: str) -> None:
    with pytest.raises(
        ValueError, match=rf"^{function}: coefficients must be one of 'cubic', 'muon', .*; got 'Cubic'\."
    ):
        getattr(fire_ref, function)(W, coefficients="Cubic")


@pytest.mark.parametrize(
    "wrong",
    [
        (),
        [],
        (1.0,),
        (1.0, 2.0, 3.0, 4.0),
        [()],
        [(1.5, -0.5), (1.0,)],
        (1.5, np.nan),
        (np.inf, 1.0),
        pytest.param((10**400, 1), id="huge"),
    ],
)
def test_numbers_of_the_wrong_count_or_not_finite_are_a_value_error(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^newton_schulz: coefficients must .*; got .+\. Try \(1\.5, -0\.5\)\.$"):
        fire_ref.newton_schulz(W, coefficients=wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        3,
        1.5,
        True,
        (True, False),
        ("1.5", "-0.5"),
        [(1.5, "a")],
        [(1, 2), 3],
        (1.5, -0.5j),
        {"a": 1},
        b"cubic",
    ],
)
def test_what_is_no_number_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^newton_schulz: coefficients must be a name, \(a, b\)"):
        fire_ref.newton_schulz(W, coefficients=wrong)
