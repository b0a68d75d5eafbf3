"""`verify`: from a target to a report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ..arguments import count
from .asking import Asked, Progress, supported
from .catalogue import catalogue
from .checks import chosen
from .evidence import Evidence
from .fingerprint import take
from .gain import DECLARED
from .judging import judged
from .record import Findings, Timing
from .report import Report
from .requested import declared, options
from .requested import setup as requested
from .targets.child import Child
from .targets.inside import Inside


def verify(
    fn_or_name: Callable[..., Any] | str,
    dialect: str = "official",
    *,
    level: str = "matrix",
    arrays: str = "numpy",
    dtype: str = "float32",
    kwargs: Mapping[str, Any] | None = None,
    result: int | str | None = None,
    in_place: bool = False,
    adapter: str | None = None,
    quick: bool = False,
    timeout: float = 30.0,
    checks: Iterable[str] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    device: str | None = None,
) -> Report:
    """
    Judge an implementation: does it do what a dialect says, does it converge, and if not, what is wrong with it?

    Parameters
    ----------
    fn_or_name : callable or str
        Maps one array to one array. A name, "package.module:callable" or "path/file.py:callable", runs in a child
        process that is restarted after a hang, an exit or a crash; a callable runs in this process, guarded.
    dialect : str
        A name of `DIALECTS`.
    level : {"matrix", "weight"}
        A function of one matrix, without gain; or of a weight tensor in the dialect's layout, with its gain.
    arrays : {"numpy", "torch", "jax", "cupy", "mlx"}
        What the target takes.
    dtype : {"float64", "float32", "float16", "bfloat16"}
        Of the inputs.
    kwargs : mapping, optional
        Given to every call.
    result : int or str, optional
        Which item of a returned tuple is the answer.
    in_place : bool
        The answer is the edited argument.
    adapter : {"linear", "conv2d"}, optional
        The target takes a torch module and reinitialises its weight.
    quick : bool
        At most 6 pairs of shape and dtype instead of 16.
    timeout : float
        Seconds for one call in the child process.
    checks : iterable of str, optional
        Ids of `fire_ref.conformance.checks.CHECKS`; what they require comes with them. Without "value.faithful" (for
        the dialect "paper": "value.converged") the first verdict is not-applicable and the report does not pass.
    seed : int
        Other random matrices of the same kind.
    progress : callable, optional
        Called with (done, total, case).
    device : {"cpu", "cuda"}, optional
        Where the arrays lie that the target is given, and where its answers must lie; default where the library puts
        its arrays by itself. "cuda" for torch, JAX (its GPU) and CuPy, whose arrays lie nowhere else.

    Returns
    -------
    Report
        `passed`, `faithful`, `converged`, `diagnoses`, `fits`, `fingerprint`, `results`; `to_json()`, `to_html()`.

    Raises
    ------
    ValueError
        An unknown name, a dialect that does not exist at that level, options that exclude each other, a target that
        cannot be imported or called (or is none), a `result` that it does not return.
    TypeError
        An argument of the wrong type.
    MissingExtraError
        The array library is not installed (for mlx, of which no extra exists: ValueError).
    BackendError
        The array library finds no usable GPU.

    Examples
    --------
    >>> import fire_ref
    >>> report = fire_ref.verify(fire_ref.newton_schulz, "official")
    >>> report.passed, report.converged.status, report.fits[0]
    (True, 'no', 'official')
    >>> wrong = fire_ref.verify(lambda W: fire_ref.newton_schulz(W, 5), "official")
    >>> wrong.passed, wrong.diagnoses[0].code, wrong.diagnoses[0].evidence
    (False, 'WRONG_STEPS', 'k = 5; declared k = 10')
    """
    told = declared(dialect, level)
    setup = requested(told, level, arrays, dtype, kwargs, result, in_place, adapter, device)
    options(quick, timeout, progress)
    seed = count("verify", "seed", seed)
    wanted = chosen(checks)
    cases = supported(catalogue(told, level, dtype, quick=quick, seed=seed, adapter=adapter), setup)
    target = Child(fn_or_name, setup, timeout) if isinstance(fn_or_name, str) else Inside(fn_or_name, setup)
    with target:
        asked = Asked(target, told, level, progress)
        asked.ask(cases)
        _picked(asked)
        fewer, parameter = asked.fewer(setup)
    began = time.perf_counter()
    evidence = Evidence(told, level, setup, tuple(asked.observations), fewer, parameter)
    taken = take(evidence, DECLARED[told.gain] if level == "weight" else "1")
    evidence = replace(evidence, precision=taken.precision)
    findings = judged(evidence, taken, wanted, target.name, {**target.versions, "fire_ref": own_version()})
    spent = Timing(target.loading_seconds, asked.first_calls, asked.calls, time.perf_counter() - began)
    return Report(**{field.name: getattr(findings, field.name) for field in fields(Findings)} | {"timing": spent})


def _picked(asked: Asked) -> None:
    """
    Refuse a `result` that no answer has: that is misuse, and no mistake of the target.

    Raises
    ------
    ValueError
        No answer has it.
    """
    errors = {seen.outcome.error for seen in asked.observations if seen.case.verdict == "valid"}
    prefix = "LookupError: verify: result must"
    if errors and all(error.startswith(prefix) for error in errors):
        raise ValueError(next(iter(errors)).removeprefix("LookupError: "))


def own_version() -> str:
    """Return the version of the installed package, or "unknown"."""
    try:
        return version("fire_ref")
    except PackageNotFoundError:
        return "unknown"
