"""excess: what a matrix pays above the front."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, residual_bound

from ..backends import Backend
from ..strategies import orthonormal, with_spectrum

Host = np.ndarray[Any, np.dtype[Any]]
EPS64 = EPS["float64"]


def excess_error(W: Host, V: Host, eps: float = EPS64) -> float:
    """
    Bound the computed excess of a V that is on the front up to a rounding error E, ||E|| <= e (||W|| + ||V||).

    SFE(W, V) moves by 2 sqrt(SFE) ||E||. The least SFE moves by lam |dDfI|, and on the front lam grad DfI is
    -grad SFE, so that this is at most 2 sqrt(SFE) ||E|| again; twice for the singular values of W and the DfI of
    V, which are computed with the same error. ||E||^2 terms follow.
    """
    error = residual_bound(min(V.shape[-2:]), eps) * (np.linalg.norm(W) + np.linalg.norm(V))
    return float(8 * np.sqrt(fire_ref.sfe(W, V)) * error + 8 * error**2)


@pytest.mark.parametrize("shape", [(7, 4), (4, 7), (5, 5)])
@pytest.mark.parametrize("gain", [1.0, 0.3, 5.0])
@pytest.mark.parametrize("weight", [0.1, 0.5, 1.0, 10.0, 1e4, np.inf])
def test_a_point_of_the_front_pays_nothing_above_it(
    rng: np.random.Generator, shape: tuple[int, int], gain: float, weight: float
) -> None:
    W = rng.standard_normal(shape)
    V = fire_ref.relax(W, weight=weight, gain=gain)
    paid = fire_ref.excess(W, V, gain=gain)
    assert abs(paid.sfe - paid.least_sfe) <= excess_error(W, V)
    assert paid.sfe == fire_ref.sfe(W, V)
    assert paid.dfi == fire_ref.dfi(V, gain=gain)
    assert not paid.dominated


def test_an_isometry_that_is_not_the_nearest_pays_by_hand() -> None:
    paid = fire_ref.excess(np.diag([2.0, 0.5]), np.array([[0.0, 1.0], [1.0, 0.0]]))
    assert (paid.sfe, paid.least_sfe, paid.dfi, bool(paid.dominated)) == (6.25, 1.25, 0.0, False)


@pytest.mark.parametrize("steps", [5, 10])
def test_finite_newton_schulz_lies_strictly_above_the_front(rng: np.random.Generator, steps: int) -> None:
    W = rng.standard_normal((96, 96)) * (2 / 96) ** 0.5  # He initialisation
    paid = fire_ref.excess(W, fire_ref.newton_schulz(W, steps))
    assert paid.sfe > 1.2 * paid.least_sfe  # 616 against 69 and 237 against 175 at 512 x 512
    assert not paid.dominated


def test_shrink_and_perturb_lies_far_above_the_front(rng: np.random.Generator) -> None:
    scale = (2 / 96) ** 0.5
    W = rng.standard_normal((96, 96)) * scale
    V = 0.5 * W + 0.5 * scale * rng.standard_normal((96, 96))
    paid = fire_ref.excess(W, V)
    assert paid.sfe > 3 * paid.least_sfe  # 513 against 57 at 512 x 512


def test_five_steps_from_an_isometry_are_dominated_by_doing_nothing(rng: np.random.Generator) -> None:
    W = orthonormal(rng, 64, 64)
    paid = fire_ref.excess(W, fire_ref.newton_schulz(W, 5))
    assert paid.dominated
    assert paid.least_sfe == 0.0
    assert paid.sfe > 1.0


def test_doing_nothing_costs_nothing(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4))
    paid = fire_ref.excess(W, W.copy())
    assert paid.sfe == paid.least_sfe == 0.0
    assert paid.dominated


def test_a_little_less_dfi_is_not_dominated() -> None:
    W = np.diag([2.0, 1.0])
    assert not fire_ref.excess(W, np.diag([1.99, 1.0])).dominated
    assert fire_ref.excess(W, np.diag([2.01, 1.0])).dominated


def test_each_pair_of_a_stack_is_judged_by_itself_on_every_backend(arrays: Backend, rng: np.random.Generator) -> None:
    values = with_spectrum(rng, 5, 3, np.array([2.0, 1.5, 0.5])) * np.ones((2, 2, 1, 1))
    after = np.stack([values[0], fire_ref.polar_factor(values[1])])
    after[0, 0] *= 1.5
    W, V = arrays.make(values, arrays.widest), arrays.make(after, arrays.widest)
    paid = fire_ref.excess(W, V)
    for figure in paid:
        assert type(figure) is type(W)
        assert tuple(figure.shape) == (2, 2)
    assert np.asarray(arrays.host(paid.dominated), dtype=bool).tolist() == [[True, True], [False, False]]
    difference = arrays.host(paid.sfe) - arrays.host(paid.least_sfe)
    assert difference[0, 0] > 1.0
    for i in range(2):
        assert abs(difference[1, i]) <= excess_error(values[1, i], after[1, i], EPS[arrays.widest])


def test_single_precision_pays_for_its_rounding_only(rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4)).astype(np.float32)
    V = fire_ref.relax(W, weight=1.0)
    paid = fire_ref.excess(W, V)
    assert paid.sfe.dtype == np.float64
    error = abs(paid.sfe - paid.least_sfe)
    assert error <= excess_error(W.astype(np.float64), V.astype(np.float64), EPS["float32"])


def network(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "linear": rng.standard_normal((5, 3)),
        "bias": rng.standard_normal(5),
        "conv": rng.standard_normal((4, 3, 2, 2)),
        "steps": np.array(3),
    }


def whole(state: dict[str, Any]) -> Host:
    """Write the matrices of a state as one block-diagonal matrix: the same SFE, DfI and spectrum."""
    blocks = [state["linear"], *(state["conv"][:, :, i, j] for i, j in np.ndindex(2, 2))]
    rows, columns = (sum(block.shape[axis] for block in blocks) for axis in (0, 1))
    out, i, j = np.zeros((rows, columns)), 0, 0
    for block in blocks:
        out[i : i + block.shape[0], j : j + block.shape[1]] = block
        i, j = i + block.shape[0], j + block.shape[1]
    return out


def test_a_state_is_judged_by_the_sums_over_its_layers(rng: np.random.Generator) -> None:
    W = network(rng)
    for V in (fire_ref.relax(W, weight=0.8, gain=1.5), {name: value * 0.5 for name, value in W.items()}):
        paid, alone = fire_ref.excess(W, V, gain=1.5), fire_ref.excess(whole(W), whole(V), gain=1.5)
        error = excess_error(whole(W), whole(V))
        assert abs(paid.sfe - alone.sfe) <= error
        assert abs(paid.least_sfe - alone.least_sfe) <= error
        assert paid.dominated == alone.dominated
        assert [type(figure) for figure in paid] == [np.float64, np.float64, np.float64, np.bool_]


def test_a_state_on_the_front_pays_nothing_and_layers_balanced_apart_do(rng: np.random.Generator) -> None:
    W = network(rng)
    together = fire_ref.relax(W, dfi=4.0)
    paid = fire_ref.excess(W, together)
    assert abs(paid.sfe - paid.least_sfe) <= excess_error(whole(W), whole(together))
    apart = {**fire_ref.relax(W, weight=0.05), "linear": fire_ref.polar_factor(W["linear"])}
    worse = fire_ref.excess(W, apart)
    assert worse.sfe - worse.least_sfe > excess_error(whole(W), whole(apart))


def test_a_state_that_did_not_move_is_dominated_at_no_cost(rng: np.random.Generator) -> None:
    W = network(rng)
    paid = fire_ref.excess(W, dict(W))
    assert (paid.sfe, paid.least_sfe, bool(paid.dominated)) == (0.0, 0.0, True)


def test_states_with_different_names_are_refused() -> None:
    with pytest.raises(ValueError, match=r"excess: W and V must have the same names; got only in one: \['a', 'b'\]"):
        fire_ref.excess({"a": np.eye(2)}, {"b": np.eye(2)})


@pytest.mark.parametrize(
    ("W", "V", "error", "message"),
    [
        (np.eye(2), np.ones((2, 3)), ValueError, "W and V must have one shape"),
        (np.eye(2), np.full((2, 2), np.nan), ValueError, "V must be finite; got nan"),
        (np.full((2, 2), np.nan), np.eye(2), ValueError, "W must be finite; got nan"),
        (np.eye(2), "V", TypeError, "V must be a dense array"),
        (np.eye(2), {"a": np.eye(2)}, TypeError, "W and V must"),
        ({"a": np.eye(2)}, np.eye(2), TypeError, "W and V must"),
        ({"a": np.eye(2)}, {"a": np.ones((2, 3))}, ValueError, r"W\['a'\] and V\['a'\] must have one shape"),
        ({"a": np.eye(2)}, {"a": np.full((2, 2), np.nan)}, ValueError, r"V\['a'\] must be finite; got nan"),
    ],
)
def test_a_refusal_names_excess_and_the_entry(W: Any, V: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^excess: {message}"):
        fire_ref.excess(W, V)


def test_two_libraries_are_refused(arrays: Backend) -> None:
    if arrays.name in ("numpy", "read-only"):
        pytest.skip("NumPy is the other library here")
    with pytest.raises(TypeError, match=r"W and V must be arrays of one library"):
        fire_ref.excess(np.eye(2), arrays.make(np.eye(2), arrays.widest))


def test_gain_must_be_positive() -> None:
    with pytest.raises(ValueError, match="excess: gain must be a finite number > 0"):
        fire_ref.excess(np.eye(2), np.eye(2), gain=0.0)


def test_an_entry_tied_before_and_not_after_is_still_compared() -> None:
    W = 2 * np.eye(2)
    found = fire_ref.excess({"a": W, "b": W}, {"a": W, "b": np.eye(2)})
    assert float(found.sfe) == 2.0
    assert float(found.dfi) == 18.0  # W's own 18 and 0
    one = fire_ref.excess({"a": W, "b": W}, {"a": (V := np.eye(2)), "b": V})
    assert float(one.sfe) == 2.0  # tied before and after: once


def test_where_both_dfi_overflow_nothing_is_dominated() -> None:
    found = fire_ref.excess(1e200 * np.eye(3), 1e190 * np.eye(3))
    assert not found.dominated
    assert not fire_ref.excess({"a": 1e200 * np.eye(3)}, {"a": 1e190 * np.eye(3)}).dominated
