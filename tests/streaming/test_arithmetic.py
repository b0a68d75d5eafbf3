"""What decides the last bits: told, compared, and one thread of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from fire_ref import __version__
from fire_ref.streaming.arithmetic import arithmetic, digest, one_thread, require

ROOT = Path(__file__).parents[2]


def threads() -> set[int]:
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


def test_it_names_versions_builds_and_kernels() -> None:
    told = arithmetic()
    assert told["fire_ref"] == __version__
    assert all(isinstance(value, str) for value in told.values())
    assert told["blas"].strip("; ?")
    assert digest(told) == digest(dict(reversed(told.items())))
    assert digest(told) != digest(told | {"blas": "another"})


def test_another_kernel_is_another_arithmetic() -> None:
    if "openblas" not in arithmetic()["blas"]:
        pytest.skip("only OpenBLAS takes another kernel when asked")
    core = "Haswell" if "Haswell" not in arithmetic()["blas"] else "Prescott"
    code = "from fire_ref.streaming.arithmetic import *; print(digest(arithmetic()))"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_CORETYPE": core},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() != digest(arithmetic())
    with pytest.raises(ValueError, match="all workers must have one BLAS build and CPU kernel"):
        require("f", found.stdout.strip())
    require("f", digest(arithmetic()))
    require("f", None)


def test_one_thread_in_every_library_and_as_before_afterwards() -> None:
    with threadpool_limits(2, user_api="blas"):
        before = threads()
        with one_thread():
            assert threads() == {1}
        assert threads() == before
