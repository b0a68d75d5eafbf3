from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from importlib.metadata import version

import pytest

from fire_ref.conformance.known import KNOWN, Known, callables, catalogue, installed

OURS = callables.__name__


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_every_field_has_a_value_that_exists(known: Known) -> None:
    assert re.fullmatch(r"[\w.]+:\w+", known.target)
    assert known.level in ("matrix", "weight")
    assert known.arrays in ("numpy", "torch", "jax", "mlx")
    assert known.dtype in ("float64", "float32", "float16", "bfloat16")
    assert known.adapter in (None, "linear", "conv2d")
    assert {known.faithful, known.converged} <= {"yes", "no"}
    assert known.package
    assert known.dialect
    assert known.computes
    assert len(set(known.codes)) == len(known.codes)
    assert all(re.fullmatch(r"[A-Z_]+", code) for code in known.codes)


def test_names_are_unique() -> None:
    assert not [name for name, n in Counter(known.name for known in KNOWN).items() if n > 1]


def test_no_two_call_the_same_on_the_same() -> None:
    calls = Counter((known.target, known.dtype, tuple(sorted(known.kwargs.items()))) for known in KNOWN)
    assert max(calls.values()) == 1


def test_wrappers_and_entries_belong_together() -> None:
    wanted = {known.target.split(":")[1] for known in KNOWN if known.target.startswith(f"{OURS}:")}
    assert wanted == {
        name for name, value in vars(callables).items() if getattr(value, "__module__", "") == OURS and name[0] != "_"
    }


def test_an_adapter_reads_the_weight_of_a_module_itself() -> None:
    assert not [known.name for known in KNOWN if known.adapter and (known.in_place or known.result is not None)]


def test_scipy_is_installed() -> None:
    assert version("scipy")
    assert "scipy.linalg.polar" in [known.name for known in installed()]


def test_an_absent_package_or_array_library_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    first = KNOWN[0]
    absent = Known("x", "no-such-distribution", "x:y", "matrix", "numpy", "float64", "paper", "")
    unread = Known("y", "scipy", "x:y", "matrix", "no_such_arrays", "float64", "paper", "")
    monkeypatch.setattr(catalogue, "KNOWN", (absent, first, unread))
    assert installed() == [first]


def test_asking_what_is_installed_imports_nothing() -> None:
    packages = sorted({known.target.split(":")[0].split(".")[0] for known in KNOWN} | {"torch", "jax", "mlx"})
    heavy = [name for name in packages if name != "fire_ref"]
    code = (
        "import sys; from fire_ref.conformance.known import installed; installed();"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
