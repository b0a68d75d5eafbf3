"""A name leads to its callable, or to one sentence that says why not."""

from __future__ import annotations

import functools
import operator
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.targets.loading import accepting, innermost, load, parameters, versions

from .hostile import written

TEXT = """
import dataclasses

@dataclasses.dataclass
class Group:
    size: int = 1
    @staticmethod
    def same(x): return x

def double(x): return 2 * x
number = 3
def __getattr__(name): raise OSError("strange")
"""


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def refusal(name: str) -> str:
    with pytest.raises(ValueError, match=r"^verify: target must .*; got .* Try .*\.$") as caught:
        load(name)
    return str(caught.value)


def test_a_file_or_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, TEXT)
    assert load(f"{path}:double")(4) == 8
    assert load(f"{path}:Group.same")(4) == 4
    monkeypatch.chdir(tmp_path)
    assert load("target.py:double")(4) == 8
    assert load("target:double")(4) == 8
    assert load("./target.py:double")(4) == 8
    assert load("operator:neg") is operator.neg


def test_a_file_may_be_called_like_a_module_and_import_its_neighbours(tmp_path: Path) -> None:
    random = sys.modules["random"]
    written(tmp_path, "two = 2", "neighbour_of_random.py")
    path = written(tmp_path, "from neighbour_of_random import two\ndef f(x): return two * x", "random.py")
    assert load(f"{path}:f")(3) == 6
    assert sys.modules["random"] is random


@pytest.mark.parametrize("name", ["", ":", "double", "module:", ":f", "file.py"])
def test_names_without_both_parts(name: str) -> None:
    assert "must be a module or a file, a colon and a name" in refusal(name)


def test_a_path_of_windows_is_split_at_its_last_colon() -> None:
    assert "must name a file that exists" in refusal(r"C:\folder\file.py:f")
    assert "file.py'" in refusal(r"C:\folder\file.py:f")


def test_no_such_file_or_module(tmp_path: Path) -> None:
    assert "must name a file that exists" in refusal(f"{tmp_path}/absent.py:f")
    assert "must name a file that exists" in refusal(f"{tmp_path}:f")
    assert "got ModuleNotFoundError: No module named 'absent_module'" in refusal("absent_module:f")
    assert "got TypeError" in refusal("..relative:f")
    text = written(tmp_path, "x", "file.txt")
    assert "got ImportError: file.txt does not end in .py" in refusal(f"{text}:f")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("class E(BaseException): pass\nraise E('odd')", "E: odd"),
        ("def f(:", "SyntaxError: "),
        ("from . import sibling", "ImportError: "),
        ("class E(Exception):\n  def __str__(self): 1 / 0\nraise E", "E from"),
    ],
)
def test_an_import_that_raises(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, text)
    found = refusal(f"{path}:f")
    assert "must be importable" in found
    assert f"got {told}" in found
    assert "_fire_ref_target_target" not in sys.modules


def test_an_interrupted_import_is_interrupted(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        load(f"{written(tmp_path, 'raise KeyboardInterrupt')}:f")


def test_no_such_attribute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, TEXT)
    monkeypatch.chdir(tmp_path)
    assert "got 'absent' (OSError: strange). Try one of Group, double." in refusal("target.py:absent")
    assert "must name something in target.py" in refusal("target.py:Group.absent")
    assert "must be callable; got 'number' of type int" in refusal("target.py:number")


def test_signatures_are_tried() -> None:
    accepting("f", lambda x, steps=5: x, {"steps": 3})
    accepting("f", lambda *args, **kwargs: args, {"steps": 3})
    accepting("f", np.add.reduce, {})  # no signature, in some versions
    accepting("f", len, {})
    for fn, kwargs, rule in [
        (lambda: 1, {}, "accept one array and nothing else"),
        (lambda x, y: 1, {}, "accept one array and nothing else"),
        (lambda x, *, y: 1, {}, "accept one array and nothing else"),
        (lambda x: 1, {"steps": 3}, "accept one array and steps"),
        (lambda x, steps: 1, {"x": 3, "steps": 1}, "accept one array and x, steps"),
    ]:
        with pytest.raises(ValueError, match=rf"^verify: target must {rule}; got .* \(f\("):
            accepting("f", fn, kwargs)


def test_parameters_are_those_besides_the_array() -> None:
    def target(x: Any, steps: int = 5, /, power: int = 2, *more: Any, eps: float = 0.0, **rest: Any) -> Any:
        return x, steps, power, more, eps, rest

    assert parameters(target) == ("power", "eps")
    assert parameters(lambda *, eps: eps) == ("eps",)
    assert parameters(functools.partial(target, eps=3)) == ("power", "eps")
    assert parameters(3) == ()  # type: ignore[arg-type]


def test_versions_of_the_package_and_of_the_library() -> None:
    assert versions(np.linalg.svd, "numpy") == {"numpy": np.__version__}
    assert versions(len, "numpy") == {"numpy": np.__version__}
    found = versions(functools.partial(pytest.raises), "mlx")
    assert found["_pytest" if "_pytest" in found else "pytest"]


def test_what_is_inside_of_a_partial_or_a_decorator() -> None:
    def fn(x: Any) -> Any:
        return x

    @functools.wraps(fn)
    def wrapper(x: Any) -> Any:
        return fn(x)

    assert innermost(functools.partial(functools.partial(wrapper), 1)) is fn
    wrapper.__wrapped__ = wrapper  # type: ignore[attr-defined]
    assert innermost(wrapper) is wrapper


def test_a_long_refusal_stays_short(tmp_path: Path) -> None:
    text = refusal(f"{written(tmp_path, 'raise ValueError(10000 * chr(10))')}:f")
    assert len(text) < 600
    assert not re.search(r"\n", text)
