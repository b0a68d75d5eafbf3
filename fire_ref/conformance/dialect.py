"""The dialects: what an implementation may declare to compute. A difference is a mistake only against one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from ..coefficients import Coefficients, Triple, schedule
from ..errors import sentence

LEVELS = ("matrix", "weight")
CONVOLUTIONAL = MappingProxyType({2: "OI", 4: "OIHW"})
MATRICES = MappingProxyType({2: "OI"})
FLAX = MappingProxyType({2: "IO", 3: "bIO"})
#: What every iteration in a fixed number of steps and a plain sum of squares has by specification.
K_STEP = frozenset({"UNDER_ITERATED", "OVERFLOW"})


@dataclass(frozen=True)
class Dialect:
    """
    A fully specified map from one weight to another.

    Attributes
    ----------
    name, summary, source : str
        What it is called, one line on it, and where it is written down.
    levels : tuple of str
        "matrix", "weight" and "state": where it can be verified.
    coefficients : str or sequence
        As in `newton_schulz`; not used where `steps` is None.
    steps : int or None
        k; None for the exact polar factor.
    normalization : {"frobenius", "spectral", "none"}
        What W is divided by.
    safety : float
        A factor on that norm.
    eps : float
        What is added to it. Variants that add less, or clamp, are the same dialect: its tolerance has room for them.
    computes : str or None
        The least precise dtype it may compute in; None for the input's.
    gain : {"one", "fan", "norm", "muon", "moonshot"}
        At level "weight", after the orthogonalisation.
    layouts : mapping of int to str
        Number of axes -> layout of the weights it takes.
    convolution : {"taps", "flat"}
        Whether each spatial position is a matrix, or the kernel one of O x (I kh kw).
    known_codes : frozenset of str
        Diagnoses that the specification itself implies; for this dialect they are limits.
    """

    name: str
    summary: str
    source: str
    levels: tuple[str, ...]
    coefficients: Coefficients = "cubic"
    steps: int | None = 10
    normalization: str = "frobenius"
    safety: float = 1.0
    eps: float = 0.0
    computes: str | None = None
    gain: str = "one"
    layouts: Mapping[int, str] = field(default_factory=lambda: CONVOLUTIONAL)
    convolution: str = "taps"
    known_codes: frozenset[str] = frozenset()

    @property
    def exact(self) -> bool:
        """Whether it is the polar factor itself."""
        return self.steps is None

    @cached_property
    def triples(self) -> tuple[Triple, ...]:
        """One (a, b, c) per step, the last repeated."""
        return schedule("verify", self.coefficients)


def _tempered(safety: float, steps: int) -> tuple[Triple, ...]:
    """Return the first triples of Polar Express, each for an argument that is larger by `safety`."""
    express = schedule("verify", "polar-express")[:steps]
    return tuple((a / safety, b / safety**3, c / safety**5) for a, b, c in express)


def _quintic(
    name: str, summary: str, source: str, coefficients: Coefficients, steps: int, safety: float = 1.0
) -> Dialect:
    """Return a dialect of Muon's family: Frobenius + 1e-7, down to half precision, the bare solver only."""
    return Dialect(
        name,
        f"{summary}; k = {steps}, Frobenius + 1e-7, down to bfloat16",
        source,
        ("matrix",),
        coefficients=coefficients,
        steps=steps,
        safety=safety,
        eps=1e-7,
        computes="bfloat16",
        convolution="flat",
        known_codes=_MUON_CODES,
    )


_FIRE = "arXiv 2602.08040"
_MUON = "Jordan et al. 2024, Muon"
_POLAR = "arXiv 2505.16932, Algorithm 1"
_KELLER = ((3.4445, -4.7750, 2.0315),)
_LAST = ((2.0, -1.5, 0.5),)
_SCHEDULED = (
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
)
_CUSHIONED = (
    (8.237312490495555, -23.157747414558198, 16.680568411445915),
    (4.082441999064835, -2.893047735332586, 0.5252849256975648),
    (3.9263479922546582, -2.8547468034765298, 0.5318022422894988),
    (3.2982187133085143, -2.424541981026706, 0.48632008358844075),
    (2.2970369434552573, -1.63662558125903, 0.4002628455953627),
    (1.8763805351440397, -1.2347896577722228, 0.35891887501668385),
    (1.8564423485617974, -1.2132449880935525, 0.3568003487825883),
    (1.8749994008682747, -1.2499988017229169, 0.3749994008546422),
)
_CUBIC_CODES = K_STEP | {"ZERO_NAN"}
_MUON_CODES = K_STEP | {"EPS_FLOOR", "DTYPE_DOWNCAST", "DTYPE_CHANGED"}

_ALL = (
    Dialect("paper", "the exact polar factor, with the gain", f"{_FIRE}, the problem", LEVELS, steps=None, gain="fan"),
    Dialect(
        "official",
        "cubic, k = 10, Frobenius; every tap; gain sqrt(o/i)/area",
        f"{_FIRE}, official vision code",
        LEVELS,
        gain="fan",
        known_codes=_CUBIC_CODES,
    ),
    Dialect(
        "official-gpt",
        "cubic, k = 5, Frobenius; every tap; gain sqrt(o/i)/area",
        f"{_FIRE}, official language code",
        (*LEVELS, "state"),
        steps=5,
        gain="fan",
        known_codes=_CUBIC_CODES,
    ),
    Dialect(
        "official-vit", "as official, to_q and to_k only", f"{_FIRE}, official vision code", ("state",), gain="fan"
    ),
    Dialect("official-dqn", "Conv2d as official, Linear reset", f"{_FIRE}, official RL code", ("state",), gain="fan"),
    Dialect(
        "official-sac",
        "cubic, k = 10, Frobenius + 1e-8; kernels (in, out); gain sqrt(out/in)",
        f"{_FIRE}, official SAC code",
        LEVELS,
        eps=1e-8,
        gain="fan",
        layouts=FLAX,
        known_codes=K_STEP | {"EPS_FLOOR", "ZERO_NAN"},
    ),
    Dialect(
        "norm-preserving",
        "cubic, k = 20, Frobenius; rescaled to the norm of W",
        "SAC-pytorch, apply_fire",
        LEVELS,
        steps=20,
        eps=1e-7,
        gain="norm",
        layouts=MATRICES,
        known_codes=K_STEP | {"EPS_FLOOR"},
    ),
    Dialect(
        "muon",
        "(3.4445, -4.7750, 2.0315), k = 5, Frobenius + 1e-7, down to bfloat16; gain sqrt(max(1, o/i)), kernels flat",
        _MUON,
        LEVELS,
        coefficients=_KELLER,
        steps=5,
        eps=1e-7,
        computes="bfloat16",
        gain="muon",
        convolution="flat",
        known_codes=_MUON_CODES,
    ),
    Dialect(
        "muon-moonshot",
        "as muon; gain 0.2 sqrt(max(o, i))",
        "arXiv 2502.16982",
        LEVELS,
        coefficients=_KELLER,
        steps=5,
        eps=1e-7,
        computes="bfloat16",
        gain="moonshot",
        convolution="flat",
        known_codes=_MUON_CODES,
    ),
    _quintic("muon-scheduled", "five tuned quintics in the place of Muon's one", "modded-nanogpt", _SCHEDULED, 5),
    # As published it is only stable in wider dtypes: where rounding lifts x above 1, it diverges.
    replace(
        _quintic("polar-express", "the first five minimax quintics, as published", _POLAR, "polar-express", 5),
        summary="the first five minimax quintics, as published; k = 5, Frobenius + 1e-7",
        computes=None,
        known_codes=K_STEP | {"EPS_FLOOR"},
    ),
    _quintic("polar-express-safe", "as polar-express, 1.01 on arguments and norm", _POLAR, _tempered(1.01, 5), 5, 1.01),
    _quintic("polar-express-1.02", "as polar-express, 1.02 on arguments and norm", _POLAR, _tempered(1.02, 5), 5, 1.02),
    _quintic("polar-express-1.05", "as polar-express, 1.05 on arguments", "gram-newton-schulz", _tempered(1.05, 5), 5),
    _quintic(
        "polar-express-1.01",
        "seven minimax quintics, 1.01 on arguments, and three of (1.875, -1.25, 0.375)",
        "heavyball, msign",
        (*_tempered(1.01, 7), (1.875, -1.25, 0.375)),
        10,
    ),
    _quintic("polar-express-cushioned", "eight quintics with a cushion", "timm, pytorch_optimizer", _CUSHIONED, 8),
    _quintic("deepseek-v4", "eight steps of muon, two of (2, -1.5, 0.5)", "DeepSeek-V4", _KELLER * 8 + _LAST, 10),
    Dialect("cubic5", "cubic, k = 5, Frobenius", "Newton-Schulz", ("matrix",), steps=5, known_codes=_CUBIC_CODES),
)

#: Name -> dialect.
DIALECTS: Mapping[str, Dialect] = MappingProxyType({dialect.name: dialect for dialect in _ALL})


def dialect_named(function: str, name: object, level: str) -> Dialect:
    """
    Look a dialect up, and whether it exists at a level.

    Parameters
    ----------
    function : str
        Who asks.
    name : object
        A name of `DIALECTS`.
    level : str
        "matrix" or "weight".

    Returns
    -------
    Dialect

    Raises
    ------
    ValueError
        Unknown, or defined for whole models only.

    Examples
    --------
    >>> dialect_named("verify", "official", "matrix").steps
    10
    """
    if not isinstance(name, str) or name not in DIALECTS:
        rule = f"be one of {', '.join(DIALECTS)}"
        raise ValueError(sentence(function, "dialect", rule, repr(name), "'official'"))
    found = DIALECTS[name]
    if level not in found.levels:
        rule = f"exist at level {level!r}"
        where = f"{name!r}, which exists at {' and '.join(map(repr, found.levels))}"
        raise ValueError(sentence(function, "dialect", rule, where, "'official'"))
    return found


def dialects_at(level: str) -> tuple[Dialect, ...]:
    """Return the dialects that exist at a level."""
    return tuple(dialect for dialect in DIALECTS.values() if level in dialect.levels)
