from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.conformance.checks import CHECKS

from ..backends import available
from .mutants import Array, ns, official, polar


def test_a_right_implementation_passes_and_its_dialects_are_named() -> None:
    report = fire_ref.verify(ns)
    assert report.passed
    assert report.faithful.status == "yes"
    assert report.converged.status == "no"
    assert report.converged.steps_needed is not None
    assert "official" in report.fits
    assert {"muon", "paper", "official-gpt"}.isdisjoint(report.fits)


def test_the_exact_factor_is_the_paper() -> None:
    report = fire_ref.verify(polar, "paper")
    assert report.passed
    assert report.faithful == report.converged
    assert report.fits == ("paper",)


def test_a_weight_is_judged_with_its_gain() -> None:
    assert fire_ref.verify(official, level="weight").passed
    assert not fire_ref.verify(official, level="matrix").passed


def test_keyword_arguments_reach_the_target() -> None:
    def steps(W: Array, *, many: int) -> Array:
        return ns(W, many)

    assert fire_ref.verify(steps, "official-gpt", kwargs={"many": 5}, quick=True).passed
    assert not fire_ref.verify(steps, "official-gpt", kwargs={"many": 6}, quick=True).passed


def test_one_item_of_a_tuple_is_picked() -> None:
    report = fire_ref.verify("scipy.linalg:polar", "paper", result=0, dtype="float64")
    assert report.passed
    assert report.versions["scipy"]
    assert report.timing.loading > 0


def test_an_edited_argument_is_read() -> None:
    def edit(W: Array) -> None:
        W[...] = ns(W.copy())

    assert fire_ref.verify(edit, in_place=True, quick=True).passed
    assert not fire_ref.verify(edit, quick=True).passed


def test_quick_takes_fewer_cases_and_another_seed_other_values() -> None:
    quick, full = fire_ref.verify(ns, quick=True), fire_ref.verify(ns)
    assert set(quick.cases) < set(full.cases)
    other = fire_ref.verify(ns, quick=True, seed=1)
    assert other.fingerprint.probes[0].values != quick.fingerprint.probes[0].values or (
        other.fingerprint.probes[0].response != quick.fingerprint.probes[0].response
    )


def test_some_checks_only() -> None:
    report = fire_ref.verify(ns, checks=["call.dtype"])
    assert {one.check for one in report.results} == {"call.returns", "call.shape", "call.dtype"}
    assert report.faithful.status == "not-applicable"
    assert not report.passed


def test_progress_is_told() -> None:
    told: list[tuple[int, int, str]] = []
    fire_ref.verify(ns, quick=True, progress=lambda *what: told.append(what))
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"dialect": "oficial"}, "verify: dialect must be one of"),
        ({"dialect": "official-vit"}, "verify: dialect must exist at level 'matrix'"),
        ({"level": "model"}, "verify: level must be"),
        ({"arrays": "tensorflow"}, "verify: arrays must be"),
        ({"dtype": "float8"}, "verify: dtype must be"),
        ({"adapter": "linear"}, "verify: adapter must come with level='weight'"),
        ({"adapter": "linear", "level": "weight", "dialect": "official-sac"}, "verify: adapter must fit the dialect"),
        ({"checks": ["value.faithfull"]}, "verify: checks must be ids of checks"),
        ({"kwargs": {"nonsense": 1}}, "verify: "),
        ({"timeout": 0}, "verify: timeout must be"),
        ({"device": "cuda"}, "verify: device must be 'cpu' with arrays='numpy'; got 'cuda'"),
    ],
)
def test_bad_usage_is_refused_with_a_sentence(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        fire_ref.verify(ns, **arguments)


def test_the_report_says_where_the_arrays_lay() -> None:
    torch = available("torch")
    assert fire_ref.verify(ns, quick=True).device == fire_ref.verify(ns, quick=True, device="cpu").device == "cpu"
    report = fire_ref.verify(fire_ref.newton_schulz, arrays="torch", device="cpu", quick=True)
    assert (report.passed, report.device) == (True, "cpu")
    if not torch.cuda.is_available():
        with pytest.raises(fire_ref.BackendError, match=r"^verify: device 'cuda' cannot be used: torch "):
            fire_ref.verify(fire_ref.newton_schulz, arrays="torch", device="cuda")
        with pytest.raises(fire_ref.BackendError, match=r"^verify: device 'cuda' cannot be used: torch "):
            fire_ref.verify("fire_ref:newton_schulz", arrays="torch", device="cuda")
        return
    report = fire_ref.verify(fire_ref.newton_schulz, arrays="torch", device="cuda", quick=True)
    assert (report.passed, report.device) == (True, "cuda:0")
    away = fire_ref.verify(lambda W: fire_ref.newton_schulz(W).cpu(), arrays="torch", device="cuda", quick=True)
    assert not away.passed
    assert "DEVICE_CHANGED" in {found.code for found in away.diagnoses}


def test_no_verdict_comes_of_zero_identity_or_normalising() -> None:
    for wrong in (np.zeros_like, np.copy, lambda W: W / np.linalg.norm(W)):
        for dialect in ("paper", "official"):
            report = fire_ref.verify(wrong, dialect, quick=True)
            assert report.faithful.status == "no"


def test_every_check_is_described() -> None:
    assert all(check.demand and check.failure for check in CHECKS)
    assert len({check.id for check in CHECKS}) == len(CHECKS)
