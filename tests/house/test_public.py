"""The public names: `__all__` equals what is defined, documented, and spelled as the contract says."""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType

import pytest

import fire_ref

from .paths import modules

CONTRACT = {
    "backend": "(name)",
    "sfe": "(W, V, *, check)",
    "dfi": "(W, *, gain, side, operator, layout, check)",
    "polar_factor": "(W, *, method, check)",
    "polar_decomposition": "(W, *, rtol, check)",
    "newton_schulz": "(W, steps, *, coefficients, normalization, eps, dtype, check)",
    "newton_schulz_iterates": "(W, steps, *, coefficients, normalization, eps, dtype, check)",
    "spectral_response": "(s, steps, *, coefficients, check)",
    "steps_needed": "(W, *, tol, coefficients, normalization, rtol, check)",
    "predict": "(W, steps, *, coefficients, normalization, eps, rtol, check)",
    "fire": "(W, *, method, steps, coefficients, normalization, eps, layout, gain, check)",
    "relax": "(W, *, dfi, weight, condition, gain, check)",
    "front": "(W, *, points, gain, check)",
    "excess": "(W, V, *, gain, check)",
    "certify": "(W, Q)",
    "audit": "(state_or_path, *, recipe, steps, layout, operator, theory, device, watch)",
    "reinitialize": "(state, recipe, *, method, steps, initial, layout, rows)",
    "reset_optimizer": "(optimizer, module, changed)",
    "verify": (
        "(fn_or_name, dialect, *, level, arrays, dtype, kwargs, result, in_place, adapter, quick, timeout, checks,"
        " seed, progress, device)"
    ),
    "verify_state": "(before, after, *, recipe, dialect, initial, optimizer, layout, progress)",
}
FUNCTIONS = [name for name in fire_ref.__all__ if inspect.isfunction(getattr(fire_ref, name))]


def test_all_equals_what_is_defined() -> None:
    public = {
        name for name, value in vars(fire_ref).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    assert sorted(public) == sorted(fire_ref.__all__)


def test_no_public_function_is_hidden_by_a_module_of_its_name() -> None:
    assert not {name for name in modules() if name in fire_ref.__all__}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_signatures_are_the_contract(name: str) -> None:
    parts, starred = [], False
    for parameter in inspect.signature(getattr(fire_ref, name)).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            parts.append("*")
            starred = True
        parts.append(parameter.name)
    assert f"({', '.join(parts)})" == CONTRACT[name]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstrings_are_complete(name: str) -> None:
    function = getattr(fire_ref, name)
    text = inspect.getdoc(function) or ""
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"\n{section}\n---" in text, f"{name} has no section {section}"
    assert ">>> " in text
    described = " ".join(re.findall(r"^(\w[\w, ]*?)(?: : |$)", text.split("Returns\n---")[0], re.MULTILINE))
    for parameter in inspect.signature(function).parameters:
        assert re.search(rf"\b{parameter}\b", described), f"{name} does not describe {parameter}"


@pytest.mark.parametrize("name", [name for name in modules() if name != "__main__"])
def test_every_module_says_what_it_is_for(name: str) -> None:
    module = importlib.import_module(f"fire_ref.{name}".rstrip("."))
    assert (module.__doc__ or "").strip()


def test_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert fire_ref.__version__ == version("fire_ref")
