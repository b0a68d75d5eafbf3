"""Every arm and every claim has its row."""

from __future__ import annotations

from figures.experiments.summary import panel
from figures.experiments.tables import arms, findings

from .faked import results


def test_rows_have_as_many_cells_as_the_head() -> None:
    values = {"base": [0.1, 0.1, 0.2], "full-reset": [0.5, 0.6, 0.5], "fire-10": [0.7, 0.8, 0.8]}
    found = panel(results(values, "permuted-inputs"), "permuted-inputs")
    for table, rows in ((arms(found), 3), (findings(found), 2)):
        lines = table.splitlines()
        assert len(lines) == 2 + rows
        assert len({line.count("|") for line in lines}) == 1
    assert "| FIRE k = 10: ten Newton-Schulz steps | .77 [.72, .80] | .90 | .80 | .90 | .40 |" in arms(found)
    assert "| the paper | FIRE k = 10 > full reset: yes, difference .23 [" in findings(found)


def test_what_was_not_measured_is_empty() -> None:
    found = panel(results({"base": [0.1]}), "random-labels")
    assert "| base: nothing | .10 (one seed) | .90 |  | .90 |" in arms(found)
