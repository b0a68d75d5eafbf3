"""Clues from the call itself: seen directly, so always certain."""

from __future__ import annotations

from collections.abc import Iterator

from .clue import Clue, View

#: Check -> code, severity, for those whose failure is the diagnosis.
DIRECT = (
    ("call.type", "TYPE_CHANGED", "error"),
    ("call.dtype", "DTYPE_CHANGED", "error"),
    ("call.device", "DEVICE_CHANGED", "error"),
    ("call.repeatable", "NONDETERMINISTIC", "error"),
    ("call.fresh", "OUTPUT_ALIASED", "error"),
    ("call.silent", "PRINTED", "note"),
    ("call.state", "STATE_CHANGED", "limit"),
)
ENDINGS = {"raised": "RAISED", "exited": "EXITED", "hung": "HUNG", "crashed": "CRASHED"}


def direct(view: View) -> Iterator[Clue]:
    """Name what failed on the call, one clue for each kind."""
    for check, code, severity in DIRECT:
        failed = view.of(check, "fail")
        if failed:
            first = failed[0]
            yield Clue(code, severity, 1.0, first.case, f"{first.text} ({_times(len(failed))})")
    for result in view.of("call.repeatable", "recorded")[:1]:
        yield Clue("NONDETERMINISTIC", "note", 1.0, result.case, result.text)


def endings(view: View) -> Iterator[Clue]:
    """Name calls that did not return; a target that cannot write to its argument says so by raising."""
    seen: dict[str, list[str]] = {}
    for result in view.of("call.returns", "fail"):
        seen.setdefault(result.text, []).append(result.case)
    told: set[str] = set()
    for text, cases in seen.items():
        code = ENDINGS.get(text.split(":")[0], "RAISED")
        if code == "RAISED" and cases == ["read-only"]:
            yield Clue(
                "INPUT_MUTATED", "error", 0.9, "read-only", f"raises where the argument cannot be written: {text}"
            )
        elif code not in told:
            told.add(code)
            yield Clue(code, "error", 1.0, cases[0], f"{text} ({_times(len(cases))})")


def shapes(view: View) -> Iterator[Clue]:
    """Name answers of another shape."""
    failed = view.of("call.shape", "fail")
    if failed and not view.of("call.type", "fail"):
        # Only wide ones turned: that has a name of its own.
        seen = view.evidence[failed[0].case]
        turned = seen is not None and seen.outcome.shape == seen.given.shape[::-1]
        yield Clue(
            "SHAPE_CHANGED",
            "error",
            0.9 if turned else 1.0,
            failed[0].case,
            f"{failed[0].text} ({_times(len(failed))})",
        )


def purity(view: View) -> Iterator[Clue]:
    """Name arguments that were written to; in another dtype than the declared one it is a limit."""
    failed = [result.case for result in view.of("call.pure", "fail")]
    own = [case for case in failed if not case.startswith("purity-")]
    for cases, severity in ((own, "error"), ([case for case in failed if case not in own], "limit")):
        if cases and not (severity == "limit" and own):
            seen = view.evidence[cases[0]]
            dtype = seen.case.dtype if seen else ""
            yield Clue(
                "INPUT_MUTATED", severity, 1.0, cases[0], f"a {dtype} argument was written to ({_times(len(cases))})"
            )


def beside(view: View) -> Iterator[Clue]:
    """Name parameters of a module that are no weight and were changed."""
    for seen in view.evidence.observations:
        if seen.outcome.extra_changed:
            yield Clue("NON_WEIGHT_CHANGED", "error", 1.0, seen.case.id, ", ".join(seen.outcome.extra_changed))
            return


def _times(many: int) -> str:
    return "one case" if many == 1 else f"{many} cases"


RULES = (endings, direct, shapes, purity, beside)
