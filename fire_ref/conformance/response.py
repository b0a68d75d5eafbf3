"""The measurement behind the fingerprint: D = U^T Y V of each probe, its diagonal and what leaks beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..tolerances import EPS
from .dialect import DIALECTS, Dialect
from .emulation import emulations
from .evidence import Evidence, Observation
from .precision import DTYPES, Host
from .truth import layout_of, to_matrices

#: Leakage above this many times what bfloat16 explains is no rounding.
ROUNDING = 4.0
#: On well-conditioned matrices emulations of the dialect and implementations leak the same within this factor; other
#: implementations, and Muon, within the second.
AGREEING, RIVALLING = 3.0, 2.0
#: Rounding leaks alike on all of them; what leaks more on one than on another by this factor is another mistake.
UNEVEN = 10.0
#: Cases of a condition of at most 5.
CALM = ("well-square", "flip", "gaussian-tall", "gaussian-wide", "odd-7x7")


@dataclass(frozen=True)
class Measured:
    """
    One probe.

    Attributes
    ----------
    seen : Observation
        Which.
    shape : tuple of int
        Rows (outputs) and columns of the matrix.
    s, norm : ndarray
        Its singular values, and its Frobenius norm.
    response : ndarray
        The diagonal of D: what became of each.
    noise : ndarray
        For each, the root mean square of its row and column of D beside the diagonal.
    leakage : float
        All of Y that is not the diagonal, relative to Y.
    """

    seen: Observation
    shape: tuple[int, int]
    s: Host
    norm: float
    response: Host
    noise: Host
    leakage: float


def measured(seen: Observation, flat: bool, answer: Host | None = None) -> Measured:
    """
    Read an answer to a single matrix in the singular bases of the input.

    Parameters
    ----------
    seen : Observation
        With a finite answer.
    flat : bool
        Whether the dialect makes one matrix of a kernel.
    answer : ndarray, optional
        Instead of the observation's own.

    Returns
    -------
    Measured
    """
    answer = seen.answer if answer is None else answer
    found, layout = seen.truth.factors, layout_of(seen.dialect, seen.level, answer.ndim)
    Y = to_matrices(answer, layout, flat)[0]
    D = found.U[0].T @ Y @ found.Vh[0].T
    response = np.diagonal(D).copy()
    beside = D - np.diag(response)
    p = len(response)
    noise = np.sqrt((np.sum(beside**2, axis=0) + np.sum(beside**2, axis=1)) / max(1, 2 * (p - 1)))
    total = float(np.linalg.norm(Y))
    outside = np.sqrt(np.sum(beside**2) + np.linalg.norm(Y - found.U[0] @ D @ found.Vh[0]) ** 2)
    leakage = float(outside) / total if total else 0.0
    rows, columns = Y.shape
    return Measured(seen, (rows, columns), found.s[0], float(found.norms[0, 0]), response, noise, leakage)


def probes(evidence: Evidence) -> list[Measured]:
    """Measure every probe that has a finite answer."""
    flat = evidence.dialect.convolution == "flat"
    return [measured(seen, flat) for seen in evidence.flagged("probe") if seen.finite and np.any(seen.answer)]


def precision(evidence: Evidence) -> str:
    """
    Name the dtype whose rounding explains the leakage on well-conditioned matrices, where no algorithm amplifies it.

    Parameters
    ----------
    evidence : Evidence
        What was seen.

    Returns
    -------
    str
        Of `DTYPES`; "" where nothing was answered, or more leaks than any of them explains.
    """
    flat = evidence.dialect.convolution == "flat"
    alone = len(evidence.observations) == 1
    calm = [seen for seen in evidence.plain if (alone or seen.case.id in CALM) and seen.finite and np.any(seen.answer)]
    found = [measured(seen, flat) for seen in calm]
    if not found:
        return ""
    # The declared dialect first; a target that is steeper than it leaks as Muon does.
    for rival, most in ((evidence.dialect, AGREEING), (DIALECTS["muon"], RIVALLING)):
        ratios = {dtype: _ratios(found, rival, dtype) for dtype in DTYPES}
        best = min(DTYPES, key=lambda dtype: abs(float(np.median(np.log(ratios[dtype])))))
        uneven = np.max(ratios[best]) > UNEVEN * np.min(ratios[best])
        coarse = DTYPES.index(best) > DTYPES.index(evidence.setup.dtype)
        if np.median(ratios[best]) <= most and not (uneven and coarse):
            return best
    return ""


def _ratios(found: Sequence[Measured], dialect: Dialect, dtype: str) -> Host:
    """Return measured leakage over the nearest that an emulation shows, case by case."""
    tiny, ratios = EPS["float64"], []
    for one in found:
        leaks = _leaks(one, dialect, dtype)
        near = min(max(one.leakage, min(leaks)), max(leaks))
        ratios.append((one.leakage + tiny) / (near + tiny))
    return np.array(ratios)


def expected_leakage(found: Sequence[Measured], dialect: Dialect, dtype: str) -> float:
    """Return the median leakage of a dialect emulated in a dtype on some measured cases."""
    return float(np.median([leak for one in found for leak in _leaks(one, dialect, dtype)]))


def _leaks(one: Measured, dialect: Dialect, dtype: str) -> list[float]:
    flat = dialect.convolution == "flat"
    layout = layout_of(one.seen.dialect, one.seen.level, one.seen.input.ndim)
    leaks = []
    for run in emulations(one.seen.truth.factors.matrices[0], dialect, dtype):
        shaped = run.reshape(one.seen.input.shape) if layout.letters[:2] == "OI" else run.T
        leaks.append(measured(one.seen, flat, np.asarray(shaped)).leakage)
    return leaks
