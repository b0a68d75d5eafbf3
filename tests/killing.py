"""Every property comes with mutants: wrong implementations that it must reject."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

import fire_ref

Mutant = dict[str, Callable[..., Any]]


class Library:
    """Functions by attribute, with a short representation for failure reports."""

    def __init__(self, functions: dict[str, Any]) -> None:
        self.__dict__.update(functions)

    def __repr__(self) -> str:
        return "lib"


def library(**replaced: Callable[..., Any]) -> Library:
    """Return the public functions of fire_ref, some of them replaced."""
    public = {name: getattr(fire_ref, name) for name in fire_ref.__all__}
    unknown = set(replaced) - set(public)
    assert not unknown, f"a mutant replaces what does not exist: {unknown}"
    return Library(public | replaced)


def kills(**mutants: Mutant) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """
    Run a property on fire_ref, where it must hold, and on each mutant, where it must fail.

    Parameters
    ----------
    **mutants : dict of str to callable
        Name of the mutant -> the functions it replaces. The property takes `lib` as its first argument and calls
        the functions under test through it only.
    """
    assert mutants, "a property without a mutant proves nothing"

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        def test(version: str, **fixtures: Any) -> None:
            if version == "fire_ref":
                check(library(), **fixtures)
                return
            with pytest.raises(AssertionError):
                check(library(**mutants[version]), **fixtures)

        # Not functools.wraps: pytest must not see the Hypothesis test inside.
        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        test.__signature__ = _signature(check)  # type: ignore[attr-defined] # read by pytest
        return pytest.mark.parametrize("version", ["fire_ref", *mutants])(test)

    return decorate


def _signature(check: Callable[..., None]) -> inspect.Signature:
    version = inspect.Parameter("version", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    others = [p for name, p in inspect.signature(check).parameters.items() if name != "lib"]
    return inspect.Signature([version, *others])


def breaks(**changes: tuple[Any, str, Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """
    Run a property as things are, where it must hold, and with one name of a module replaced, where it must fail.

    Parameters
    ----------
    **changes : tuple of (module, str, object)
        Name of the mutant -> what to replace, and by what.
    """
    assert changes, "a property without a mutant proves nothing"

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        def test(version: str) -> None:
            if version == "fire_ref":
                check()
                return
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(*changes[version])
                with pytest.raises(AssertionError):
                    check()

        test.__name__, test.__doc__, test.__module__ = check.__name__, check.__doc__, check.__module__
        return pytest.mark.parametrize("version", ["fire_ref", *changes])(test)

    return decorate
