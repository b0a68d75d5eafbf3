"""Every refusal is one sentence: where, what must hold, what came, and what to try."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.errors import missing_extra, sentence

SENTENCE = re.compile(
    r"(?P<function>\w+): (?P<argument>.+?) must (?P<rule>.+?); got (?P<got>.+)\. Try (?P<advice>.+)\."
)

W = np.array([[3.0, 1.0], [0.0, 2.0]])
NAN = np.array([[1.0, np.nan], [0.0, 2.0]])
KERNEL = np.arange(1.0, 25.0).reshape(4, 3, 2, 1)

Case = tuple[str, tuple[Any, ...], Mapping[str, Any], str]

#: Function, positional and keyword arguments, and the argument that is at fault.
REFUSALS: list[Case] = [
    ("backend", ("torch",), {}, "name"),
    ("polar_factor", (None,), {}, "W"),
    ("polar_factor", ("weights.npz",), {}, "W"),
    ("polar_factor", (W * 1j,), {}, "W"),
    ("polar_factor", (W > 0,), {}, "W"),
    ("polar_factor", ([[1.0, 2.0], [3.0]],), {}, "W"),
    ("polar_factor", (W[0],), {}, "W"),
    ("polar_factor", (W[:0],), {}, "W"),
    ("polar_factor", (NAN,), {}, "W"),
    ("polar_factor", (W,), {"method": "qr"}, "method"),
    ("polar_factor", (W,), {"method": None}, "method"),
    ("polar_decomposition", (NAN,), {}, "W"),
    ("polar_decomposition", (W,), {"rtol": -1.0}, "rtol"),
    ("newton_schulz", (NAN,), {}, "W"),
    ("newton_schulz", (0 * W,), {}, "W"),
    ("newton_schulz", (W, -1), {}, "steps"),
    ("newton_schulz", (W, 2.0), {}, "steps"),
    ("newton_schulz", (W,), {"normalization": "fro"}, "normalization"),
    ("newton_schulz", (W,), {"coefficients": "cubics"}, "coefficients"),
    ("newton_schulz", (W,), {"coefficients": ()}, "coefficients"),
    ("newton_schulz", (W,), {"coefficients": (1.0,)}, "coefficients"),
    ("newton_schulz", (W,), {"coefficients": 3}, "coefficients"),
    ("newton_schulz", (W,), {"eps": -1.0}, "eps"),
    ("newton_schulz", (W,), {"eps": 10**400}, "eps"),
    ("newton_schulz", (W,), {"dtype": "int32"}, "dtype"),
    ("newton_schulz_iterates", (NAN,), {}, "W"),
    ("newton_schulz_iterates", (W, True), {}, "steps"),
    ("sfe", (W, NAN), {}, "V"),
    ("sfe", (NAN, W), {}, "W"),
    ("sfe", (W, W[:1]), {}, "W and V"),
    ("dfi", (NAN,), {}, "W"),
    ("dfi", (W,), {"gain": 0.0}, "gain"),
    ("dfi", (W,), {"side": "long"}, "side"),
    ("dfi", (W,), {"operator": 8}, "operator"),
    ("dfi", (KERNEL,), {"operator": (0, 8)}, "operator"),
    ("dfi", (W,), {"layout": "OIHW"}, "layout"),
    ("spectral_response", ([],), {}, "s"),
    ("spectral_response", ([0.5, np.nan],), {}, "s"),
    ("spectral_response", ([0.5], "3"), {}, "steps"),
    ("steps_needed", (0 * W,), {}, "W"),
    ("steps_needed", (W,), {"tol": 0.0}, "tol"),
    ("predict", (NAN,), {}, "W"),
    ("predict", (W,), {"eps": np.nan}, "eps"),
    ("fire", (W,), {"method": "qr"}, "method"),
    ("fire", (W,), {"gain": "fans"}, "gain"),
    ("fire", (W,), {"gain": -2.0}, "gain"),
    ("fire", (W,), {"gain": 10**400}, "gain"),
    ("fire", (W,), {"layout": 7}, "layout"),
    ("fire", (W,), {"layout": "OIH"}, "layout"),
    ("fire", (KERNEL[..., 0],), {}, "W"),
    ("relax", (W,), {}, "one of dfi, weight, condition"),
    ("relax", (W,), {"dfi": 1.0, "weight": 1.0}, "one of dfi, weight, condition"),
    ("relax", (W,), {"condition": 0.5}, "condition"),
    ("relax", (NAN,), {"weight": 1.0}, "W"),
    ("relax", ({"a": NAN},), {"weight": 1.0}, "W['a']"),
    ("front", (W,), {"points": 1}, "points"),
    ("front", ({},), {}, "W"),
    ("front", ({"a": [1.0]},), {}, "W['a']"),
    ("excess", (W, NAN), {}, "V"),
    ("excess", (W, W[:1]), {}, "W and V"),
    ("excess", ({"a": W}, {"b": W}), {}, "W and V"),
    ("excess", ({"a": W}, {"a": NAN}), {}, "V['a']"),
]


def refusal(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """Return the message with which a call is refused."""
    with pytest.raises((TypeError, ValueError)) as caught:
        getattr(fire_ref, name)(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: f"{case[0]}-{case[3]}" if isinstance(case, tuple) else None)
def test_every_refusal_follows_the_pattern_and_names_function_and_argument(case: Case) -> None:
    name, args, kwargs, argument = case
    message = refusal(name, args, kwargs)
    parsed = SENTENCE.fullmatch(message)  # a dot does not match a line break: one line
    assert parsed, message
    assert parsed["function"] == name
    assert parsed["argument"] == argument


def test_a_matrix_given_as_steps_is_not_printed_over_many_lines() -> None:
    assert "\n" not in refusal("newton_schulz", (W, np.eye(3)), {})


def test_a_weight_with_six_axes_is_told_a_layout_that_can_be_used() -> None:
    assert "..." not in refusal("fire", (np.ones((1, 1, 1, 1, 2, 2)),), {})


def test_a_complex_list_is_not_blamed_on_unequal_rows() -> None:
    assert "equal rows" not in refusal("polar_factor", ([[1j, 2.0], [3.0, 4.0]],), {})


def test_none_is_not_told_to_become_an_array() -> None:
    # numpy.asarray(None) is an object array, which is refused again
    assert "numpy.asarray" not in refusal("polar_factor", (None,), {})


def test_rtol_advice_counts_something() -> None:
    advice = SENTENCE.fullmatch(refusal("polar_decomposition", (W,), {"rtol": -1.0}))
    assert advice
    value = float(advice["advice"].removeprefix("rtol="))
    assert fire_ref.polar_decomposition(W, rtol=value).rank == 2


def test_sentence_puts_the_parts_in_order() -> None:
    parsed = SENTENCE.fullmatch(sentence("fire", "gain", "be positive", -1, "gain=1.0"))
    assert parsed
    assert parsed.groups() == ("fire", "gain", "be positive", "-1", "gain=1.0")


def test_missing_extra_names_function_package_and_the_command_that_installs_it() -> None:
    message = str(missing_extra("certify", "python-flint", "certify"))
    assert message.startswith("certify: needs python-flint")
    assert message.endswith('Try pip install "fire_ref[certify]".')


@pytest.mark.parametrize(
    ("error", "builtin"), [(fire_ref.BackendError, RuntimeError), (fire_ref.MissingExtraError, ImportError)]
)
def test_public_errors_are_caught_by_their_builtin_kind(error: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(error, builtin)


def test_missing_extra_is_built_not_raised() -> None:
    build: Callable[..., object] = missing_extra
    assert isinstance(build("f", "p", "e"), fire_ref.MissingExtraError)


def test_a_matrix_that_never_arrives_is_named_with_the_nearest_value_and_advice() -> None:
    stack = np.stack([np.eye(2), np.diag([3.0, 1.0])])
    with pytest.raises(
        ValueError, match=r"^steps_needed: matrix \(0,\) of the stack never .* nearest is 0\.\d+\. Try .+\.$"
    ):
        fire_ref.steps_needed(stack, coefficients="muon")
