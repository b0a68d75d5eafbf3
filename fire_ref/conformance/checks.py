"""The checks: each an id, a demand, what it requires, and what its failure says. Registered in one list, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from ..errors import sentence
from .contract import device, dtype, fresh, pure, repeatable, returns, shape, silent, state, type_
from .evidence import Evidence, Observation
from .judgements import converges, faithful, finite, moved, nonfinite, rank, scale, stack, zero
from .outcomes import Finding
from .record import Result

Judge: TypeAlias = Callable[[Evidence, Observation], "Finding | None"]


class Check(NamedTuple):
    """
    One check.

    Attributes
    ----------
    id, demand, failure : str
        Its name, what is demanded in one line, and what a failure means.
    judge : callable
        Of the evidence and one observation; None where the check has nothing to say on that case.
    requires : tuple of str
        Ids of checks that must not fail on the same case.
    """

    id: str
    demand: str
    failure: str
    judge: Judge
    requires: tuple[str, ...] = ()


_SHAPED = ("call.shape",)
_FINITE = ("value.finite",)

#: In the order they run.
CHECKS = (
    Check("call.returns", "the call returns", "it did not return", returns),
    Check("call.type", "an array of the library that was given", "another type came back", type_, ("call.returns",)),
    Check("call.shape", "the shape of the input", "another shape came back", shape, ("call.returns",)),
    Check("call.dtype", "the dtype of the input", "another dtype came back", dtype, _SHAPED),
    Check("call.device", "the device of the input", "the answer lies on another device", device, _SHAPED),
    Check("call.pure", "the argument is left as it was", "the argument was written to", pure),
    Check("call.silent", "nothing is printed", "the target prints", silent),
    Check("call.state", "the process is left as it was", "global state was changed", state),
    Check("call.repeatable", "the same answer each time", "three calls differ", repeatable, _SHAPED),
    Check("call.fresh", "an answer stays what it was", "a later call changed an earlier answer", fresh, _SHAPED),
    Check("value.finite", "finite numbers for finite numbers", "NaN or inf came back", finite, _SHAPED),
    Check("value.faithful", "the declared dialect, within rounding", "another map", faithful, _FINITE),
    Check("value.converged", "the polar factor, within rounding", "not the polar factor", converges, _FINITE),
    Check("value.moved", "permutations, signs and transposition commute", "they do not", moved, _FINITE),
    Check("value.stack", "each matrix of a stack by itself", "matrices of a stack mix", stack, _FINITE),
    Check("value.scale", "the same at every scale", "at this scale it is not what the dialect says", scale, _SHAPED),
    Check("value.rank", "right on the active subspace", "wrong where the matrix is not zero", rank, _SHAPED),
    Check("value.zero", "what becomes of zero", "NaN for a zero matrix", zero, _SHAPED),
    Check("value.nonfinite", "NaN and inf are not hidden", "finite numbers for NaN or inf", nonfinite, _SHAPED),
)


def chosen(ids: Iterable[str] | None, every: tuple[Check, ...] = CHECKS) -> tuple[Check, ...]:
    """
    Take the checks of some ids with all that they require.

    Parameters
    ----------
    ids : iterable of str, or None
        None for all.
    every : tuple of Check
        To choose from.

    Returns
    -------
    tuple of Check
        In the order of `every`.

    Raises
    ------
    ValueError
        No id; an id, or a requirement of a check, that is none of them; a requirement that comes later.
    """
    known: Mapping[str, Check] = MappingProxyType({check.id: check for check in every})
    for place, check in enumerate(every):
        for name in check.requires:
            if name not in [earlier.id for earlier in every[:place]]:
                rule = "require checks that come before it"
                raise ValueError(sentence("verify", f"check {check.id}", rule, repr(name), "another order"))
    if ids is None:
        return every
    wanted: set[str] = set()
    todo = list(ids)
    if not todo:
        raise ValueError(sentence("verify", "checks", "hold at least one id", "none", "checks=None for all"))
    while todo:
        name = todo.pop()
        if name not in known:
            rule = f"be ids of checks: {', '.join(known)}"
            raise ValueError(sentence("verify", "checks", rule, repr(name), "checks=None for all"))
        wanted.add(name)
        todo += known[name].requires
    return tuple(check for check in every if check.id in wanted)


def run(evidence: Evidence, checks: Iterable[Check] = CHECKS) -> tuple[Result, ...]:
    """
    Apply checks to every case; what depends on a failure is skipped, with the reason.

    Parameters
    ----------
    evidence : Evidence
        What was seen.
    checks : iterable of Check
        From `chosen`.

    Returns
    -------
    tuple of Result
        Case by case.
    """
    checks = tuple(checks)
    return tuple(result for seen in evidence.observations for result in _one(evidence, seen, checks))


def _one(evidence: Evidence, seen: Observation, checks: tuple[Check, ...]) -> list[Result]:
    results: list[Result] = []
    broken: dict[str, str] = {}
    for check in checks:
        cause = next((broken[name] for name in check.requires if name in broken), None)
        if cause is not None:
            broken[check.id] = cause
            if _concerns(check, seen):
                results.append(Result(seen.case.id, check.id, "skipped", text=cause))
            continue
        found = check.judge(evidence, seen)
        if found is None:
            continue
        text = found.text or (check.failure if found.status == "fail" else "")
        results.append(Result(seen.case.id, check.id, found.status, found.residual, found.bound, text))
        if found.status == "fail":
            broken[check.id] = f"{check.id} failed"
        elif found.stops:
            broken[check.id] = f"{check.id}: {text}"
    return results


def _concerns(check: Check, seen: Observation) -> bool:
    """Whether a skipped check would have said something on a case."""
    only = {
        "value.scale": {"scale"},
        "value.rank": {"rank"},
        "value.zero": {"zero"},
        "value.nonfinite": {"nonfinite"},
        "value.stack": {"stack"},
        "value.moved": {"moved"},
    }
    if check.id in only:
        return bool(only[check.id] & seen.case.flags)
    if check.id in ("value.faithful", "value.converged"):
        return seen.case.verdict == "valid" and "purity" not in seen.case.flags
    return True
