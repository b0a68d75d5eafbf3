"""
A right implementation has nothing held against it: no error, no limit beyond its dialect's own, and its dialect fits.

``FIRE_REF_SEEDS`` runs for each dialect, spread over its levels and dtypes; every run has its own seed, the ways of
`right` take turns.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

import fire_ref
from fire_ref import DIALECTS

from ..backends import available
from .right import CUBIC, KELLER, SPECS, Steps, Way, ways

RUNS = int(os.environ.get("FIRE_REF_SEEDS", "6"))
SHARES = {"float32": 1 / 2, "float64": 1 / 6, "float16": 1 / 6, "bfloat16": 1 / 6}
LEVELS = [(name, level) for name in SPECS for level in DIALECTS[name].levels if level != "state"]
#: One more step changes little where the last ones have converged; these show it.
STEEP = ("official", "official-gpt", "official-sac", "muon", "muon-moonshot", "muon-scheduled", "polar-express-safe")


def seeds(dialect: str, dtype: str) -> range:
    """Return the seeds of one test; a full run has taken seed 0."""
    levels = sum(name == dialect for name, _ in LEVELS)
    return range(1, 1 + max(1, -int(-RUNS * SHARES[dtype] // levels)))


def complaints(
    dialect: str, level: str, dtype: str, several: Sequence[Way], numbers: Iterable[int], **kwargs: Any
) -> list[str]:
    """Verify one way after the other and tell what was held against it."""
    first, told = list(SPECS).index(dialect), []
    for seed in numbers:
        way = several[(first + 5 * seed) % len(several)]
        report = fire_ref.verify(way.fn, dialect, level=level, dtype=dtype, seed=seed, **kwargs)
        told += [f"{dialect}, {level}, {dtype}, seed {seed}, {way.name}: {text}" for text in held_against(report)]
    return told


def held_against(report: fire_ref.Report) -> Iterator[str]:
    """Tell what a right implementation must not be told."""
    dialect = DIALECTS[report.dialect]
    for one in report.diagnoses:
        if one.severity == "error" or (one.severity == "limit" and one.code not in dialect.known_codes):
            yield f"{one.severity} {one.code} at {one.case}: {one.evidence}"
    if not report.passed:
        verdict = report.faithful
        yield f"does not pass: {verdict.status}, {verdict.worst} times the bound at {verdict.case}, {verdict.reason}"
    if report.dialect not in report.fits:
        yield f"fits {report.fits}"


@pytest.mark.parametrize("dtype", SHARES)
@pytest.mark.parametrize(("dialect", "level"), LEVELS)
def test_nothing_is_held_against_a_right_implementation(dialect: str, level: str, dtype: str) -> None:
    several = ways(dialect, level, dtype)
    told = complaints(dialect, level, dtype, several, seeds(dialect, dtype), quick=True)
    assert not told, "\n".join(told)


@pytest.mark.parametrize(("dialect", "level"), LEVELS)
def test_nor_by_the_whole_catalogue(dialect: str, level: str) -> None:
    told = complaints(dialect, level, "float32", ways(dialect, level, "float32"), [0])
    assert not told, "\n".join(told)


def test_every_dialect_has_right_ways() -> None:
    assert set(SPECS) == {name for name, one in DIALECTS.items() if one.levels != ("state",)}
    for dialect, level in LEVELS:
        for dtype in SHARES:
            # Coprime to the stride, so that all of them get their turn; with names of their own.
            assert len(ways(dialect, level, dtype)) % 5
            assert len({way.name for way in ways(dialect, level, dtype)}) == len(ways(dialect, level, dtype))
        assert 1 in seeds(dialect, "float64")


def test_two_hundred_runs_are_two_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.RUNS", 200)
    for dialect in SPECS:
        levels = sum(name == dialect for name, _ in LEVELS)
        assert levels * sum(len(seeds(dialect, dtype)) for dtype in SHARES) >= 200


# --- the same loop finds what is wrong ---


def one_step_too_many(dialect: str) -> Way:
    spec = SPECS[dialect]
    longer = replace(spec, triples=(*spec.triples, spec.triples[-1]))
    return Way("one step too many", Steps(longer, "small Gram", "float32", "float32", "added"))


@pytest.mark.parametrize("dialect", STEEP)
def test_one_step_too_many_is_held_against_it(dialect: str) -> None:
    told = complaints(dialect, "matrix", "float32", [one_step_too_many(dialect)], [1], quick=True)
    assert any("does not pass: no" in text for text in told)
    assert any("error WRONG_STEPS" in text for text in told) or dialect.startswith(("muon-s", "polar"))


def test_ten_steps_are_not_the_exact_factor() -> None:
    ten = Way("ten steps", Steps(SPECS["official"], "small Gram", "float32", "float32", "added"))
    told = complaints("paper", "matrix", "float32", [ten], [1], quick=True)
    assert any("error UNDER_ITERATED" in text for text in told)
    assert any("fits ()" in text or "fits ('official'" in text for text in told)


def test_a_solver_without_gain_is_no_weight_function() -> None:
    told = complaints("official", "weight", "float32", ways("cubic5", "matrix", "float32")[2:3], [1], quick=True)
    assert any("does not pass: no" in text for text in told)


# --- other array libraries ---


def torch_solver(name: str) -> Callable[[Any], Any]:
    """Return a dialect's solver in torch, on any number of matrices."""
    torch = available("torch")

    def exact(W: Any) -> Any:
        U, _, Vh = torch.linalg.svd(W, full_matrices=False)
        return U @ Vh

    def official(W: Any) -> Any:
        X = W / torch.linalg.matrix_norm(W, keepdim=True)
        for _ in range(10):
            X = CUBIC[0] * X + CUBIC[1] * (X @ (X.mT @ X) if X.shape[-2] >= X.shape[-1] else (X @ X.mT) @ X)
        return X

    def muon(W: Any) -> Any:
        a, b, c = KELLER
        X = W.bfloat16()
        X = X.mT if W.size(-2) > W.size(-1) else X
        X = X / (X.norm(dim=(-2, -1), keepdim=True) + 1e-7)
        for _ in range(5):
            A = X @ X.mT
            X = a * X + (b * A + c * A @ A) @ X
        return (X.mT if W.size(-2) > W.size(-1) else X).to(W.dtype)

    return {"paper": exact, "official": official, "muon": muon}[name]


def torch_weight(name: str) -> Callable[[Any], Any]:
    """Return the same with the dialect's gain, for Linear's and Conv2d's weights."""
    solve = torch_solver(name)

    def taps(W: Any) -> Any:
        gain = (W.shape[0] / W.shape[1]) ** 0.5
        if W.ndim == 2:
            return gain * solve(W)
        return gain / (W.shape[2] * W.shape[3]) * solve(W.permute(2, 3, 0, 1)).permute(2, 3, 0, 1)

    def flat(W: Any) -> Any:
        X = solve(W.flatten(1))
        return (max(1.0, X.shape[0] / X.shape[1]) ** 0.5 * X).view_as(W)

    return flat if name == "muon" else taps


def torch_edit(name: str) -> Callable[[Any], None]:
    """Return what applies it to a module, in place."""
    torch, apply = available("torch"), torch_weight(name)

    @torch.no_grad()
    def edit(module: Any) -> None:
        module.weight.copy_(apply(module.weight))

    return edit


def jax_solver(name: str) -> Callable[[Any], Any]:
    """Return a dialect's solver in JAX, compiled, on any number of matrices."""
    jax = available("jax")
    jnp = jax.numpy

    def exact(W: Any) -> Any:
        U, _, Vh = jnp.linalg.svd(W, full_matrices=False)
        return U @ Vh

    def official(W: Any) -> Any:
        X = W / jnp.linalg.norm(W, axis=(-2, -1), keepdims=True)
        for _ in range(10):
            X = CUBIC[0] * X + CUBIC[1] * (X @ (X.mT @ X) if X.shape[-2] >= X.shape[-1] else (X @ X.mT) @ X)
        return X

    def muon(W: Any) -> Any:
        X = W.astype(jnp.bfloat16)
        X = X / (jnp.linalg.norm(X, axis=(-2, -1), keepdims=True) + 1e-7)
        for _ in range(5):
            A = X @ X.mT
            X = KELLER[0] * X + (KELLER[1] * A + KELLER[2] * A @ A) @ X
        return X.astype(W.dtype)

    return jax.jit({"paper": exact, "official": official, "muon": muon}[name])


LIBRARIES: dict[str, Callable[[str], Callable[[Any], Any]]] = {"torch": torch_solver, "jax": jax_solver}


@pytest.mark.parametrize("dialect", ["paper", "official", "muon"])
@pytest.mark.parametrize("library", LIBRARIES)
def test_nor_against_a_right_one_of_another_library(library: str, dialect: str) -> None:
    way = Way(library, LIBRARIES[library](dialect))
    told = complaints(dialect, "matrix", "float32", [way], [1, 2], quick=True, arrays=library)
    assert not told, "\n".join(told)


@pytest.mark.parametrize("dtype", ["float64", "bfloat16"])
@pytest.mark.parametrize("dialect", ["official", "muon"])
def test_nor_against_torch_in_other_dtypes(dialect: str, dtype: str) -> None:
    way = Way("torch", torch_solver(dialect))
    told = complaints(dialect, "matrix", dtype, [way], [1, 2], quick=True, arrays="torch")
    assert not told, "\n".join(told)


@pytest.mark.parametrize("adapter", ["linear", "conv2d"])
@pytest.mark.parametrize("dialect", ["paper", "official", "muon"])
def test_nor_against_what_edits_a_module(dialect: str, adapter: str) -> None:
    way = Way(adapter, torch_edit(dialect))
    told = complaints(dialect, "weight", "float32", [way], [1, 2], quick=True, arrays="torch", adapter=adapter)
    assert not told, "\n".join(told)


@pytest.mark.parametrize("dialect", ["paper", "official", "muon"])
def test_nor_against_a_function_of_torch_weights(dialect: str) -> None:
    way = Way("torch", torch_weight(dialect))
    told = complaints(dialect, "weight", "float32", [way], [1, 2], quick=True, arrays="torch")
    assert not told, "\n".join(told)
