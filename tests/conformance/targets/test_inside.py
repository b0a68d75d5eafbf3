"""A callable of this process is a target with a name, versions and parameters."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.targets.inside import Inside
from fire_ref.conformance.targets.outcome import Call, Setup, Target

from ...backends import available
from .hostile import VALUES


class Model:
    def polar(self, x: Any, steps: int = 5) -> Any:
        return x * steps

    def __call__(self, x: Any) -> Any:
        return x


def test_it_is_a_target() -> None:
    with Inside(Model().polar, Setup(kwargs={"steps": 2})) as inside:
        target: Target = inside
        assert target.name == f"{__name__}:Model.polar"
        assert target.parameters == ("steps",)
        assert target.versions["numpy"] == np.__version__
        assert target.loading_seconds == 0
        assert np.array_equal(target.call(Call(VALUES)).values[0], 2 * VALUES, equal_nan=True)


def test_names_of_callables_without_one() -> None:
    assert Inside(functools.partial(Model().polar, steps=3)).name == f"{__name__}:Model.polar"
    assert Inside(Model()).name == f"{__name__}:Model"
    assert Inside(np.linalg.svd).name.endswith(":svd")
    assert Inside(np.exp).name.endswith("exp") or Inside(np.exp).name.endswith("ufunc")


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(ValueError, match="target must be callable, or a name; got 3 of type int"):
        Inside(3)
    with pytest.raises(ValueError, match="target must accept one array and power"):
        Inside(Model(), Setup(kwargs={"power": 2}))
    with pytest.raises(ValueError, match="arrays must be one of"):
        Inside(Model(), Setup("tensorflow"))
    with pytest.raises(ValueError, match="adapter must be used with torch"):
        Inside(Model(), Setup(adapter="linear"))


def test_jax_without_x64_is_refused() -> None:
    jax = available("jax")
    with jax.enable_x64(False), pytest.raises(ValueError, match="x64"):
        Inside(Model(), Setup("jax", "float64"))
