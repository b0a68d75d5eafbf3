"""Half precision is judged on spectra that stretch errors least."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.mild import KEPT, RATIOS, SIDES, mildest
from fire_ref.conformance.precision import HALVES
from fire_ref.conformance.spectra import spectrum, with_spectrum
from fire_ref.conformance.truth import truth
from fire_ref.tolerances import CONCLUSIVE, EPS, faithful_bound

from .observed import VERIFIABLE


def stretch(name: str, recipe: str, p: int) -> float:
    W = with_spectrum(np.random.default_rng(0), p, p, spectrum(recipe, p))
    return truth(W, DIALECTS[name], "matrix").amplification


@pytest.mark.parametrize("name", VERIFIABLE)
def test_the_spectra_are_of_the_table_and_the_first_is_the_mildest(name: str) -> None:
    p, recipes = mildest(name)
    assert p in SIDES
    assert len(set(recipes)) == KEPT
    for recipe in recipes:
        _, many, ratio = recipe.split(":")
        assert 0 < int(many) < p
        assert float(ratio) in RATIOS
    assert mildest(name) == (p, recipes)


@pytest.mark.parametrize("name", VERIFIABLE)
def test_no_other_spectrum_of_that_side_is_much_milder(name: str) -> None:
    """The search also looks a percent to either side, so that the order may differ a little at the very value."""
    p, recipes = mildest(name)
    least = min(stretch(name, f"two:{q}:{ratio}", p) for q in range(1, p) for ratio in RATIOS)
    nearby = max(stretch(name, recipes[0], p), 1.0)
    assert least <= nearby <= 2 * least


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("name", ["official", "official-gpt", "muon", "cubic5", "deepseek-v4"])
def test_float16_is_conclusive_on_them(name: str, dtype: str) -> None:
    p, recipes = mildest(name)
    bound = faithful_bound(EPS[dtype], stretch(name, recipes[0], p))
    assert bound <= CONCLUSIVE
