"""An audit as one self-contained page: no request leaves it, and without scripts the table still reads."""

from __future__ import annotations

import json
import math
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np

from ..coefficients import schedule
from ..models import Row
from ..response import respond
from ..spectrum import Host
from .columns import STANDINGS, columns, ordered
from .curve import front_of, layers
from .findings import Findings, plain

#: Points of one layer's spectrum on the page.
POINTS = 160
#: Points of one layer's front on the page.
LAYER_POINTS = 24


def page(audit: Findings) -> str:
    """
    Write the page.

    Parameters
    ----------
    audit : Findings
        What to show.

    Returns
    -------
    str
        HTML with its styles, scripts and data inside.
    """
    places = {row.name: index for index, row in enumerate(audit.rows)}
    parts = {
        "TITLE": escape(f"FIRE audit of {audit.source}"),
        "SOURCE": escape(audit.source),
        "RECIPE": escape("every weight" if audit.recipe is None else f"recipe {audit.recipe}"),
        "SENTENCES": "\n".join(f"<li>{escape(text)}</li>" for text in audit.sentences),
        "HEAD": "".join(_head(column.key, column.title, column.help) for column in columns(audit.steps)),
        "BODY": "\n".join(_line(places[row.name], row, audit) for row in ordered(audit.rows, audit.steps, None)),
        "THEORY": escape(STANDINGS if any(row.theory for row in audit.rows) else ""),
        "SKIPPED": "\n".join(f"<li><code>{escape(n)}</code> {escape(why)}</li>" for n, why in audit.skipped.items()),
        "SKIPPED_COUNT": str(len(audit.skipped)),
        "STYLE": _asset("page.css"),
        "SCRIPT": _asset("page.js"),
        "DATA": _data(audit),
    }
    text = _asset("page.html")
    pieces = text.split("%%")  # TEXT %%NAME%% TEXT ...: what is put in is never looked at again
    return "".join(parts[piece] if i % 2 else piece for i, piece in enumerate(pieces))


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _head(key: str, title: str, explanation: str) -> str:
    return (
        f'<th data-key="{escape(key)}" aria-sort="none"><button type="button" title="{escape(explanation)}">'
        f"{escape(title)}</button></th>"
    )


def _line(index: int, row: Row, audit: Findings) -> str:
    cells = "".join(
        f'<td data-value="{escape(_sortable(column.value(row)))}">{escape(column.text(row))}</td>'
        for column in columns(audit.steps)
    )
    return f'<tr data-row="{index}" class="{escape(row.action)}" tabindex="0">{cells}</tr>'


def _sortable(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return repr(value) if isinstance(value, float) else str(value)


def _data(audit: Findings) -> str:
    front = audit.front
    data = {
        "steps": [str(k) for k in audit.steps],
        "front": {"sfe": _short(front.sfe), "dfi": _short(front.dfi)},
        "totals": {
            "norm": audit.totals.squared_norm,
            "directions": audit.totals.directions,
            "sfe": audit.totals.sfe,
            "dfi": audit.totals.dfi,
        },
        "rows": [_row(row, audit) for row in audit.rows],
    }
    # "<" never appears, so that no tensor's name can end the script element.
    return json.dumps(plain(data), separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _row(row: Row, audit: Findings) -> dict[str, Any]:
    known = [(column.title, column.text(row)) for column in columns(audit.steps, everything=True)]
    facts = [(title, text) for title, text in known if text not in ("", "-")]
    return {
        "name": row.name,
        "action": row.action,
        "facts": facts,
        "norm": row.squared_norm,
        "directions": row.directions,
        "sfe": row.sfe,
        "dfi": row.dfi,
        "front": _front(audit.spectra[row.name], row),
        "spectrum": _spectrum(audit.spectra[row.name], row, audit.steps),
    }


def _front(values: Host, row: Row) -> dict[str, list[float]]:
    """Return the layer's own front."""
    if row.action != "fire":
        return {"sfe": [], "dfi": []}
    curve = front_of(layers([(values, row.gain)]), LAYER_POINTS)
    return {"sfe": _short(curve.sfe), "dfi": _short(curve.dfi)}


def _spectrum(values: Host, row: Row, steps: tuple[int, ...]) -> dict[str, list[float]]:
    """Return the singular values over the gain, largest first, and where k steps put each; at most POINTS of them."""
    if not values.size:
        return {}
    with np.errstate(all="ignore"):
        x = np.where(values[:, :1] > 0, values / values[:, :1], 0.0)  # over the largest, so that no square overflows
        x = np.where(x > 0, x / np.sqrt(np.sum(x * x, axis=1, keepdims=True)), 0.0)
    order = np.argsort(-values.ravel(), kind="stable")
    some = order[np.unique(np.linspace(0, len(order) - 1, min(POINTS, len(order))).round().astype(int))]
    found = {"before": _short(values.ravel()[some] / row.gain)}
    for k in steps:
        found[str(k)] = _short(respond(x, k, schedule("audit", "cubic")).ravel()[some])
    return found


def _short(values: Host) -> list[float]:
    return [float(f"{value:.5g}") for value in values.tolist()]
