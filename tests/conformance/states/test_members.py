"""Entries of an .npz archive that hold no numbers: their bytes decide, and nothing is unpickled."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.checkpoints import open_checkpoint
from fire_ref.conformance.states.comparing import same
from fire_ref.conformance.states.members import with_bytes
from fire_ref.conformance.states.verification import verify_state

from .small import network


class Dangerous:
    """Says so when it is unpickled."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return exploding, (self.number,)


def exploding(number: int) -> None:
    """Fail: nothing may call it."""
    pytest.fail(f"unpickled {number}")


PAIRS: dict[str, tuple[Any, Any]] = {
    "text": (np.array("epoch 3"), np.array("epoch 4")),
    "bytes": (np.array([b"ab", b"cd"]), np.array([b"ab", b"ce"])),
    "date": (np.array("2026-01-01", "M8[D]"), np.array("2026-01-02", "M8[D]")),
    "objects": (np.array([{"lr": 1}, None], object), np.array([{"lr": 2}, None], object)),
    "pickle": (np.array([Dangerous(1)], object), np.array([Dangerous(2)], object)),
    "structure": (np.array([(1, 2.0)], "i4,f8"), np.array([(1, 3.0)], "i4,f8")),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_what_holds_no_numbers_is_compared_by_its_bytes(tmp_path: Path, kind: str) -> None:
    old, new = PAIRS[kind]
    before = network("official")
    after, _ = fire_ref.reinitialize(before, "official")
    paths = [tmp_path / f"{name}.npz" for name in ("before", "same", "other")]
    for path, state, value in zip(paths, (before, after, after), (old, old, new), strict=True):
        np.savez(path, **state, note=value)
    assert verify_state(paths[0], paths[1], recipe="official").passed
    report = verify_state(paths[0], paths[2], recipe="official")
    assert not report.passed
    assert [(one.code, one.tensor) for one in report.diagnoses if one.severity == "error"] == [
        ("NON_WEIGHT_CHANGED", "note")
    ]


def test_a_member_that_is_no_array_and_a_source_that_is_no_archive(tmp_path: Path) -> None:
    found = []
    for i, text in enumerate(("a", "a", "b")):
        path = tmp_path / f"{i}.npz"
        np.savez(path, w=np.eye(2))
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("readme.txt", text)
        found.append({one.name: one for one in with_bytes("f", path, open_checkpoint("f", path))}["readme.txt"])
    assert same(found[0], found[1])
    assert not same(found[0], found[2])
    assert with_bytes("f", {"w": 1}, found) is found
    (tmp_path / "0.npz").write_bytes(b"PK")
    with pytest.raises(ValueError, match=r"f: .*0\.npz must be a whole \.npz archive"):
        same(found[0], found[2])


@pytest.mark.parametrize("kind", PAIRS)
def test_so_are_they_in_memory(kind: str) -> None:
    old, new = PAIRS[kind]
    before = network("official")
    after, _ = fire_ref.reinitialize(before, "official")
    assert not verify_state(before | {"note": old}, after | {"note": new}, recipe="official").passed
    if kind != "pickle":  # two objects of a foreign class are equal where it says so
        assert verify_state(before | {"note": old}, after | {"note": old.copy()}, recipe="official").passed
