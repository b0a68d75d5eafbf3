"""A wrong formula in place of a right one: the check that guards it must fail."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest


def kills(check: Callable[[], None], module: ModuleType, name: str, **mutants: Callable[..., Any]) -> None:
    """Run a check, which must pass, and run it on each mutant of one formula, where it must fail."""
    check()
    for label, mutant in mutants.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, name, mutant)
            try:
                check()
            except AssertionError:
                continue
        pytest.fail(f"the mutant {label!r} of {name} survives")
