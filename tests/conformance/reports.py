"""Reports made by hand: passed, a named mistake, nothing finite, hostile names."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from fire_ref import spectral_response
from fire_ref.conformance.record import (
    Diagnosis,
    Explanation,
    Fingerprint,
    Probe,
    Result,
    Timing,
    Verdict,
)
from fire_ref.conformance.report import Report

SHAPES = {"probe-tall": (64, 32), "probe-square": (48, 48), "probe-wide": (32, 64), "probe-graded": (40, 24)}
CASES = {
    **{name: f"{m} x {n}, singular values spread over decades" for name, (m, n) in SHAPES.items()},
    "gauss-64x32": "64 x 32, standard normal entries",
    "kappa-1e6": "48 x 48, condition number 1e6",
    "zero": "32 x 16, all zero",
    "rank-3": "24 x 12 of rank 3",
}


def probe(case: str, measured: int, declared: int = 10, count: int = 24) -> Probe:
    """What `measured` cubic steps make of a graded spectrum, beside what `declared` steps do."""
    rng = np.random.default_rng(len(case))
    s = np.sort(np.geomspace(10.0 ** -(2 + 0.7 * list(SHAPES).index(case)), 1.0, count) * rng.uniform(0.8, 1, count))
    s = s / np.linalg.norm(s)
    response, wanted = (spectral_response(s, k).tolist() for k in (measured, declared))
    return Probe(case, SHAPES[case], tuple(s.tolist()), tuple(response), tuple(wanted))


def _results(status: str, residual: float, text: str) -> tuple[Result, ...]:
    faithful = [Result(case, "value.faithful", status, residual, 4e-5, text) for case in list(CASES)[:5]]
    return (
        *(Result(case, "shape.kept", "pass") for case in CASES),
        *(Result(case, "input.untouched", "pass") for case in CASES),
        *faithful,
        Result("kappa-1e6", "value.faithful", "pass", 1e-6, 4e-5),
        Result("rank-3", "value.faithful", "inconclusive", 3e-3, 4e-3, "between the two tolerances"),
        Result("zero", "value.faithful", "skipped", text="the dialect says nothing of the zero matrix"),
        Result("zero", "zero.finite", "recorded", text="NaN for the zero matrix"),
    )


def passing() -> Report:
    """A target that does what its dialect says, and does not converge."""
    return Report(
        target="fire_ref:newton_schulz",
        dialect="official",
        level="matrix",
        arrays="numpy",
        dtype="float32",
        versions={"fire_ref": "0.1.0", "numpy": "2.3.1"},
        passed=True,
        faithful=Verdict("yes", 0.21, "kappa-1e6", None, "Every answer is the declared iterate within rounding."),
        converged=Verdict("no", 2.4e4, "kappa-1e6", 38, "Ten steps leave the small singular values where they are."),
        results=_results("pass", 8e-6, ""),
        diagnoses=(),
        fits=("official",),
        fingerprint=Fingerprint(
            3e-7,
            "float32",
            tuple(probe(case, 10) for case in SHAPES),
            (Explanation("cubic", 10, "frobenius", "1", 0.94),),
        ),
        cases=CASES,
        timing=Timing(0.31, 0.02, 0.19, 0.55),
        device="cuda:0",
    )


def diagnosis(code: str, severity: str, confidence: float = 1.0) -> Diagnosis:
    return Diagnosis(
        code,
        severity,
        confidence,
        "gauss-64x32",
        "",
        f"{code}: all 4 probes are 5 steps of cubic (0.97 of the noise); 10 steps miss them by 3.1e+03",
        "The iteration stops earlier than the dialect says, so that small singular values stay small.",
        "Pass steps=10, or declare official-gpt.",
        "a training repository, commit c37a0ac",
    )


def wrong() -> Report:
    """A target that does five steps instead of ten."""
    good = passing()
    return _replaced(
        good,
        target="muon_like.orthogonal:zeropower_via_newtonschulz",
        passed=False,
        faithful=Verdict("no", 3.1e3, "gauss-64x32", None, "The answers are 5 steps of cubic, not 10."),
        results=_results("fail", 0.124, "0.124 from the declared iterate"),
        diagnoses=(
            diagnosis("WRONG_STEPS", "error"),
            diagnosis("ZERO_NAN", "limit"),
            diagnosis("MEMORY_REUSED", "note", 0.6),
        ),
        fits=("official-gpt", "short-cubic"),
        fingerprint=Fingerprint(
            2.9e-7,
            "float32",
            tuple(probe(case, 5) for case in SHAPES),
            (Explanation("cubic", 5, "frobenius", "1", 0.97), Explanation("exact", None, "", "1", 1.4)),
        ),
    )


def broken() -> Report:
    """A target without one finite answer, with every optional number missing or infinite."""
    values = (0.0, 1e-300, 1e-3, 1.0, 1.0, 1.0)
    odd = Probe("odd", (6, 6), values, (math.nan, math.inf, -math.inf, 1e30, -1e30, 0.5), (0.0, math.nan, 0.1, 1, 1, 1))
    return _replaced(
        wrong(),
        faithful=Verdict("no", math.inf, "gauss-64x32"),
        converged=Verdict("not-applicable"),
        results=(Result("gauss-64x32", "value.faithful", "fail", math.inf, math.nan, "no finite answer"),),
        fits=(),
        fingerprint=Fingerprint(None, "", (odd, Probe("one", (1, 1), (1.0,), (1.0,), (1.0,)))),
        cases={},
    )


def empty() -> Report:
    """A target that never answered."""
    return _replaced(
        passing(),
        passed=False,
        faithful=Verdict("inconclusive"),
        converged=Verdict("inconclusive"),
        results=(),
        fits=(),
        fingerprint=Fingerprint(),
        cases={},
        device="",
    )


def hostile(name: str) -> Report:
    """A report in which every text that can be foreign is `name`."""
    first = wrong()
    return _replaced(
        first,
        target=name,
        dialect=name,
        versions={"fire_ref": name, name: name},
        faithful=Verdict("no", 2.0, name, None, name),
        results=tuple(Result(name, name, status, 1.0, 1.0, name) for status in ("fail", "pass")),
        diagnoses=(Diagnosis("WRONG_STEPS", "error", 1.0, *(6 * (name,))),),
        fits=(name,),
        fingerprint=Fingerprint(
            0.5,
            name,
            (Probe(name, (2, 1), (0.5,), (0.5,), (0.6,)),),
            (Explanation(name, 3, name, name, 1.0),),
        ),
        cases={name: name},
        device=name,
    )


def _replaced(report: Report, **changes: object) -> Report:
    known = {name: getattr(report, name) for name in Report.__dataclass_fields__}
    return Report(**(known | changes))


EVERY: dict[str, Callable[[], Report]] = {"passing": passing, "wrong": wrong, "broken": broken, "empty": empty}
