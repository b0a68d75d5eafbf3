"""Whatever a block changes in the process is named and put back."""

from __future__ import annotations

import os
import random
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.targets.watch import watching

from ...backends import available


def add(name: str) -> None:
    os.environ[name] = "1"


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
    "numpy error state": (lambda: np.seterr(all="raise"), np.geterr),
    "numpy random state": (lambda: np.random.rand(3), lambda: str(np.random.get_state())),  # noqa: NPY002
    "python random state": (random.random, random.getstate),
    "environment": (lambda: add("FIRE_REF_TEST"), lambda: dict(os.environ)),
    "warning filters": (lambda: warnings.simplefilter("error"), lambda: list(warnings.filters)),
}


def torch_changes(torch: Any) -> dict[str, tuple[Callable[[], Any], Callable[[], Any]]]:
    return {
        "torch default dtype": (lambda: torch.set_default_dtype(torch.float64), torch.get_default_dtype),
        "torch default device": (lambda: torch.set_default_device("meta"), torch.get_default_device),
        "torch grad mode": (lambda: torch.set_grad_enabled(False), torch.is_grad_enabled),
        "torch random state": (lambda: torch.rand(3), lambda: torch.get_rng_state().tolist()),
        "torch threads": (lambda: torch.set_num_threads(torch.get_num_threads() + 1), torch.get_num_threads),
        "torch deterministic algorithms": (
            lambda: torch.use_deterministic_algorithms(True, warn_only=True),
            torch.are_deterministic_algorithms_enabled,
        ),
        "torch matmul precision": (
            lambda: torch.set_float32_matmul_precision("medium"),
            torch.get_float32_matmul_precision,
        ),
    }


def check(name: str, change: Callable[[], Any], state: Callable[[], Any]) -> None:
    before = state()
    with watching() as watch:
        change()
        assert state() != before
    assert watch.changed == (name,)
    assert state() == before


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_named_and_undone(name: str) -> None:
    check(name, *CHANGES[name])


def test_each_change_of_torch_is_named_and_undone() -> None:
    torch = available("torch")
    for name, change in torch_changes(torch).items():
        check(name, *change)
    assert torch.ones(1).device.type == "cpu"


def test_x64_of_jax_is_named_and_undone() -> None:
    jax = available("jax")
    check("jax x64", lambda: jax.config.update("jax_enable_x64", True), lambda: jax.numpy.ones(1).dtype)


def test_the_environment_is_restored_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRE_REF_OLD", "old")
    monkeypatch.setenv("FIRE_REF_GONE", "gone")
    before = dict(os.environ)
    with watching():
        os.environ["FIRE_REF_OLD"] = "new"
        del os.environ["FIRE_REF_GONE"]
        os.environ["FIRE_REF_NEW"] = "new"
    assert dict(os.environ) == before


def test_the_working_directory_is_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.getcwd()
    with watching() as watch:
        os.chdir(tmp_path)
    assert watch.changed == ("working directory",)
    assert os.getcwd() == before
    (tmp_path / "short").mkdir()
    monkeypatch.chdir(tmp_path / "short")
    with watching() as watch:
        os.chdir(before)
        (tmp_path / "short").rmdir()
    assert watch.changed == ("working directory",)


def test_filters_work_again_after_they_are_restored() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with watching():
            warnings.simplefilter("error")
        warnings.warn("silent again", stacklevel=1)


def test_what_is_undone_inside_is_no_change() -> None:
    with watching() as watch, np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        np.zeros(3)
    assert watch.changed == ()


def test_an_exception_passes_and_the_state_is_restored() -> None:
    before = random.getstate()
    context = watching()
    watch = context.__enter__()
    random.random()
    assert not context.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)  # it is raised again
    assert watch.changed == ("python random state",)
    assert random.getstate() == before


def test_what_an_import_does_is_not_the_blocks_doing(monkeypatch: pytest.MonkeyPatch) -> None:
    with watching() as watch:
        monkeypatch.setitem(sys.modules, "fire_ref_imported_just_now", sys)
        warnings.simplefilter("error")
        add("FIRE_REF_TEST")
        np.seterr(all="raise")
    assert watch.changed == ("numpy error state",)
    assert "FIRE_REF_TEST" not in os.environ


def test_it_is_cheap() -> None:
    def once() -> float:
        start = time.perf_counter()
        with watching():
            pass
        return time.perf_counter() - start

    assert min(once() for _ in range(20)) < 2e-3
