"""Checks on the values: against the declared truth, against the definition, and against each other."""

from __future__ import annotations

import numpy as np

from .case import turned
from .converged import converged
from .evidence import Evidence, Observation
from .faithful import judge, without_floor
from .outcomes import PASS, Finding, failed, recorded
from .precision import Host


def finite(_: Evidence, seen: Observation) -> Finding | None:
    """Check that a finite input has a finite answer."""
    if seen.case.verdict == "invalid" or {"purity", "zero", "scale", "rank"} & seen.case.flags:
        return None
    if seen.finite:
        return PASS
    return failed(_nonfinite(seen.answer))


def _nonfinite(answer: Host) -> str:
    bad = ~np.isfinite(answer)
    return f"{int(bad.sum())} of {bad.size} numbers are not finite"


def _judged(seen: Observation) -> bool:
    return seen.case.verdict == "valid" and not {"purity", "moved"} & seen.case.flags


def faithful(evidence: Evidence, seen: Observation) -> Finding | None:
    """Compare with the declared dialect; the exact one is what `converges` checks."""
    if not _judged(seen) or evidence.dialect.exact:
        return None
    found = judge(seen, evidence.dialect, evidence.computing)
    return Finding(found.status, found.residual, found.bound)


def converges(evidence: Evidence, seen: Observation) -> Finding | None:
    """Compare with the definition of the polar factor."""
    if not _judged(seen):
        return None
    found = converged(seen, evidence.computing)
    names = ("||QtQ-I||/sqrt p", "||QH-W||/||W||", "-lambda_min(H)/||W||")
    worst = int(np.argmax([r / b for r, b in zip(found.residuals, found.bounds, strict=True)]))
    text = f"{names[worst]} = {found.residuals[worst]:.2g}; " if found.status == "fail" else ""
    text += f"distance to the factor {found.distance:.1e}, the backward error explains {found.explained:.1e}"
    return Finding(found.status, found.ratio, 1.0, text)


def moved(evidence: Evidence, seen: Observation) -> Finding | None:
    """Compare with the answer to the same matrix before it was permuted or transposed."""
    base = evidence[seen.case.base] if seen.case.base else None
    if base is None or not base.finite:
        return None
    expected = base.answer.T if "transposed" in seen.case.flags else turned(base.answer)
    size = float(np.linalg.norm(expected))
    residual = float(np.linalg.norm(seen.answer - expected)) / size if size else 0.0
    room = 2 * judge(seen, without_floor(evidence.stepping), evidence.computing).bound
    if evidence.dialect.exact:  # two polar factors may be apart by their condition
        s = seen.truth.factors.s[0]
        room *= float(s[0] / s[-1])
    return Finding("pass" if residual <= room else "fail", residual, room)


def stack(evidence: Evidence, seen: Observation) -> Finding | None:
    """Compare a stack's answer with each matrix by itself; a matrix function need not take stacks at all."""
    if "stack" not in seen.case.flags or evidence.level == "weight":
        return None
    if evidence.dialect.exact:
        found = converged(seen, evidence.computing)
        return Finding(found.status, found.ratio, 1.0)
    judged = judge(seen, evidence.dialect, evidence.computing)
    return Finding(judged.status, judged.residual, judged.bound)


def scale(evidence: Evidence, seen: Observation) -> Finding | None:
    """Compare with what the dialect would say without its eps; the exact one with the definition."""
    if "scale" not in seen.case.flags:
        return None
    if not seen.finite:
        return failed(_nonfinite(seen.answer))
    if evidence.dialect.exact:
        found = converged(seen, evidence.computing)
        return Finding("fail" if found.status == "fail" else found.status, found.ratio, 1.0)
    judged = judge(seen, without_floor(evidence.dialect), evidence.computing)
    return Finding(judged.status, judged.residual, judged.bound)


def rank(evidence: Evidence, seen: Observation) -> Finding | None:
    """Judge the active subspace only, and record what was done with the rest."""
    if "rank" not in seen.case.flags:
        return None
    if not seen.finite:
        return failed(_nonfinite(seen.answer))
    if evidence.dialect.exact:
        found = converged(seen, evidence.computing)
        return Finding(found.status, found.ratio, 1.0, policy(seen))
    judged = judge(seen, evidence.dialect, evidence.computing, active=True)
    return Finding(judged.status, judged.residual, judged.bound, policy(seen))


def policy(seen: Observation) -> str:
    """
    Say what became of the null space: "zero", "completed" or "noise", with its norm over that of a completion.

    Parameters
    ----------
    seen : Observation
        A single matrix of deficient rank, with a finite answer.

    Returns
    -------
    str
    """
    found = seen.truth.factors
    Y = seen.answer.reshape(found.matrices.shape[-2:]) if seen.answer.ndim != 2 else seen.answer
    Y = Y if Y.shape == found.matrices.shape[-2:] else Y.T
    null = found.s[0] <= found.s[0, 0] * 1e-10
    if not null.any():
        return "full rank in this dtype"
    part = float(np.linalg.norm(Y @ found.Vh[0][null].T)) / np.sqrt(float(null.sum()))
    part /= float(seen.truth.gains[0, 0])
    name = "zero" if part < 0.01 else "completed" if abs(part - 1) < 0.01 else "noise"
    return f"null space: {name} ({part:.2g} of a completion)"


def zero(_: Evidence, seen: Observation) -> Finding | None:
    """Record what becomes of a zero matrix or tap; NaN fails."""
    if "zero" not in seen.case.flags:
        return None
    if not seen.finite:
        return failed(_nonfinite(seen.answer))
    return recorded("zero stays zero" if not seen.answer.any() else "zero is completed, or has zero beside it")


def nonfinite(_: Evidence, seen: Observation) -> Finding | None:
    """Record that NaN or inf were passed on; hiding them fails."""
    if "nonfinite" not in seen.case.flags:
        return None
    if np.isfinite(seen.answer).all():
        return failed(f"finite numbers for one {'NaN' if 'nan' in seen.case.flags else 'inf'}")
    return recorded(f"passed on: {_nonfinite(seen.answer)}")


__all__ = ["converges", "faithful", "finite", "moved", "nonfinite", "policy", "rank", "scale", "stack", "zero"]
