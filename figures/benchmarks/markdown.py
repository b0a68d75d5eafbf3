"""Every table in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..catalogue import Data
from .rivals import OURS
from .stepping import ALONE, GRAPH, OFFICIAL
from .stepping import OURS as STEPPED

NOTHING = "-"
#: The ways of ours that only a GPU has.
OTHERS = {ALONE: "ours, one by one", GRAPH: "ours, one by one, as a graph"}
VERDICTS = {True: "met", False: "**missed**", None: ""}


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """
    Return one table.

    Parameters
    ----------
    heads : sequence of str
        The columns; those after the first are set to the right.
    rows : iterable of sequence of str
        The cells.

    Returns
    -------
    str
        Lines, the last without its end.
    """
    marks = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, marks, *rows])


def seconds(value: float) -> str:
    """Return a time with three digits and a unit that suits it."""
    return f"{value:.3g} s" if value >= 1 else f"{1000 * value:.3g} ms"


def megabytes(value: float) -> str:
    """Return bytes as megabytes."""
    return f"{value / 1e6:.0f} MB" if value >= 1e7 else f"{value / 1e6:.1f} MB"


def range_of(taken: Data | None, digits: str = ".2f") -> str:
    """Return a median with least and greatest."""
    if taken is None:
        return NOTHING
    return f"{taken['median']:{digits}} ({taken['min']:{digits}} - {taken['max']:{digits}})"


def judged(row: Data) -> str:
    """Return the goal, and whether it is met."""
    ways = [] if row["goal"] is None else [f"{row['goal']:g}"]
    if row.get("asked") is not None:
        ways.append(f"{row['asked']:g} of the peak")
    told = " or ".join(ways)
    return f"{told} {VERDICTS[row['met']]}".strip() or NOTHING


def paper(rows: Sequence[Data]) -> str:
    """Return Table 1."""
    cells = []
    for row in rows:
        told = row["paper"]
        published = f"{told['seconds']:g} s, {megabytes(told['memory'])}" if told else NOTHING
        cells.append(
            [row["method"], seconds(row["seconds"]["median"]), megabytes(row["memory"]), published, row["note"]]
        )
    return table(["method", "wall clock", "extra memory", "the paper, on its GPU", "what it is"], cells)


def exact(rows: Sequence[Data]) -> str:
    """Return the exact methods: one row for each input, a column for each contestant."""
    every = list(dict.fromkeys(name for row in rows for name in row["ratios"]))
    main = [name for name in OURS.values() if name in every]
    others = [name for name in every if name not in main]
    fast = main[-1] if main else ""
    against = rows[0]["reference"] if rows else ""
    heads = ["input", "dtype", against, *main, "goal of fast", *others, f"{against}, products", f"{fast}, products"]
    return table(heads, [_exact(row, main, others, fast) for row in rows])


def _exact(row: Data, main: Sequence[str], others: Sequence[str], fast: str) -> list[str]:
    found, products = row["ratios"], row["products"]
    goal = judged(row) if row["n"] >= 256 or row["met"] is None else f"+ 0.1 ms {judged(row | {'goal': None})}"
    return [
        f"{row['m']} x {row['n']}, {row['kind']}",
        row["dtype"],
        seconds(row["seconds"][row["reference"]]["median"]),
        *(range_of(found.get(name)) for name in main),
        goal,
        *(f"{found[name]['median']:.2f}" if name in found else NOTHING for name in others),
        *(f"{products[name]:.1f}" if name in products else NOTHING for name in (row["reference"], fast)),
    ]


def missed(rows: Sequence[Data]) -> str:
    """Return what explains a missed goal of the exact factor: its arithmetic, and at which share of the peak."""
    return "\n\n".join(_missed(row) for row in rows if row["met"] is False)


def _missed(row: Data) -> str:
    what = f"Missed: {row['m']} x {row['n']}, {row['kind']}, {row['dtype']}."
    if row.get("flops") is None:  # none is kept of a run that did not count
        return f"{what} The SVD decides its time." if "flops" in row else what
    product = 2.0 * row["m"] * row["n"] ** 2
    share = row["flops"] / (row["products"][OURS["fast"]] * product)
    best = row["products"][row["reference"]] * product / row["flops"]
    return (
        f"{what} Ours takes {row['flops']:.2g} flops, {row['flops'] / product:.1f} products, at {share:.2f} of the "
        f"peak; at the peak it would be {best:.1f} times as fast as {row['reference']}."
    )


def steps(rows: Sequence[Data]) -> str:
    """Return ten steps of whole models."""
    others = {name: head for name, head in OTHERS.items() if any(name in row["seconds"] for row in rows)}
    heads = ["weights", "dtype", "flops", "official", *others.values(), "ours", "ratio", "goal"]
    heads += [f"{what}, {whose}" for what in ("share of peak", "memory") for whose in ("official", "ours")]
    return table(heads, [_steps(row, (OFFICIAL, *others, STEPPED)) for row in rows])


def _steps(row: Data, names: Sequence[str]) -> list[str]:
    def cell(of: str, name: str, show: Any) -> str:
        return show(row[of][name]) if row[of].get(name) is not None else NOTHING

    return [
        row["name"],
        row["dtype"],
        f"{row['flops']:.2g}",
        *(cell("seconds", name, lambda taken: seconds(taken["median"])) for name in names),
        range_of(row["ratio"]),
        judged(row),
        *(cell("share", name, lambda share: f"{share:.2f}") for name in (OFFICIAL, STEPPED)),
        cell("memory", OFFICIAL, lambda memory: f"{memory:.1f}x"),
        f"{row['memory'][STEPPED]:.1f}x {VERDICTS[row['sparing']]}".strip(),
    ]


def many(rows: Sequence[Data]) -> str:
    """Return the exact factors of stacks: one row for each, a column for each contestant."""
    every = list(dict.fromkeys(name for row in rows for name in row["ratios"]))
    heads = ["stack", "dtype", rows[0]["reference"] if rows else "", *every]
    return table(heads, [_many(row, every) for row in rows])


def _many(row: Data, names: Sequence[str]) -> list[str]:
    return [
        f"{row['matrices']} of {row['side']} x {row['side']}",
        row["dtype"],
        seconds(row["seconds"][row["reference"]]["median"]),
        *(range_of(row["ratios"].get(name)) for name in names),
    ]


def startup(rows: Sequence[Data]) -> str:
    """Return what it takes to start."""
    heads = ["what", "by `-X importtime`", "process CPU time", "goal", "loaded without need"]
    return table(heads, [_startup(row) for row in rows])


def _startup(row: Data) -> list[str]:
    times = [f"{range_of(row[by])} s" for by in ("imports", "process")]
    goal = f"{row['goal']:g} s {VERDICTS[row['met']]}"
    return [f"`{row['name']}`", *times, goal, ", ".join(row["heavy"]) or NOTHING]


def growth(found: Data, what: str) -> str:
    """Return times over sizes, and the fitted exponents."""
    heads = [what, *(str(size) for size in found["sizes"]), "exponent"]
    return table(
        heads,
        [
            [name, *map(seconds, one["seconds"]), NOTHING if one["exponent"] is None else f"{one['exponent']:.2f}"]
            for name, one in found["series"].items()
        ],
    )
