"""One pair of arrays, judged without calling anything: what an input became in somebody's code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arrays import dtype_name, to_host
from ..errors import sentence
from ..operands import operand
from ..values import refuse_nonfinite
from .case import Case
from .checks import chosen
from .dialect import Dialect
from .evidence import Evidence, Observation
from .fingerprint import take
from .gain import DECLARED
from .judging import judged
from .precision import Raw, coarser, numpy_dtype
from .record import Findings
from .targets.outcome import Outcome, Setup
from .truth import layout_of

_CHECKS = ("value.faithful", "value.converged")


def inspected(function: str, names: tuple[str, str], W: object, V: object, dialect: Dialect, level: str) -> Findings:
    """
    Judge what became of W.

    Parameters
    ----------
    function : str
        Who asks.
    names : tuple of str
        What the two arrays are called there.
    W, V : array_like
        Input and answer, of any libraries and devices, of one shape; compared on the host.
    dialect : Dialect
        What V should be.
    level : str
        "matrix": leading axes are a stack. "weight": the dialect's layout.

    Returns
    -------
    Findings
        Of the worst matrix of a stack; V's dtype (or W's, if that is coarser) is the one it is judged by.

    Raises
    ------
    TypeError
        Not arrays of real numbers.
    ValueError
        Fewer than two axes, an empty axis, another shape, NaN or inf in W.
    """
    given, answer = (_host(function, name, value) for name, value in zip(names, (W, V), strict=True))
    refuse_nonfinite(function, names[0], operand(function, names[0], W, host=True))
    if given.ndim < 2 or 0 in given.shape:
        rule = "have two or more axes, none of them empty"
        raise ValueError(sentence(function, names[0], rule, f"shape {given.shape}", "a matrix"))
    if given.shape != answer.shape:
        rule = f"have the shape of {names[0]}, {given.shape}"
        raise ValueError(sentence(function, names[1], rule, f"shape {answer.shape}", "what became of the whole array"))
    dtype = coarser(dtype_name(given), dtype_name(answer))
    if level == "matrix" and given.ndim > 2:
        return _worst(given, answer, dialect, dtype)
    return _one(given, answer, dialect, level, dtype)


def _host(function: str, name: str, value: object) -> Raw:
    found = operand(function, name, value, host=True, warn=False)
    return np.asarray(to_host(found.array)).astype(numpy_dtype(found.name))


def _worst(given: Raw, answer: Raw, dialect: Dialect, dtype: str) -> Findings:
    pairs = zip(given.reshape(-1, *given.shape[-2:]), answer.reshape(-1, *given.shape[-2:]), strict=True)
    found = [_one(A, B, dialect, "matrix", dtype, f"[{i}]") for i, (A, B) in enumerate(pairs)]
    order = {"no": 0, "inconclusive": 1, "yes": 2}
    return min(found, key=lambda one: (order[one.faithful.status], -(one.faithful.worst or 0.0)))


def _one(given: Raw, answer: Raw, dialect: Dialect, level: str, dtype: str, place: str = "") -> Findings:
    kernel = level == "weight" and bool(layout_of(dialect, level, given.ndim).spatial)
    flags = frozenset({"conv"} if kernel else {"stack"} if given.ndim > 2 else {"probe"})
    case = Case(f"W{place}", "the pair", given.shape, "given", dtype, flags=flags)
    outcome = Outcome("returned", (answer,), "numpy.ndarray", dtype_name(answer), "cpu", answer.shape)
    seen = Observation(case, given, outcome, dialect, level)
    evidence = Evidence(dialect, level, Setup(dtype=dtype), (seen,))
    taken = take(evidence, DECLARED[dialect.gain] if level == "weight" else "1")
    return judged(replace(evidence, precision=taken.precision), taken, chosen(_CHECKS), "", {})
