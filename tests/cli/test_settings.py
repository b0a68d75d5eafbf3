"""The options of `fire-ref verify`: what they become, and what is refused."""

from __future__ import annotations

import math
import warnings
from argparse import Namespace
from typing import Any

import pytest

from fire_ref.cli import parser
from fire_ref.cli.settings import TARGETED, check, item, keywords, literal, seconds, settings

DEFAULTS = {
    "dialect": "official",
    "level": "matrix",
    "arrays": "numpy",
    "dtype": "float32",
    "kwargs": {},
    "result": None,
    "in_place": False,
    "adapter": None,
    "device": None,
    "quick": False,
    "timeout": 30.0,
}


def parsed(*arguments: str) -> Namespace:
    return parser().parse_args(["verify", *arguments])


@pytest.mark.parametrize(
    ("arguments", "changed"),
    [
        ([], {}),
        (["--dialect", "muon", "--dtype", "bfloat16"], {"dialect": "muon", "dtype": "bfloat16"}),
        (["--level", "weight", "--arrays", "jax"], {"level": "weight", "arrays": "jax"}),
        (["--set", "steps=5", "--set", "norm=fro"], {"kwargs": {"steps": 5, "norm": "fro"}}),
        (["--result", "1"], {"result": 1}),
        (["--result", "Q"], {"result": "Q"}),
        (["--result", "0"], {"result": 0}),
        (["--in-place", "--quick", "--timeout", "2.5"], {"in_place": True, "quick": True, "timeout": 2.5}),
        (["--arrays", "torch", "--device", "cuda"], {"arrays": "torch", "device": "cuda"}),
        (["--adapter", "linear"], {"adapter": "linear", "arrays": "torch", "level": "weight"}),
        (
            ["--adapter", "conv2d", "--arrays", "jax", "--level", "weight"],
            {"adapter": "conv2d", "arrays": "jax", "level": "weight"},
        ),
    ],
)
def test_options_become_what_the_library_takes(arguments: list[str], changed: dict[str, Any]) -> None:
    options = parsed("m:f", *arguments)
    check(options)
    assert settings(options) == DEFAULTS | changed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-1.5", -1.5),
        ("True", True),
        ("None", None),
        ("[1, 2]", [1, 2]),
        ("'5'", "5"),
        ("fro", "fro"),
        ("", ""),
        ("1if", "1if"),
        ("__import__('os')", "__import__('os')"),
        ("a=b", "a=b"),
        ("{[]: 1}", "{[]: 1}"),
        ("'\\d'", "\\d"),
        ("\0", "\0"),
        (100_000 * "(", 100_000 * "("),
    ],
)
def test_a_literal_is_its_value_and_all_else_a_string(text: str, value: object) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = literal(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("text", "value"), [("2", 2), ("-1", -1), ("-", "-"), ("2a", "2a"), ("+1", "+1"), ("²", "²")])
def test_an_index_is_a_number(text: str, value: object) -> None:
    assert item(text) == value


@pytest.mark.parametrize("bad", ["steps", "=5", "a b=1", "1a=2", ""])
def test_a_keyword_has_a_name(bad: str) -> None:
    with pytest.raises(ValueError, match="--set must be name=value"):
        keywords([bad])


def test_a_keyword_is_given_once() -> None:
    with pytest.raises(ValueError, match="--set must give each name once; got 'a' twice"):
        keywords(["a=1", "b=1", "a=1"])


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_a_timeout_is_positive_and_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="--timeout must be a finite number > 0"):
        seconds(bad)


GIVEN = {
    "--dialect": ["paper"],
    "--level": ["weight"],
    "--arrays": ["torch"],
    "--dtype": ["float64"],
    "--set": ["a=1"],
    "--result": ["0"],
    "--in-place": [],
    "--adapter": ["linear"],
    "--device": ["cuda"],
    "--html": ["a.html"],
}


def test_each_option_that_needs_a_target_is_tried() -> None:
    assert set(GIVEN) == set(TARGETED)


@pytest.mark.parametrize("option", GIVEN)
def test_an_option_that_needs_a_target_is_refused_without_one(option: str) -> None:
    with pytest.raises(ValueError, match=f"fire-ref verify: {option} must come with a TARGET; got none"):
        check(parsed(option, *GIVEN[option]))
    check(parsed("m:f", option, *GIVEN[option]))


def test_the_others_need_none() -> None:
    check(parsed("--quick", "--timeout", "5", "--json", "-"))


def test_an_adapter_is_for_weights() -> None:
    with pytest.raises(ValueError, match="--adapter must come with --level weight"):
        check(parsed("m:f", "--adapter", "linear", "--level", "matrix"))


def test_a_page_is_no_stream() -> None:
    with pytest.raises(ValueError, match="--html must name a file; got '-'"):
        check(parsed("m:f", "--html", "-"))
