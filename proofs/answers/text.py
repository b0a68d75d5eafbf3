"""Writing answers: Markdown tables and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

#: Below it a squared error is rounding alone, another in each processor.
ROUNDING = 1e-20


def number(value: float) -> str:
    """
    Write three digits; of what is rounding only that it is small.

    Examples
    --------
    >>> number(1234.5), number(0.25), number(3), number(1.3e-9), number(1.2e-27)
    ('1.23e+03', '0.25', '3', '1.3e-09', '< 1e-20')
    """
    if isinstance(value, (int, np.integer)):
        return str(value)
    return f"< {ROUNDING:g}" if 0 < abs(value) < ROUNDING else f"{value:.3g}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """
    Write a Markdown table; the first column is text, the others numbers.

    Parameters
    ----------
    head : sequence of str
        Titles.
    rows : iterable of sequence
        Strings or numbers.

    Returns
    -------
    str
    """
    lines = [f"| {' | '.join(head)} |", f"|---{'|---:' * (len(head) - 1)}|"]
    for row in rows:
        cells = [one if isinstance(one, str) else number(one) for one in row]  # type: ignore[arg-type]  # numbers
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
