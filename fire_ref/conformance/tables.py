"""The tables of the page: results by check, explanations, cases, versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from .record import Explanation, Result
from .wording import SYMBOLS, grouped, number, tally

#: What is not shown until it is asked for.
CALM = ("pass", "skipped")


def results(found: Iterable[Result], cases: Mapping[str, str]) -> str:
    """
    Write every result: a section for each check, failures first, passes folded away.

    Parameters
    ----------
    found : iterable of Result
        Of the verification.
    cases : mapping of str to str
        What each case is.

    Returns
    -------
    str
        HTML.
    """
    return "\n".join(_check(check, group, cases) for check, group in grouped(found))


def _check(check: str, group: Sequence[Result], cases: Mapping[str, str]) -> str:
    counted = " ".join(_badge(status, many) for status, many in tally(group).items() if many)
    told = [result for result in group if result.status not in CALM]
    calm = [result for result in group if result.status in CALM]
    parts = [f'<section class="check"><h3><code>{escape(check)}</code> {counted}</h3>']
    if told:
        parts.append(_rows(told, cases))
    if calm:
        counts = [f"{many} {status}" for status, many in tally(calm).items() if many]
        parts.append(f"<details><summary>{' and '.join(counts)}</summary>{_rows(calm, cases)}</details>")
    return "".join([*parts, "</section>"])


def _badge(status: str, many: int) -> str:
    return f'<span class="badge {escape(status)}">{SYMBOLS[status]} {many} {escape(status)}</span>'


def _rows(group: Sequence[Result], cases: Mapping[str, str]) -> str:
    return table(("status", "case", "residual", "bound", "what it says"), [_row(result, cases) for result in group])


def _row(result: Result, cases: Mapping[str, str]) -> tuple[str, ...]:
    return (
        f'<span class="{escape(result.status)}">{SYMBOLS[result.status]} {escape(result.status)}</span>',
        f'<code title="{escape(cases.get(result.case, ""))}">{escape(result.case)}</code>',
        number(result.residual),
        number(result.bound),
        escape(result.text),
    )


def explanations(found: Sequence[Explanation]) -> str:
    """
    Write every formula that reproduces what was seen.

    Parameters
    ----------
    found : sequence of Explanation
        Best first.

    Returns
    -------
    str
        HTML.
    """
    if not found:
        return "<p>No formula that this library knows reproduces what was seen.</p>"
    rows = [
        (
            escape(one.coefficients),
            "-" if one.steps is None else str(one.steps),
            escape(one.normalization) or "-",
            escape(one.gain),
            number(one.residual),
        )
        for one in found
    ]
    return table(("formula", "steps", "W divided by", "times", "deviation over noise"), rows)


def pairs(found: Mapping[str, str]) -> str:
    """
    Write names and what they stand for.

    Parameters
    ----------
    found : mapping of str to str
        Cases or versions.

    Returns
    -------
    str
        Items of a definition list.
    """
    return "\n".join(
        f"<div><dt><code>{escape(name)}</code></dt><dd>{escape(text)}</dd></div>" for name, text in found.items()
    )


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """
    Write a table that may be wider than its window.

    Parameters
    ----------
    headings : sequence of str
        Plain text.
    rows : iterable of sequence of str
        HTML, escaped already.

    Returns
    -------
    str
        HTML.
    """
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "\n".join(f"<tr>{''.join(map(_cell, headings, row))}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(heading: str, cell: str) -> str:
    # In a narrow window a row becomes a few lines, and its numbers say themselves what they are.
    return f'<td data-label="{escape(heading)}">{cell}</td>'
