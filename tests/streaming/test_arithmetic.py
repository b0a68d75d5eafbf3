"""What decides the last bits: told, compared, and one thread of it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from threadpoolctl import OpenBLASController, threadpool_info, threadpool_limits

from fire_ref import BackendError, __version__
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


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Two BLAS threads, whatever the machine has, and nobody who holds that limit."""
    limit = threadpool_limits(2, user_api="blas")
    _let_go()
    yield
    limit.restore_original_limits()
    _let_go()


def _let_go() -> None:
    # Newer versions let only the first thread that sets a limit change it.
    getattr(OpenBLASController, "clear_controlling_thread", lambda **_: None)(force=True)


@pytest.mark.usefixtures("two_threads")
def test_threads_of_one_process_take_turns() -> None:
    inside, most, seen = [0], [0], set()

    def compute() -> None:
        for _ in range(5):
            with one_thread():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                seen.update(threads())
                inside[0] -= 1

    workers = [threading.Thread(target=compute) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert threads() == {2}
    assert seen == {1}
    assert most == [1]


def test_where_another_thread_holds_a_limit_nothing_is_computed_with_it() -> None:
    seen: set[int] = set()

    def compute() -> None:
        with contextlib.suppress(BackendError), one_thread():
            seen.update(threads())

    with threadpool_limits(2, user_api="blas"):
        worker = threading.Thread(target=compute)
        worker.start()
        worker.join()
    assert seen <= {1}
