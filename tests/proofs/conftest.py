"""All proofs compiled once, for the tests that ask Rocq; skipped with the reason where it is not installed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from proofs.__main__ import checked
from proofs.checking import APT, Compiled, available

from ..backends import REQUIRED


class Proofs(NamedTuple):
    """The compiled files, what their statements assume, and the folder they are in."""

    files: list[Compiled]
    answers: dict[tuple[str, str], str]
    folder: Path


def needed() -> None:
    """Skip where Rocq is not installed; fail where it must be."""
    if available():
        return
    if "coqc" in REQUIRED:
        pytest.fail("coqc is required here (FIRE_REF_REQUIRE) and not installed")
    pytest.skip(f"coqc is not installed: {APT}")


@pytest.fixture(scope="session")
def rocq() -> None:
    """Rocq itself."""
    needed()


@pytest.fixture(scope="session")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> Proofs:
    """Every proof, checked as `python -m proofs` does."""
    needed()
    folder = tmp_path_factory.mktemp("proofs")
    return Proofs(*checked(folder), folder)
