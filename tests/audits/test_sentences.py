"""Each sentence is there when its numbers say so, with those numbers in it, and not otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import fire_ref
from fire_ref import Audit
from fire_ref.audits.sentences import COARSE, WEAK, layers, say
from fire_ref.audits.totals import total

from ..backends import HALF
from ..strategies import with_spectrum
from .networks import State, ordinary, orthogonal

#: Words by which a kind of sentence is known, whatever else it says.
KINDS = {
    "moved": "away from isometry, ",
    "not moved": "moves no layer away",
    "left": "leaves the smallest direction",
    "needed": "Within 1e-6 of isometry",
    "price": "Exact FIRE changes the network",
    "free": "Exact FIRE leaves the network as it is",
    "paid": "buys the same DfI",
    "dominated": "doing nothing has no more DfI",
    "dead": "dead unit",
    "zero": "divides by zero",
    "deficient": "without full rank",
    "coarse": "even exact isometries keep DfI",
    "operator": "the convolution's own singular values",
    "refused": "FIRE cannot take it",
    "nothing": "No weight here",
}


def of(found: Audit, kind: str) -> list[str]:
    """The sentences of one kind."""
    return [text for text in found.sentences if KINDS[kind] in text]


def kinds(found: Audit) -> set[str]:
    """The kinds of sentences there are; every sentence is of exactly one."""
    for text in found.sentences:
        assert sum(words in text for words in KINDS.values()) == 1, text
    return {kind for kind in KINDS if of(found, kind)}


def test_an_isometry_is_moved_away_and_doing_nothing_is_better(rng: np.random.Generator) -> None:
    found = fire_ref.audit({"q": orthogonal(rng, 64)}, steps=5)
    row = found.rows[0]
    (text,) = of(found, "moved")
    assert text.startswith("k = 5 moves 1 of 1 layer away")
    assert f"q most: DfI {row.dfi_before:.4g} to {row.dfi[5]:.4g}" in text
    assert row.dfi[5] > 10  # each of 64 directions at 77 % of isometry
    (text,) = of(found, "dominated")
    assert f"k = 5 pays SFE {row.sfe[5]:.4g}" in text
    assert kinds(found) == {"moved", "left", "needed", "free", "dominated"}


def test_the_layer_that_is_moved_most_is_named(rng: np.random.Generator) -> None:
    # At its own scale a multiple of an isometry is one.
    state = {"some": orthogonal(rng, 32), "most": 3 * orthogonal(rng, 64), "none": np.diag([3.0, 0.3])}
    found = fire_ref.audit(state, steps=(5, 30))
    assert "k = 5 moves 2 of 3 layers away from isometry, most most" in of(found, "moved")[0]
    towards = fire_ref.audit({"none": state["none"]}, steps=(5, 10))
    assert [text.split(" moves")[0] for text in of(towards, "not moved")] == ["k = 5", "k = 10"]
    assert not of(towards, "moved")


def test_an_isometry_that_stays_one_within_rounding_is_not_moved() -> None:
    found = fire_ref.audit({"eye": np.eye(4)}, steps=20)
    assert found.rows[0].dfi_before == 0
    assert 0 < found.rows[0].dfi[20] < 1e-29  # four directions, each off by one last bit
    assert kinds(found) == {"not moved", "needed", "free"}


def test_what_k_steps_leave_behind_is_told_of_the_worst_layer(rng: np.random.Generator) -> None:
    state = {
        "better": with_spectrum(rng, 4, 4, np.array([1, 1, 1, 0.1])),
        "worst": with_spectrum(rng, 4, 4, np.array([1, 1, 1, 1e-3])),
        "fine": np.eye(2),
    }
    found = fire_ref.audit(state, steps=(5, 30))
    row = found.rows[1]
    (text,) = of(found, "left")
    assert text.startswith(f"worst: k = 5 leaves the smallest direction at {100 * row.response_min[5]:.2g} %")
    assert f"{row.steps_needed} steps" in text
    assert "in 2 of 3 layers some direction stays below 99 %" in text
    assert all(row.response_min[5] < WEAK for row in found.rows[:2])


def test_the_steps_that_are_needed_are_told_of_the_slowest_layer(rng: np.random.Generator) -> None:
    found = fire_ref.audit({"slow": with_spectrum(rng, 3, 3, np.array([1, 1, 1e-4])), "quick": np.eye(2)})
    slow, quick = (row.steps_needed for row in found.rows)
    assert quick is not None
    assert quick <= 5 < 10 < slow
    (text,) = of(found, "needed")
    assert f"k = 5 for 1 and k = 10 for 1 of 2 layers; all of them after {slow} steps (slow)" in text


def test_the_price_is_that_of_the_network(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng))
    whole = found.totals
    (text,) = of(found, "price")
    assert f"SFE {whole.sfe['exact']:.4g}, {100 * whole.sfe['exact'] / whole.squared_norm:.3g} %" in text
    assert f"{100 * whole.sfe_gain / whole.sfe['exact']:.2g} % of that SFE is gain" in text
    for k, text in zip(found.steps, of(found, "paid"), strict=True):
        assert f"k = {k} pays SFE {whole.sfe[k]:.4g}, where {whole.least_sfe[k]:.4g} buys" in text
        assert f"({whole.dfi[k]:.4g})" in text


def test_less_than_a_percent_above_the_front_is_not_worth_a_word(rng: np.random.Generator) -> None:
    found = fire_ref.audit({"w": with_spectrum(rng, 4, 4, np.linspace(2, 1, 4))}, steps=(4, 5))
    paid = {k: found.totals.sfe[k] / found.totals.least_sfe[k] for k in found.steps}
    assert 1.001 < paid[5] < 1.01 < paid[4]
    assert [text[:5] for text in of(found, "paid")] == ["k = 4"]


def test_dead_units_survive_exact_fire_only_where_the_rank_allows_it(rng: np.random.Generator) -> None:
    tall, square = rng.standard_normal((6, 3)), rng.standard_normal((4, 4))
    tall[[1, 4]] = square[2] = 0
    (text,) = of(fire_ref.audit({"tall": tall, "fine": np.eye(3)}), "dead")
    assert re.match(r"2 dead units .*tall", text)
    assert "exact or not" in text
    (text,) = of(fire_ref.audit({"square": square}), "dead")
    assert re.match(r"1 dead unit .*square", text)
    assert "arbitrar" in text
    both = of(fire_ref.audit({"tall": tall, "square": square, "other": 2 * tall}), "dead")
    assert [re.match(r"\d+", text)[0] for text in both] == ["4", "1"]
    assert "tall and 1 more" in both[0]


def test_zero_matrices_and_missing_ranks_are_counted(rng: np.random.Generator) -> None:
    kernel = rng.standard_normal((3, 3, 2, 2))
    kernel[:, :, 0, 1] = 0
    found = fire_ref.audit({"conv": kernel, "fine": np.eye(2)})
    assert of(found, "zero")[0].startswith("conv: 1 of 4 matrices ")
    assert of(found, "deficient")[0].startswith("1 of 2 layers without full rank (conv: 9 of 12)")
    flat = fire_ref.audit({"flat": np.ones((4, 4))})
    assert of(flat, "deficient")[0].startswith("1 of 1 layer without full rank (flat: 1 of 4)")
    both = fire_ref.audit({"conv": kernel, "flat": np.ones((9, 9))})
    assert of(both, "deficient")[0].startswith("2 of 2 layers without full rank (flat: 1 of 9)")
    assert not of(flat, "zero")


def test_of_a_zero_weight_nothing_is_said_that_a_later_sentence_denies() -> None:
    found = fire_ref.audit({"zero": np.zeros((3, 3)), "fine": np.eye(3)})
    assert of(found, "zero")
    assert not of(found, "dead")
    assert not any("all of them after" in text for text in of(found, "needed"))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_has_a_floor(dtype: str, rng: np.random.Generator) -> None:
    big = rng.standard_normal((64, 64)).astype(HALF.get(dtype, dtype))
    found = fire_ref.audit({"half": big, "same": big.copy(), "single": rng.standard_normal((64, 64)).astype("f4")})
    assert found.rows[0].storage_floor > COARSE
    (text,) = of(found, "coarse")
    assert text.startswith(f"Stored as {dtype}")
    assert f"DfI {2 * found.rows[0].storage_floor:.2g} in all" in text
    small = {"small": big[:2, :2], "single": rng.standard_normal((64, 64)).astype("f4")}
    floor = fire_ref.audit(small).rows[0].storage_floor
    assert bool(of(fire_ref.audit(small), "coarse")) == (floor > COARSE) == (dtype == "bfloat16")


def test_the_operator_is_told_where_it_was_asked_for(rng: np.random.Generator) -> None:
    state = {"conv": rng.standard_normal((3, 2, 3, 3)), "dense": np.eye(3)}
    found = fire_ref.audit(state, operator=5)
    exact = found.rows[0].operator["exact"]
    assert "conv: after exact FIRE" in of(found, "operator")[0]
    assert f"from {exact.s_min:.3g} to {exact.s_max:.3g}" in of(found, "operator")[0]
    assert not of(fire_ref.audit(state), "operator")
    assert not of(fire_ref.audit({"dense": np.eye(3)}, operator=5), "operator")


def test_a_broken_tensor_is_told_first() -> None:
    state = {"fine": np.eye(2), "worse": np.array([[1.0, 2.0], [np.nan, 3.0]]), "inf": np.full((2, 2), -np.inf)}
    found = fire_ref.audit(state)
    assert found.sentences[0].startswith("worse (and 1 more) holds nan at index (1, 0): ")
    assert len(found.sentences) > 3
    alone = fire_ref.audit({"worse": state["worse"]})
    assert kinds(alone) == {"nothing", "refused"}


@pytest.mark.parametrize("state", [{"bias": np.ones(3)}, {"table": np.arange(4).reshape(2, 2)}])
def test_a_network_without_weights_has_one_sentence(state: State) -> None:
    assert kinds(fire_ref.audit(state)) == {"nothing"}
    assert len(fire_ref.audit(state).sentences) == 1


def test_sentences_are_made_from_the_rows_alone(rng: np.random.Generator) -> None:
    found = fire_ref.audit(ordinary(rng))
    assert say(found.rows, found.totals, found.steps) == found.sentences
    kept = [replace(row, action="keep") for row in found.rows]
    assert say(kept, total(kept, found.spectra, found.steps), found.steps)[0].startswith(KINDS["nothing"])


@pytest.mark.parametrize("steps", [0, 1, (5, 10), (3, 40)])
@pytest.mark.parametrize("scale", [1e-300, 1e-4, 1.0, 1e4, 1e300])
def test_no_sentence_holds_nan_or_inf(steps: int | Sequence[int], scale: float, rng: np.random.Generator) -> None:
    zero = {"zero": np.zeros((3, 3)), "flat": np.ones((3, 3)), "bias": np.ones(2)}
    state = {name: scale * W for name, W in (ordinary(rng) | zero).items()}
    found = fire_ref.audit(state, steps=steps, operator=4)
    assert not [text for text in found.sentences if re.search(r"\b(nan|inf|None)\b", text)]


def test_one_is_one_layer() -> None:
    assert (layers(0), layers(1), layers(2)) == ("0 layers", "1 layer", "2 layers")


def test_how_many_layers_the_paper_speaks_of_is_counted() -> None:
    state = {"near": np.diag([1.2, 0.9]), "far": np.diag([5.0, 0.1, 0.1])}
    told = [text for text in fire_ref.audit(state, steps=1, theory=True).sentences if "theorem" in text]
    assert told == ["sqrt(DfI) below 1, as the paper's theorems ask: 1 before, 1 after k = 1, 2 exact, of 2 layers."]
    assert not [text for text in fire_ref.audit(state).sentences if "theorem" in text]
