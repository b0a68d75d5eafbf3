"""The columns of an audit's table: one list for the terminal, the page and the sorting."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..errors import sentence
from ..models import Row
from ..models.record import Key

#: What the theorems of a layer stand for, on the terminal and on the page.
STANDINGS = (
    "Theory, at each stage: sqrt(DfI), spectral deviation ||G/c^2 - I||, and the theorems that say something. 1: the "
    "pre-activations drift by less than anything could; 2: the layer's factor of the curvature provably fell; 3: d_out "
    ">= d_in and condition at most 99; 4: output units' norms are within a factor. Before: at the layer's own scale."
)


@dataclass(frozen=True)
class Column:
    """
    One column.

    Attributes
    ----------
    key : str
        What `--sort` calls it.
    title, help : str
        Its heading, and what it means.
    value : callable
        The number or name of a row that it shows.
    text : callable
        The same as text.
    descending : bool
        Whether the large values are the interesting ones.
    """

    key: str
    title: str
    help: str
    value: Callable[[Row], Any]
    text: Callable[[Row], str]
    descending: bool = True


def columns(steps: Sequence[int], everything: bool = False) -> list[Column]:
    """
    Return the columns of a table.

    Parameters
    ----------
    steps : sequence of int
        That the rows foretell.
    everything : bool
        Also those that only one layer's details show.

    Returns
    -------
    list of Column
    """
    table = [
        Column("name", "tensor", "its name in the network", lambda row: row.name, lambda row: row.name, False),
        Column("size", "shape", "its axes, in the order of the layout", _size, _shape),
        _number("cond", "cond", "largest over smallest singular value", lambda row: row.cond),
        _number(
            "before",
            "DfI before",
            "at the layer's own scale (its mean singular value)",
            lambda r: r.dfi_before,
        ),
        *(_number(f"k{k}", f"DfI k={k}", f"what {k} Newton-Schulz steps leave", partial(_at, "dfi", k)) for k in steps),
        _number("sfe", "SFE %", "what exact FIRE changes, of the squared norm", _share),
        _number("gain-share", "gain %", "the share of that SFE that is gain and not isotropy", _gain_share),
        _number("steps", "steps", "Newton-Schulz steps until all is within 1e-6", lambda row: row.steps_all),
        _number("dead", "dead", "output units without weights", lambda row: row.dead_units),
    ]
    return table + _details(steps) if everything else table


def _details(steps: Sequence[int]) -> list[Column]:
    keys: list[Key] = [*steps, "exact"]
    named = ("layout", "dtype", "action", "note")
    plain = (
        ("gain", "gain c"),
        ("s_max", "largest singular value"),
        ("s_min", "smallest singular value"),
        ("rank", "rank"),
        ("steps_needed", "steps, of what rank counts"),
        ("directions", "directions"),
        ("matrices", "matrices"),
        ("row_norm_min", "smallest row norm"),
        ("row_norm_max", "largest row norm"),
        ("storage_floor", "DfI that storage leaves"),
        ("dfi_gain", "DfI before, at gain c"),
        ("sfe_isotropy", "SFE exact, isotropy part"),
        ("sfe_gain", "SFE exact, gain part"),
    )
    return [
        *(Column(name, name, "", partial(_plain, name), partial(_plain, name)) for name in named),
        *(_number(name, title, "", partial(_plain, name)) for name, title in plain),
        *(_number(f"sfe-{key}", f"SFE {_label(key)}", "", partial(_at, "sfe", key)) for key in keys),
        *(_number(f"least-{k}", f"least SFE for DfI of k={k}", "", partial(_at, "least_sfe", k)) for k in steps),
        *(
            _number(f"{name}-{key}", f"{title} {_label(key)}", "", partial(_at, name, key))
            for name, title in (("root_dfi", "√DfI"), ("deviation", "spectral deviation"))
            for key in ("before", *keys)
        ),
        *(
            Column(f"theorems-{key}", f"theorems {_label(key)}", "", partial(_theorems, key), partial(_theorems, key))
            for key in ("before", *keys)
        ),
        *(_number(f"low-{k}", f"smallest response k={k}", "", partial(_at, "response_min", k)) for k in steps),
        *(
            _number(f"op-{when}-{name}", f"operator {title}, {when}", "", partial(_operator, when, name))
            for when in ("before", "exact")
            for name, title in (("s_max", "largest"), ("s_min", "smallest"), ("dfi", "DfI"))
        ),
    ]


def ordered(rows: Sequence[Row], steps: Sequence[int], key: str | None) -> list[Row]:
    """
    Sort rows; those whose number is unknown come first, because something is wrong with them.

    Parameters
    ----------
    rows : sequence of Row
        In the network's order.
    steps : sequence of int
        That they foretell.
    key : str or None
        A column's key, or "file" for the network's order. None: by the DfI that the most steps leave.

    Returns
    -------
    list of Row

    Raises
    ------
    ValueError
        There is no such column.
    """
    by = {column.key: column for column in columns(steps)}
    if key == "file":
        return list(rows)
    chosen = by.get(f"k{max(steps)}" if key is None else key)
    if chosen is None:
        names = ", ".join([*by, "file"])
        raise ValueError(sentence("fire-ref audit", "--sort", f"be one of {names}", repr(key), "--sort cond"))
    known = [row for row in rows if not _unknown(chosen.value(row))]
    known.sort(key=chosen.value, reverse=chosen.descending)
    return [row for row in rows if _unknown(chosen.value(row))] + known


def _number(key: str, title: str, explanation: str, value: Callable[[Row], Any]) -> Column:
    return Column(key, title, explanation, value, lambda row: figure(value(row)))


def figure(value: float | None) -> str:
    """
    Write a number in at most eight characters or so.

    Examples
    --------
    >>> figure(1234.5678), figure(0.0), figure(12), figure(None), figure(3.2e-13)
    ('1235', '0', '12', '-', '3.2e-13')
    """
    if value is None or math.isnan(value):
        return "-"
    if isinstance(value, int) or value == 0:
        return str(int(value))
    return f"{value:.4g}" if 1e-3 <= abs(value) < 1e5 else f"{value:.2g}"


def _unknown(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _label(key: Key) -> str:
    return f"k={key}" if isinstance(key, int) else key


def _plain(name: str, row: Row) -> Any:
    return getattr(row, name)


def _at(name: str, key: Key, row: Row) -> float:
    return float(getattr(row, name)[key])


def _operator(when: str, name: str, row: Row) -> float | None:
    return None if row.operator is None else float(getattr(row.operator[when], name))


def _theorems(key: Key, row: Row) -> str:
    return "-" if row.theory is None else row.theory[key].theorems


def _shape(row: Row) -> str:
    return " x ".join(str(n) for n in row.shape)


def _size(row: Row) -> int:
    return math.prod(row.shape)


def _share(row: Row) -> float:
    return 100 * row.sfe_optimum / row.squared_norm if row.squared_norm else float("nan")


def _gain_share(row: Row) -> float:
    return 100 * row.sfe_gain / row.sfe_optimum if row.sfe_optimum else float("nan")
