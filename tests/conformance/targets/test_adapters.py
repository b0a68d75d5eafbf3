"""A torch module stands in for its weight, and every other part of it is watched."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fire_ref.conformance.targets import adapters
from fire_ref.conformance.targets.answers import to_host
from fire_ref.conformance.targets.invoking import invoke
from fire_ref.conformance.targets.outcome import Call, Setup

from ...backends import available

LINEAR = np.arange(12, dtype=np.float32).reshape(3, 4)
CONV = np.arange(48, dtype=np.float32).reshape(2, 3, 4, 2)


def outcome(fn: Any, values: Any = LINEAR, adapter: str = "linear", **kwargs: Any) -> Any:
    return invoke(fn, Setup("torch", adapter=adapter, **kwargs), Call(values))


def test_modules_hold_the_values_exactly() -> None:
    torch = available("torch")
    before = torch.get_rng_state()
    for adapter, values, kind in (("linear", LINEAR, torch.nn.Linear), ("conv2d", CONV, torch.nn.Conv2d)):
        for dtype in (np.float64, np.float32, np.float16, ml_dtypes.bfloat16):
            for form in ("plain", "strided", "fortran"):
                made = adapters.module(adapter, values.astype(dtype), form)
                assert type(made) is kind
                found = to_host(adapters.weight(made)).values
                assert found is not None
                assert found.dtype == dtype
                assert found.tobytes() == values.astype(dtype).tobytes()
                assert bool((made.bias != 0).all())
    assert torch.equal(torch.get_rng_state(), before)
    assert adapters.module("linear", LINEAR)(torch.ones(4)).shape == (3,)
    assert adapters.module("conv2d", CONV)(torch.ones(1, 3, 8, 8)).shape == (1, 2, 5, 7)


def test_all_of_a_module_is_on_its_device() -> None:
    available("torch")
    for adapter, values in (("linear", LINEAR), ("conv2d", CONV)):
        for device in ("cpu", "meta"):
            made = adapters.module(adapter, values, "strided", device)
            assert [part.device.type for part in made.parameters()] == [device, device]


def test_editing_the_given_module() -> None:
    torch = available("torch")

    def target(module: Any) -> None:
        with torch.no_grad():
            module.weight.mul_(2)

    for values, adapter in ((LINEAR, "linear"), (CONV, "conv2d")):
        found = outcome(target, values, adapter)
        assert (found.status, found.error, found.changed_input, found.extra_changed) == ("returned", "", False, ())
        assert np.array_equal(found.values[0], 2 * values)
        assert found.own_type
        assert found.own_device


def test_returning_another_module() -> None:
    torch = available("torch")

    def target(module: Any) -> Any:
        other = torch.nn.Linear(4, 3)
        other.weight = torch.nn.Parameter(2 * module.weight)
        other.bias = module.bias
        return other

    found = outcome(target)
    assert np.array_equal(found.values[0], 2 * LINEAR)
    assert not found.changed_input
    assert found.state == ("torch random state",)

    def careless(module: Any) -> Any:
        other = target(module)
        module.weight.data.zero_()
        return other

    assert outcome(careless).changed_input
    assert np.array_equal(outcome(target, in_place=True).values[0], LINEAR)


def test_other_parts_that_change_are_named() -> None:
    torch = available("torch")

    def target(module: Any) -> None:
        module.bias.data.zero_()
        module.register_buffer("seen", torch.ones(1))

    assert outcome(target).extra_changed == ("bias", "seen")

    def without(module: Any) -> None:
        module.bias = None

    assert outcome(without).extra_changed == ("bias",)


def test_a_parametrised_weight_is_a_weight() -> None:
    torch = available("torch")
    found = outcome(lambda module: torch.nn.utils.parametrizations.orthogonal(module), np.eye(3, dtype=np.float32))
    assert found.status == "returned"
    assert found.extra_changed == ()


def test_a_module_without_a_weight() -> None:
    torch = available("torch")
    found = outcome(lambda module: torch.nn.Sequential(module))
    assert found.status == "raised"
    assert "LookupError: verify: target must return a module with a weight; got a Sequential without one" in found.error


def test_other_answers_stand_for_the_given_module() -> None:
    available("torch")
    for returned in (None, 3, [1]):
        assert np.array_equal(outcome(lambda module, returned=returned: returned).values[0], LINEAR)
    found = outcome(lambda module: (1, module), result=1)
    assert np.array_equal(found.values[0], LINEAR)


def test_unfit_values_and_setups() -> None:
    available("torch")
    assert "must have 4 dimensions for 'conv2d'; got shape (3, 4)" in outcome(lambda m: m, adapter="conv2d").error
    adapters.fitting(Setup())
    adapters.fitting(Setup("torch", adapter="linear"))
    with pytest.raises(ValueError, match="adapter must be 'linear' or 'conv2d'; got 'conv3d'"):
        adapters.fitting(Setup("torch", adapter="conv3d"))
    with pytest.raises(ValueError, match="adapter must be used with torch; got 'linear' with arrays='numpy'"):
        adapters.fitting(Setup("numpy", adapter="linear"))
