"""Every dialect has the numbers of its source, and is found by name only where it exists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.dialect import DIALECTS, LEVELS, Dialect, dialect_named, dialects_at
from fire_ref.conformance.precision import DTYPES
from fire_ref.conformance.truth import one_step, respond
from fire_ref.tolerances import EPS

from .observed import PAIRS

CUBIC = ((1.5, -0.5, 0.0),)
KELLER = ((3.4445, -4.7750, 2.0315),)
# arXiv 2505.16932, Algorithm 1.
EXPRESS = (
    (8.28721201814563, -23.595886519098837, 17.300387312530933),
    (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137),
    (3.3184196573706015, -2.488488024314874, 0.51004894012372),
    (2.300652019954817, -1.6689039845747493, 0.4188073119525673),
    (1.891301407787398, -1.2679958271945868, 0.37680408948524835),
    (1.8750014808534479, -1.2500016453999487, 0.3750001645474248),
)
# modded-nanogpt, train_gpt_medium.py.
SCHEDULED = (
    (4.0848, -6.8946, 2.9270),
    (3.9505, -6.3029, 2.6377),
    (3.7418, -5.5913, 2.3037),
    (2.8769, -3.1427, 1.2046),
    (2.8366, -3.0525, 1.2012),
)
# timm, optim/muon.py, "polar_express".
CUSHIONED = (
    (8.237312490495555, -23.157747414558198, 16.680568411445915),
    (4.082441999064835, -2.893047735332586, 0.5252849256975648),
    (3.9263479922546582, -2.8547468034765298, 0.5318022422894988),
    (3.2982187133085143, -2.424541981026706, 0.48632008358844075),
    (2.2970369434552573, -1.63662558125903, 0.4002628455953627),
    (1.8763805351440397, -1.2347896577722228, 0.35891887501668385),
    (1.8564423485617974, -1.2132449880935525, 0.3568003487825883),
    (1.8749994008682747, -1.2499988017229169, 0.3749994008546422),
)


def safe(by: float, count: int) -> tuple[tuple[float, float, float], ...]:
    return tuple((a / by, b / by**3, c / by**5) for a, b, c in EXPRESS[:count])


#: Name -> levels, triples, steps, factor on the norm, eps, least precise dtype, gain.
TABLE: dict[str, tuple[Any, ...]] = {
    "paper": ("matrix weight", CUBIC, None, 1.0, 0.0, None, "fan"),
    "official": ("matrix weight", CUBIC, 10, 1.0, 0.0, None, "fan"),
    "official-gpt": ("matrix weight state", CUBIC, 5, 1.0, 0.0, None, "fan"),
    "official-vit": ("state", CUBIC, 10, 1.0, 0.0, None, "fan"),
    "official-dqn": ("state", CUBIC, 10, 1.0, 0.0, None, "fan"),
    "official-sac": ("matrix weight", CUBIC, 10, 1.0, 1e-8, None, "fan"),
    "norm-preserving": ("matrix weight", CUBIC, 20, 1.0, 1e-7, None, "norm"),
    "muon": ("matrix weight", KELLER, 5, 1.0, 1e-7, "bfloat16", "muon"),
    "muon-moonshot": ("matrix weight", KELLER, 5, 1.0, 1e-7, "bfloat16", "moonshot"),
    "muon-scheduled": ("matrix", SCHEDULED, 5, 1.0, 1e-7, "bfloat16", "one"),
    "polar-express": ("matrix", EXPRESS, 5, 1.0, 1e-7, None, "one"),
    "polar-express-safe": ("matrix", safe(1.01, 5), 5, 1.01, 1e-7, "bfloat16", "one"),
    "polar-express-1.02": ("matrix", safe(1.02, 5), 5, 1.02, 1e-7, "bfloat16", "one"),
    "polar-express-1.05": ("matrix", safe(1.05, 5), 5, 1.0, 1e-7, "bfloat16", "one"),
    "polar-express-1.01": ("matrix", (*safe(1.01, 7), (1.875, -1.25, 0.375)), 10, 1.0, 1e-7, "bfloat16", "one"),
    "polar-express-cushioned": ("matrix", CUSHIONED, 8, 1.0, 1e-7, "bfloat16", "one"),
    "deepseek-v4": ("matrix", (*KELLER * 8, (2.0, -1.5, 0.5)), 10, 1.0, 1e-7, "bfloat16", "one"),
    "cubic5": ("matrix", CUBIC, 5, 1.0, 0.0, None, "one"),
}


def each(triples: tuple[Any, ...], steps: int | None) -> list[Any]:
    return [triples[min(step, len(triples) - 1)] for step in range(steps or 0)]


def test_no_dialect_is_without_its_numbers_here() -> None:
    assert list(DIALECTS) == list(TABLE)
    assert fire_ref.DIALECTS is DIALECTS
    assert all(name == dialect.name for name, dialect in DIALECTS.items())


@pytest.mark.parametrize("name", TABLE)
def test_a_dialect_has_the_numbers_of_its_source(name: str) -> None:
    levels, triples, steps, safety, eps, computes, gain = TABLE[name]
    found = DIALECTS[name]
    assert each(found.triples, found.steps) == each(triples, steps)
    assert (found.steps, found.exact) == (steps, steps is None)
    assert (found.normalization, found.safety, found.eps) == ("frobenius", safety, eps)
    assert (found.levels, found.computes, found.gain) == (tuple(levels.split()), computes, gain)


def test_kernels_are_flat_for_muon_and_taps_for_fire() -> None:
    muon = {name for name, row in TABLE.items() if row[4] == 1e-7} - {"norm-preserving"}
    assert {name for name, dialect in DIALECTS.items() if dialect.convolution == "flat"} == muon
    assert {dialect.convolution for dialect in DIALECTS.values()} == {"flat", "taps"}


def test_layouts_are_those_of_the_sources() -> None:
    others = {"official-sac": {2: "IO", 3: "bIO"}, "norm-preserving": {2: "OI"}}
    for name, dialect in DIALECTS.items():
        assert dict(dialect.layouts) == others.get(name, {2: "OI", 4: "OIHW"}), name


def test_what_iterates_may_stop_early_and_overflow_and_the_exact_one_may_nothing() -> None:
    for dialect in dialects_at("matrix"):
        assert ({"UNDER_ITERATED", "OVERFLOW"} <= dialect.known_codes) == (not dialect.exact), dialect.name
        assert ("EPS_FLOOR" in dialect.known_codes) == (dialect.eps > 0), dialect.name
        # 1e-8 is 0 in float16
        zero = not dialect.exact and (dialect.eps == 0 or dialect.name == "official-sac")
        assert ("ZERO_NAN" in dialect.known_codes) == zero, dialect.name
        assert ("DTYPE_DOWNCAST" in dialect.known_codes) == (dialect.computes is not None), dialect.name


@pytest.mark.parametrize(("name", "by"), [("safe", 1.01), ("1.02", 1.02), ("1.05", 1.05), ("1.01", 1.01)])
def test_a_safety_factor_shrinks_the_argument_of_every_polynomial(name: str, by: float) -> None:
    x = np.linspace(0, 1, 9)
    for tempered, plain in zip(DIALECTS[f"polar-express-{name}"].triples, EXPRESS, strict=False):
        # Terms of at most |a| + |b| + |c|, each rounded a few times.
        room = 8 * EPS["float64"] * sum(map(abs, plain))
        assert np.abs(one_step(x, tempered) - one_step(x / by, plain)).max() <= room


@pytest.mark.parametrize("name", ["polar-express-cushioned", "polar-express-1.01", "deepseek-v4"])
def test_long_schedules_bring_everything_above_a_hundredth_near_one(name: str) -> None:
    reached, _ = respond(np.geomspace(0.01, 1, 200), DIALECTS[name])
    assert np.abs(1 - reached).max() < 0.02 < np.abs(1 - respond(np.array([1e-6]), DIALECTS[name])[0]).max()


def test_dialects_at_a_level_are_those_that_exist_there() -> None:
    for level in LEVELS:
        expected = [name for name, row in TABLE.items() if level in row[0].split()]
        assert [dialect.name for dialect in dialects_at(level)] == expected


def test_a_dialect_is_frozen() -> None:
    with pytest.raises(AttributeError):
        DIALECTS["paper"].steps = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        DIALECTS["mine"] = DIALECTS["paper"]  # type: ignore[index]


def test_a_dialect_is_found_by_name_and_level() -> None:
    assert dialect_named("verify", "muon", "weight") is DIALECTS["muon"]


@pytest.mark.parametrize("name", ["Official", "", None, 3, DIALECTS["paper"]])
def test_an_unknown_dialect_is_refused_with_the_known_ones(name: Any) -> None:
    with pytest.raises(ValueError, match=r"^verify: dialect must be one of paper, official, .*cubic5; got "):
        dialect_named("verify", name, "matrix")


@pytest.mark.parametrize(
    ("name", "level"), [("official-vit", "matrix"), ("official-dqn", "weight"), ("cubic5", "weight")]
)
def test_a_dialect_of_another_level_is_refused_with_its_own(name: str, level: str) -> None:
    with pytest.raises(
        ValueError, match=rf"^verify: dialect must exist at level '{level}'; got '{name}', which exists"
    ):
        dialect_named("verify", name, level)


def test_coefficients_are_given_by_name_or_number() -> None:
    assert Dialect("mine", "", "", LEVELS, coefficients=(2, -1.5, 0.5)).triples == ((2.0, -1.5, 0.5),)
    assert Dialect("mine", "", "", LEVELS).triples == CUBIC


def normalised(W: Any) -> Any:
    wide = W.astype(np.float64)
    norm = np.linalg.norm(wide, axis=(0, 1) if wide.ndim == 4 else (-2, -1), keepdims=True)
    return (wide / np.where(norm > 0, norm, 1.0)).astype(W.dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "level"), PAIRS)
def test_zero_the_identity_and_the_normalised_input_conform_to_no_dialect(name: str, level: str, dtype: str) -> None:
    asked = "value.converged" if DIALECTS[name].exact else "value.faithful"
    for wrong in (np.zeros_like, np.copy, normalised):
        report = fire_ref.verify(wrong, name, level=level, dtype=dtype, quick=True, checks=[asked])
        assert (report.passed, report.faithful.status) == (False, "no")
        assert report.fits == ()


@pytest.mark.parametrize(("name", "dtype"), [("paper", "bfloat16"), ("muon", "float32"), ("official", "float64")])
def test_nor_do_they_in_a_full_run(name: str, dtype: str) -> None:
    for wrong in (np.zeros_like, np.copy, normalised):
        report = fire_ref.verify(wrong, name, dtype=dtype)
        assert (report.passed, report.faithful.status, report.converged.status) == (False, "no", "no")
