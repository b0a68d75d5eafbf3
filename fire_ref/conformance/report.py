"""The report of a verification, and the ways to pass it on: plain data, JSON, a page, a few lines of text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from .page import page
from .record import Findings
from .wording import fitting, folded, headline, one_line, verdicts

#: Names the JSON's form; the number grows when an old reader would misread it. `report.schema.json` describes it.
SCHEMA = "fire_ref/report/1"


class Report(Findings):
    """What `verify` or `verify_state` found: see `Findings` for its fields."""

    # A further format is a further file with one function of Findings, and a method here that calls it.

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON; what is not finite, or unknown, is None."""
        return {"schema": SCHEMA} | {field.name: plain(getattr(self, field.name)) for field in fields(Findings)}

    def to_json(self) -> str:
        """Return `to_dict` as text; `schema` describes it."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_html(self) -> str:
        """Return one self-contained page: verdicts, diagnoses, response curve, every result. It has no scripts."""
        return page(self)

    def __str__(self) -> str:
        """Return the verdicts and the diagnoses, one line each."""
        lines = [headline(self)]
        lines += [f"{line.question} {line.answer}. {line.text}".rstrip() for line in verdicts(self)]
        for found, more in folded(self.diagnoses):
            where = f" ({one_line(found.tensor)})" if found.tensor else ""
            lines.append(f"{found.severity} {one_line(found.code)}{where}: {one_line(found.evidence)}".rstrip())
            lines += [f"{found.severity} {one_line(found.code)}: {more} more"] if more else []
        return "\n".join([*lines, fitting(self)])


def plain(value: Any) -> Any:
    """
    Turn a record into what JSON holds.

    Parameters
    ----------
    value : object
        Dataclasses, mappings, sequences, sets of strings, numbers of Python or NumPy, strings.

    Returns
    -------
    object
        Dicts with strings as keys, lists, finite numbers, strings, None.

    Examples
    --------
    >>> plain({5: (1.0, float("inf"))})
    {'5': [1.0, None]}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `Report.to_json`."""
    text = files(__package__).joinpath("report.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
