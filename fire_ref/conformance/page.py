"""A verification as one self-contained page: no request leaves it, and it has no scripts."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from .drawing import draw, legend
from .record import Diagnosis, Findings
from .tables import explanations, pairs, results
from .wording import SYMBOLS, Line, duration, fitting, folded, number, verdicts


def page(found: Findings) -> str:
    """
    Write the page.

    Parameters
    ----------
    found : Findings
        What to show.

    Returns
    -------
    str
        HTML with its styles and drawings inside.
    """
    parts = {
        "TITLE": escape(f"{'passed' if found.passed else 'not passed'}: {found.target}"),
        "TARGET": escape(found.target),
        "TONE": "good" if found.passed else "bad",
        "PASSED": "✓ Passed" if found.passed else "✗ Not passed",
        "SETTING": _setting(found),
        "VERDICTS": "\n".join(map(_verdict, verdicts(found))),
        "FITS": escape(fitting(found)),
        "DIAGNOSES": "\n".join(_diagnosis(*pair) for pair in folded(found.diagnoses))
        or '<div class="card">Nothing to diagnose.</div>',
        "CURVE": draw(found.fingerprint.probes) or "<p>No probe was answered.</p>",
        "LEGEND": legend(found.fingerprint.probes),
        "LEAKAGE": _leakage(found),
        "EXPLANATIONS": explanations(found.fingerprint.explanations),
        "RESULTS": results(found.results, found.cases) or "<p>Nothing was checked.</p>",
        "CASES": _cases(found),
        "VERSIONS": pairs(found.versions),
        "DURATION": escape(duration(found.timing)),
        "STYLE": _asset("page.css"),
    }
    pieces = _asset("page.html").split("%%")  # TEXT %%NAME%% TEXT ...: what is put in is never looked at again
    text = "".join(parts[piece] if i % 2 else piece for i, piece in enumerate(pieces))
    return text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair fits into no file


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _setting(found: Findings) -> str:
    known = {"dialect": found.dialect, "level": found.level, "arrays": found.arrays, "dtype": found.dtype}
    known |= {"device": found.device} if found.device else {}
    return "".join(f"<li>{name} <code>{escape(value)}</code></li>" for name, value in known.items())


def _verdict(line: Line) -> str:
    text = f"<p>{escape(line.text)}</p>" if line.text else ""
    return (
        f'<section class="card verdict {line.tone}"><h2>{escape(line.question)}</h2>'
        f'<p class="answer">{SYMBOLS[line.status]} {escape(line.answer)}</p>{text}</section>'
    )


def _diagnosis(found: Diagnosis, more: int) -> str:
    facts = {"evidence": found.evidence, "what it is": found.explanation, "what to do": found.hint}
    facts |= {"seen in": found.reference, "tensor": found.tensor, "case": found.case}
    facts |= {"also": f"{more} more; the JSON names them"} if more else {}
    body = "".join(f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>" for name, text in facts.items() if text)
    sign = f"{SYMBOLS[found.severity]} {found.severity}"
    return (
        f'<article class="card diagnosis {escape(found.severity)}"><h3><span class="badge {escape(found.severity)}">'
        f"{escape(sign)}</span> <code>{escape(found.code)}</code> "
        f'<small>confidence {found.confidence:.0%}</small></h3><dl class="facts">{body}</dl></article>'
    )


def _cases(found: Findings) -> str:
    if not found.cases:
        return ""
    summary = f"<summary>What the {len(found.cases)} cases are</summary>"
    return f'<details class="card">{summary}<dl class="pairs">\n{pairs(found.cases)}\n</dl></details>'


def _leakage(found: Findings) -> str:
    leakage, precision = found.fingerprint.leakage, found.fingerprint.precision
    if leakage is None:
        return ""
    speaking = f" in {precision}" if precision else ""
    text = f"Leakage between singular directions: {number(leakage)}{speaking}"
    return escape(f"{text} (0 for every function of the singular values alone).")
