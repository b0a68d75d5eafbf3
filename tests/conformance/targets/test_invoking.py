"""One call in this process: nothing the target does gets out, and all of it is told."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections import namedtuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.targets.invoking import invoke, pick
from fire_ref.conformance.targets.outcome import FORMS, Call, Outcome, Setup

from ...backends import available
from .hostile import VALUES

Pair = namedtuple("Pair", ["left", "right"])


def outcome(fn: Any, setup: Setup | None = None, **call: Any) -> Outcome:
    return invoke(fn, setup or Setup(), Call(VALUES, **call))


def test_an_honest_target() -> None:
    found = outcome(lambda x: 2 * x)
    assert (found.status, found.error, found.printed, found.state) == ("returned", "", "", ())
    assert (found.type_name, found.dtype, found.device, found.shape) == ("numpy.ndarray", "float32", "cpu", (3, 2))
    assert found.own_type
    assert found.own_device
    assert not found.changed_input
    assert len(found.values) == 1
    assert found.values[0].tobytes() == (2 * VALUES).tobytes()
    assert 0 < found.seconds < 1


class Odd(BaseException):
    """No Exception."""


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (ValueError("a\nb"), "raised", "ValueError: a b"),
        (Odd("x"), "raised", "Odd: x"),
        (GeneratorExit(), "raised", "GeneratorExit"),
        (SystemExit(3), "exited", "SystemExit: 3"),
        (RecursionError("deep"), "raised", "RecursionError: deep"),
        (MemoryError(), "raised", "MemoryError"),
    ],
)
def test_what_it_raises_is_told(error: BaseException, status: str, told: str) -> None:
    def target(_: Any) -> Any:
        raise error

    found = outcome(target)
    assert (found.status, found.error, found.values) == (status, told, ())
    assert found.own_type


def test_endless_recursion_is_told() -> None:
    def target(x: Any) -> Any:
        return target(x)

    assert outcome(target).error.startswith("RecursionError")


def test_the_keyboard_gets_through() -> None:
    def target(_: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outcome(target)


def test_prints_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    def target(x: Any) -> Any:
        sys.stdout.write("out\n")
        sys.stderr.write("error\n")
        return x

    assert outcome(target).printed == "out\nerror\n"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("arrays", ["numpy", "torch"])
def test_an_input_that_is_written_to(arrays: str, form: str) -> None:
    available(arrays)

    def target(x: Any) -> Any:
        x[0, 0] = 7
        return x + 0

    setup = Setup(arrays)
    found = outcome(target, setup, form=form)
    if (arrays, form) == ("numpy", "read-only"):
        assert (found.status, found.changed_input) == ("raised", False)
    else:
        assert (found.status, found.changed_input) == ("returned", True)
    assert not outcome(lambda x: x, setup, form=form).changed_input
    assert not outcome(target, Setup(arrays, in_place=True), form=form).changed_input


def test_an_input_that_is_written_to_before_an_exception() -> None:
    def target(x: Any) -> Any:
        x[0, 0] = 7
        raise ValueError

    assert outcome(target).changed_input


def test_an_input_of_another_shape_afterwards() -> None:
    torch = available("torch")
    assert outcome(lambda x: torch.ones(2).copy_(x.resize_(2)), Setup("torch")).changed_input


def test_a_donated_input_of_jax() -> None:
    jax = available("jax")
    assert not outcome(jax.jit(lambda x: 2 * x), Setup("jax")).changed_input

    def target(x: Any) -> Any:
        y = x + 1
        x.delete()
        return y

    assert outcome(target, Setup("jax")).changed_input


def test_working_in_place() -> None:
    def target(x: Any) -> Any:
        x *= 2

    found = outcome(target, Setup(in_place=True), repeat=2)
    assert [value.tobytes() for value in found.values] == 2 * [(2 * VALUES).tobytes()]
    assert outcome(target).error == "the answer is no array but a NoneType"


def test_each_repetition_gets_a_fresh_copy() -> None:
    calls = []

    def target(x: Any) -> Any:
        calls.append(x.tobytes())
        x *= 3
        return x + len(calls)

    found = outcome(target, repeat=3, other=np.ones((2, 2), np.float32))
    assert calls == [VALUES.tobytes(), np.ones((2, 2), np.float32).tobytes(), VALUES.tobytes(), VALUES.tobytes()]
    assert [float(value[0, 0]) for value in found.values] == [4.0, 6.0, 7.0]


@pytest.mark.parametrize("arrays", ["numpy", "torch"])
def test_an_answer_whose_memory_is_used_again(arrays: str) -> None:
    library = available(arrays)
    buffer = library.empty((3, 2), dtype=library.float32)

    def target(x: Any) -> Any:
        buffer[...] = x
        return buffer

    other = np.ones((3, 2), np.float32)
    assert outcome(target, Setup(arrays), other=other).aliased
    assert np.array_equal(outcome(target, Setup(arrays), other=other).values[0], VALUES, equal_nan=True)
    assert not outcome(target, Setup(arrays), other=VALUES).aliased
    assert not outcome(lambda x: x, Setup(arrays), other=other).aliased
    assert not outcome(lambda x: None, Setup(arrays), other=other).aliased


def test_arguments_are_added() -> None:
    seen = []
    outcome(lambda x, **kwargs: seen.append(kwargs), Setup(kwargs={"a": 1, "b": 2}), kwargs={"b": 3})
    assert seen == [{"a": 1, "b": 3}]


def test_picking_the_answer() -> None:
    pair = Pair(np.ones(2), np.zeros(2))
    for returned, result in [(pair, 0), (pair, -2), (pair, "left"), ([pair[0]], 0), ({"left": pair[0]}, "left")]:
        assert pick(returned, result) is pair[0]
        found = outcome(lambda x, returned=returned: returned, Setup(result=result))
        assert found.values[0].tolist() == [1, 1]
    for returned, result in [(pair, 2), (pair, "up"), (np.ones(2), 0), ({}, "left"), (None, 0), ((), -1), ({0: 1}, 0)]:
        found = outcome(lambda x, returned=returned: returned, Setup(result=result))
        assert found.status == "raised"
        assert "LookupError: verify: result must be an item of what the target returns" in found.error


@pytest.mark.parametrize(
    ("returned", "name", "own"),
    [
        ([1.0], "list", False),
        (None, "NoneType", False),
        (np.array([1j]), "numpy.ndarray", True),
        (np.array([None]), "numpy.ndarray", True),
        (np.broadcast_to(np.float32(1), (10**9,)), "numpy.ndarray", True),
        ((i for i in range(3)), "generator", False),
    ],
)
def test_odd_answers(returned: Any, name: str, own: bool) -> None:
    found = outcome(lambda x: returned)
    assert (found.status, found.type_name, found.own_type) == ("returned", name, own)
    assert bool(found.values) == (found.error == "") == (found.dtype == "complex128")


def test_an_answer_of_another_library() -> None:
    torch = available("torch")
    found = outcome(lambda x: torch.from_numpy(x))
    assert (found.own_type, found.own_device, found.type_name) == (False, True, "torch.Tensor")
    assert found.values[0].tobytes() == VALUES.tobytes()
    meta = outcome(lambda x: x.to("meta"), Setup("torch"))
    assert (meta.own_type, meta.own_device, meta.device, meta.values) == (True, False, "meta", ())


def test_a_target_gets_its_arrays_on_the_device_and_must_answer_there() -> None:
    torch = available("torch")
    given = []

    def target(x: Any) -> Any:
        given.append(x.device.type)
        return 2 * x

    for setup in (Setup("torch", device="meta"), Setup("torch", adapter="linear", device="meta")):
        adapted = setup.adapter is not None
        own = outcome((lambda m: m) if adapted else target, setup, form="strided", repeat=2)
        assert (own.status, own.given_device, own.device, own.own_device) == ("returned", "meta", "meta", True)
        away = outcome((lambda m: m.to_empty(device="cpu")) if adapted else (lambda x: torch.zeros(x.shape)), setup)
        assert (away.given_device, away.device, away.own_device) == ("meta", "cpu", False)
    assert given == ["meta", "meta"]
    assert outcome(target).given_device == "cpu"


def test_state_is_told_and_restored(tmp_path: Path) -> None:
    before = os.getcwd(), np.geterr(), dict(os.environ), list(warnings.filters)

    def target(x: Any) -> Any:
        os.chdir(tmp_path)
        np.seterr(all="raise")
        os.environ["FIRE_REF_TEST"] = "1"
        warnings.simplefilter("error")
        return x

    found = outcome(target)
    assert found.state == ("numpy error state", "environment", "working directory", "warning filters")
    assert (os.getcwd(), np.geterr(), dict(os.environ), list(warnings.filters)) == before


def test_state_of_torch_is_told_and_restored() -> None:
    torch = available("torch")
    found = outcome(lambda x: torch.set_default_dtype(torch.float64), Setup("torch"))
    assert found.state == ("torch default dtype",)
    assert torch.get_default_dtype() == torch.float32


def test_warnings_neither_print_nor_raise() -> None:
    def target(x: Any) -> Any:
        warnings.warn("mind the gap", stacklevel=1)
        return x / np.float32(0) + np.float32(1e38) * np.float32(1e38)

    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        found = outcome(target)
        assert np.geterr()["divide"] == "raise"
    assert (found.status, found.error, found.printed, found.state) == ("returned", "", "", ())


def test_a_target_that_starts_threads() -> None:
    done = threading.Event()

    def target(x: Any) -> Any:
        threading.Thread(target=done.wait, daemon=True).start()
        return x

    assert outcome(target).status == "returned"
    done.set()


def test_a_failure_in_a_repetition_is_a_failure() -> None:
    calls = []

    def target(x: Any) -> Any:
        calls.append(1)
        return x / (len(calls) < 2 or [][0])

    found = outcome(target, repeat=2)
    assert (found.status, found.values, found.type_name) == ("raised", (), "")
