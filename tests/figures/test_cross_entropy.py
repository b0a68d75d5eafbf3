"""Losses: torch's, whatever the size of the logits, and the least that a fixed answer pays."""

from __future__ import annotations

import numpy as np
import pytest

from figures.cross_entropy import nats, unigram
from fire_ref.tolerances import EPS

from ..backends import available


@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_it_is_torchs(scale: float, rng: np.random.Generator) -> None:
    torch = available("torch")
    logits, targets = scale * rng.standard_normal((20, 7)), rng.integers(0, 7, 20)
    wanted = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(targets), reduction="none").numpy()
    # A difference of two logits, and a sum of seven.
    np.testing.assert_allclose(nats(logits, targets), wanted, rtol=0, atol=10 * EPS["float64"] * np.abs(logits).max())


def test_single_precision_is_summed_in_double(rng: np.random.Generator) -> None:
    logits = rng.standard_normal((4, 30000)).astype(np.float32)
    targets = np.arange(4)
    found = nats(logits, targets)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, nats(logits.astype(np.float64), targets))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    in_single = -np.log(shares[np.arange(4), targets])
    assert np.abs(in_single - found).max() > 100 * EPS["float64"]


def test_a_certain_answer_costs_nothing_and_a_wrong_one_its_margin() -> None:
    assert nats(np.array([[800.0, 0.0]]), np.array([0])) == [0.0]
    assert nats(np.array([[800.0, 0.0]]), np.array([1])) == [800.0]


def test_no_fixed_answer_pays_less_than_unigram(rng: np.random.Generator) -> None:
    targets = rng.integers(0, 5, 50) * rng.integers(0, 2, 50)
    counts = np.bincount(targets, minlength=5)
    best = np.log(np.maximum(counts, 1e-300))
    pays = [nats(np.tile(logits, (50, 1)), targets).mean() for logits in (best, *rng.standard_normal((20, 5)))]
    assert pays[0] == pytest.approx(unigram(targets))
    assert min(pays[1:]) > unigram(targets)
    assert unigram(targets) < np.log(5)
