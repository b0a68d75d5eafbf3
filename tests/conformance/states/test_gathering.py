"""Curves and fitting dialects of a network's blocks."""

from __future__ import annotations

import numpy as np
import pytest

from fire_ref.conformance.states.gathering import CURVES, POINTS

from .mutants import C_ATTN
from .small import network
from .test_weights import judged


@pytest.mark.parametrize(("steps", "fits"), [(10, "official"), (5, "official-gpt"), (20, None), (7, None)])
def test_dialects_that_fit(steps: int, fits: str | None) -> None:
    found = judged("gpt", ["transformer.h.0.mlp.c_proj.weight", C_ATTN], steps=steps)
    assert (fits in found.fits) if fits else not {"official-gpt", "muon"} & set(found.fits)


def test_curves_are_few_and_short_and_have_what_was_declared() -> None:
    names = [name for name, W in network("llama").items() if "proj" in name and W.ndim == 2]
    found = judged("llama", names)
    assert len(found.curves) == CURVES
    for _, probe in found.curves:
        assert len(probe.values) == len(probe.response) == len(probe.declared) <= POINTS
        assert list(probe.values) == sorted(probe.values)
        np.testing.assert_allclose(probe.response, probe.declared, atol=1e-4)
