from __future__ import annotations

from typing import Any

import pytest

import fire_ref
from fire_ref.conformance.dialect import DIALECTS
from fire_ref.conformance.requested import declared, options, setup

from .mutants import Array, ns

PLAIN: dict[str, Any] = {
    "arrays": "numpy",
    "dtype": "float32",
    "kwargs": None,
    "result": None,
    "in_place": False,
    "adapter": None,
}


def test_what_fits_is_taken() -> None:
    assert declared("official", "weight") is DIALECTS["official"]
    found = setup(DIALECTS["official"], "weight", **PLAIN | {"kwargs": {"steps": 5}, "arrays": "torch"})
    assert (found.arrays, found.dtype, dict(found.kwargs)) == ("torch", "float32", {"steps": 5})
    assert found.device is None
    options(True, 1.0, print)


def test_a_device_is_passed_on() -> None:
    for arrays, device in ("torch", "cuda"), ("jax", "cpu"), ("cupy", None):
        found = setup(DIALECTS["official"], "weight", **PLAIN | {"arrays": arrays, "device": device})
        assert found.device == device


@pytest.mark.parametrize(
    ("wrong", "error", "text"),
    [
        ({"kwargs": [1]}, TypeError, "verify: kwargs must map names to values"),
        ({"kwargs": {1: 2}}, TypeError, "verify: kwargs must map names to values"),
        ({"result": 1.5}, TypeError, "verify: result must be an index or a name"),
        ({"result": True}, TypeError, "verify: result must be an index or a name"),
        ({"in_place": "no"}, TypeError, "verify: in_place must be True or False"),
        ({"in_place": True, "result": 0}, ValueError, "verify: result must be absent with in_place"),
        ({"adapter": "linear", "in_place": True}, ValueError, "verify: adapter must be used without in_place"),
        ({"adapter": "conv3d"}, ValueError, "verify: adapter must be"),
        ({"arrays": "tensorflow"}, ValueError, "verify: arrays must be"),
        ({"dtype": "float8"}, ValueError, "verify: dtype must be"),
        ({"device": "gpu"}, ValueError, "verify: device must be one of 'cpu', 'cuda'; got 'gpu'"),
        ({"device": "cuda"}, ValueError, "verify: device must be 'cpu' with arrays='numpy'"),
        ({"device": "cpu", "arrays": "cupy"}, ValueError, "verify: device must be 'cuda' with arrays='cupy'"),
    ],
)
def test_misuse_is_a_sentence(wrong: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        setup(DIALECTS["official"], "weight", **PLAIN | wrong)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"quick": "yes"}, TypeError),
        ({"timeout": -1}, ValueError),
        ({"progress": 3}, TypeError),
        ({"seed": "x"}, TypeError),
        ({"seed": -1}, ValueError),
        ({"checks": []}, ValueError),
        ({"level": "model"}, ValueError),
    ],
)
def test_every_option_is_checked(wrong: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=r"^verify: "):
        fire_ref.verify(ns, **wrong)


@pytest.mark.parametrize("result", [5, "R"])
def test_an_item_that_is_not_returned_is_misuse(result: int | str) -> None:
    def pair(W: Array) -> tuple[Array, Array]:
        return ns(W), W

    with pytest.raises(ValueError, match=r"^verify: result must be an item of what the target returns"):
        fire_ref.verify(pair, result=result, quick=True)


@pytest.mark.parametrize("target", [3, None, "no_colon", "no.such.module:f", "math:pi", "math:hypotenuse"])
def test_what_is_no_target_is_refused(target: Any) -> None:
    with pytest.raises(ValueError, match=r"^verify: target must"):
        fire_ref.verify(target)
