"""The table of standings: every stage of every layer, and names that stay within their room."""

from __future__ import annotations

import io

import numpy as np
from rich.console import Console

import fire_ref
from fire_ref.cli.standings import NAME, standings


def text(found: fire_ref.Audit, width: int | None) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(standings(found.rows, width))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]  # it is the StringIO above


def test_every_stage_shows_both_deviations_and_the_theorems() -> None:
    shown = text(fire_ref.audit({"fc.weight": np.diag([1.2, 0.9])}, steps=5, theory=True), None)
    assert "before" in shown
    assert "k=5" in shown
    assert "0 0 1234" in shown


def test_refused_layers_are_left_out() -> None:
    found = fire_ref.audit({"a": np.eye(2), "b": np.array([[np.nan]])}, theory=True)
    assert "b" not in [line.split()[0] for line in text(found, None).splitlines() if line.split()]


def test_a_window_limits_names_and_a_file_does_not() -> None:
    found = fire_ref.audit({"n" * 60: np.eye(2)}, theory=True)
    assert "n" * 60 in text(found, None)
    assert "n" * (NAME + 1) not in text(found, 80)


def test_a_hostile_name_is_printed_and_not_obeyed() -> None:
    assert "\x1b" not in text(fire_ref.audit({"a\x1b[31m": np.eye(2)}, theory=True), None)


def test_two_steps_and_both_ends_fit_a_window_of_80_columns() -> None:
    rng = np.random.default_rng(0)
    found = fire_ref.audit(
        {f"transformer.layers.{i}.weight": rng.standard_normal((40, 40)) for i in range(3)}, theory=True
    )
    assert max(len(line.rstrip()) for line in text(found, 80).splitlines()) <= 80
