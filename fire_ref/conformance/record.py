"""The records of a verification, frozen: verdicts, results, diagnoses, the fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Of a verdict.
VERDICTS = ("yes", "no", "inconclusive", "not-applicable")
#: Of a result. "recorded": something to know, that nothing demands.
STATUSES = ("pass", "fail", "inconclusive", "skipped", "recorded")
#: error: not the declared dialect. limit: a documented property, or a failure on zero, rank-deficient, subnormal or
#: extreme-scale cases only. note: worth knowing.
SEVERITIES = ("error", "limit", "note")


@dataclass(frozen=True)
class Verdict:
    """
    One of the two questions, answered.

    Attributes
    ----------
    status : str
        "yes", "no", "inconclusive" or "not-applicable".
    worst : float or None
        The largest residual over its bound, dimensionless: at most 1 for "yes"; inf where there was no finite answer.
    case : str
        The case that `worst` belongs to.
    steps_needed : int or None
        For `converged`: the steps of the declared dialect that would be enough for every failing case, None if none
        would or if it is converged.
    reason : str
        One sentence.
    """

    status: str
    worst: float | None = None
    case: str = ""
    steps_needed: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Result:
    """
    One check on one case.

    Attributes
    ----------
    case : str
        Its id.
    check : str
        Its id, as "value.faithful".
    status : str
        "pass", "fail", "inconclusive", "skipped" or "recorded".
    residual, bound : float or None
        What was measured and what it may be, where the check measures.
    text : str
        Why it failed or was skipped, or what was recorded.
    """

    case: str
    check: str
    status: str
    residual: float | None = None
    bound: float | None = None
    text: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """
    A mistake with a name.

    Attributes
    ----------
    code : str
        As "WRONG_STEPS"; `fire_ref.conformance.codes.CODES` explains each.
    severity : str
        "error", "limit" or "note".
    confidence : float
        Between 0 and 1: 1 where it was seen directly, less where it is the best of several explanations.
    case : str
        The case that proves it.
    tensor : str
        The tensor's name, for whole models; "" for a function.
    evidence : str
        The numbers.
    explanation, hint, reference : str
        What it is, what to do, where it has been seen.
    """

    code: str
    severity: str
    confidence: float
    case: str
    tensor: str
    evidence: str
    explanation: str
    hint: str
    reference: str

    def __str__(self) -> str:
        """Return severity, code and evidence on one line."""
        return f"{self.severity} {self.code}: {self.evidence}"


@dataclass(frozen=True)
class Explanation:
    """
    A formula that reproduces what was seen, within noise.

    Attributes
    ----------
    coefficients : str
        A name, as "cubic"; "exact" for the polar factor, "linear" for a multiple of W, "inverse" for 1/s.
    steps : int or None
        None where there are none.
    normalization : str
        What W was divided by, as "frobenius" or "1.02 frobenius".
    gain : str
        As "1" or "sqrt(rows/columns)".
    residual : float
        Root mean square of the deviations over the noise; about 1 or less.
    """

    coefficients: str
    steps: int | None
    normalization: str
    gain: str
    residual: float


@dataclass(frozen=True)
class Probe:
    """One matrix of the fingerprint: normalised singular values (ascending) and what became of each."""

    case: str
    shape: tuple[int, int]
    values: tuple[float, ...]
    response: tuple[float, ...]
    declared: tuple[float, ...]


@dataclass(frozen=True)
class Fingerprint:
    """
    What the target does to singular values.

    Attributes
    ----------
    leakage : float or None
        Largest over the probes of ||off-diagonal of U^T Y V||_F / ||Y||_F, dimensionless; 0 for every function of the
        singular values. None when no probe was answered.
    precision : str
        The dtype that leakage speaks of: "float32" and so on, "" if none.
    probes : tuple of Probe
        At least four when all were answered.
    explanations : tuple of Explanation
        Every formula within noise, best first.
    """

    leakage: float | None = None
    precision: str = ""
    probes: tuple[Probe, ...] = ()
    explanations: tuple[Explanation, ...] = ()


@dataclass(frozen=True)
class Timing:
    """Wall time in seconds: loading the target, first calls of each shape and dtype (compilation), later ones, ours."""

    loading: float = 0.0
    first_calls: float = 0.0
    calls: float = 0.0
    judging: float = 0.0


@dataclass(frozen=True)
class Findings:
    """
    Everything that a verification found; `Report` adds the ways to pass it on.

    Attributes
    ----------
    target, dialect, level, arrays, dtype : str
        What was verified, against what, how. At level "state" it is a network, whose cases are tensors and their
        blocks, compared on the host; its dialect may be "recipe gpt": what the rules of a recipe say.
    versions : mapping of str to str
        Of the target's package, its array library and this one.
    passed : bool
        `faithful` is yes and no diagnosis is an error.
    faithful, converged : Verdict
        Does it do what the dialect says; is the answer the polar factor.
    results : tuple of Result
        Every check on every case.
    diagnoses : tuple of Diagnosis
        Worst and surest first.
    fits : tuple of str
        Every dialect within noise.
    fingerprint : Fingerprint
        Leakage, response and explanations.
    cases : mapping of str to str
        Case id -> one line on what it is.
    timing : Timing
        Where the time went.
    device : str
        Where the arrays lay that it was given, as "cpu" or "cuda:0"; "" if it never got one.
    """

    target: str
    dialect: str
    level: str
    arrays: str
    dtype: str
    versions: Mapping[str, str]
    passed: bool
    faithful: Verdict
    converged: Verdict
    results: tuple[Result, ...]
    diagnoses: tuple[Diagnosis, ...]
    fits: tuple[str, ...]
    fingerprint: Fingerprint
    cases: Mapping[str, str] = field(default_factory=dict)
    timing: Timing = field(default_factory=Timing)
    device: str = ""
