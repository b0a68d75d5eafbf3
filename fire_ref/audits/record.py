"""The record of an audit, and the ways to pass it on: plain data, JSON, a page."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from ..models import Row
from .findings import Findings, plain
from .page import page


class Audit(Findings):
    """What `audit` found: see `Findings` for its fields."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON: keys are strings; what is not finite, or unknown, is None."""
        found = {
            "source": self.source,
            "recipe": self.recipe,
            "steps": list(self.steps),
            "sentences": list(self.sentences),
            "totals": asdict(self.totals),
            "rows": [asdict(row) | {"operator": _operator(row), "theory": _theory(row)} for row in self.rows],
            "skipped": self.skipped,
            "front": {key: value.tolist() for key, value in self.front._asdict().items()},
        }
        result: dict[str, Any] = plain(found)
        return result

    def to_json(self) -> str:
        """Return `to_dict` as text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_html(self) -> str:
        """Return one self-contained page: sentences, sortable table, front, and a spectrum for each layer."""
        return page(self)


def _operator(row: Row) -> dict[str, dict[str, float]] | None:
    return None if row.operator is None else {key: value._asdict() for key, value in row.operator.items()}


def _theory(row: Row) -> dict[str, dict[str, Any]] | None:
    if row.theory is None:
        return None
    return {str(key): one._asdict() | {"theorems": one.theorems} for key, one in row.theory.items()}
