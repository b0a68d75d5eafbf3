"""Many processes, the same bits: whatever their number, and when one of them is killed at work. Real workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref.cli import main
from fire_ref.errors import MissingExtraError
from fire_ref.streaming import cluster as module
from fire_ref.streaming.arithmetic import arithmetic
from fire_ref.streaming.cluster import Cluster, cluster
from fire_ref.streaming.orders import Fill, Make, Order, Seal
from fire_ref.streaming.running import reserved, run

from .networks import FUNCTION, digests, language, planned, rewritten, sharded

pytest.importorskip("distributed")
Captured = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = language(np.random.default_rng(5), blocks=6, width=48)
    return sharded(tmp_path_factory.mktemp("cluster") / "in", state, 6)


@pytest.fixture(scope="module")
def alone(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Any]:
    """What one process writes, and what it tells."""
    out = tmp_path_factory.mktemp("alone") / "out"
    outcomes = rewritten(checkpoint, out)
    return digests(out), outcomes


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, Any]]:
    """A cluster of two workers with one kernel, and two threads each, that somebody else has started."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=2, processes=True, memory_limit=0, dashboard_address=None, silence_logs=50
    ) as local:
        yield local.scheduler_address, local


def test_a_worker_that_is_killed_at_work_changes_nothing(
    checkpoint: Path, tmp_path: Path, alone: tuple[dict[str, str], Any]
) -> None:
    found, request = planned(checkpoint, tmp_path / "out", workers=2)
    dead: list[int] = []
    with cluster(FUNCTION, request) as engine:
        workers = sorted(engine.client.run(os.getpid).values())
        assert len(set(workers)) == 2
        assert os.getpid() not in workers

        def tell(done: int, total: int, _: str) -> None:
            if done > total / 3 and not dead:
                dead.append(workers[0])
                os.kill(workers[0], signal.SIGKILL)

        _, outcomes = run(FUNCTION, found, request, reserved(FUNCTION, found, request), engine, tell)
        deadline = time.monotonic() + 60
        while workers[0] in engine.client.run(os.getpid).values():
            assert time.monotonic() < deadline
    assert dead, "nobody was killed"
    assert digests(tmp_path / "out") == alone[0]
    assert outcomes == alone[1]


def test_a_running_cluster_writes_the_same_bits(
    checkpoint: Path, tmp_path: Path, running: tuple[str, Any], alone: tuple[dict[str, str], Any], capsys: Captured
) -> None:
    out = tmp_path / "out"
    arguments = ["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt", "--scheduler", running[0]]
    assert main(arguments) == 0
    assert "tensors changed, by newton-schulz" in capsys.readouterr().out
    assert digests(out) == alone[0]


def test_an_archive_is_put_together_over_there(tmp_path: Path, running: tuple[str, Any], capsys: Captured) -> None:
    rng = np.random.default_rng(7)
    arrays = {
        "a": rng.standard_normal((40, 30)),
        "b": np.asfortranarray(rng.standard_normal((30, 40))),
        "c": rng.bytes(9),
    }
    np.savez(tmp_path / "m.npz", **arrays)
    for name, more in (("here.npz", []), ("there.npz", ["--scheduler", running[0]])):
        out = str(tmp_path / name)
        assert main(["reinit", str(tmp_path / "m.npz"), "-o", out, "--recipe", "official", "--json", "-", *more]) == 0
    assert '"b"' in capsys.readouterr().out
    assert (tmp_path / "here.npz").read_bytes() == (tmp_path / "there.npz").read_bytes()


def test_a_failure_over_there_is_one_line_here(tmp_path: Path, running: tuple[str, Any], capsys: Captured) -> None:
    state = language(np.random.default_rng(6), blocks=2)
    state["transformer.h.1.attn.c_attn.weight"][3, 4] = np.nan
    index = sharded(tmp_path / "in", state, 2)
    arguments = ["reinit", str(index), "-o", str(tmp_path / "out"), "--recipe", "gpt", "--scheduler", running[0]]
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "'transformer.h.1.attn.c_attn.weight[rows 0:12]' in model-0000" in err
    assert "must be finite; got nan at index (3, 4)" in err


def test_a_worker_that_differs_is_refused_unless_mixed(
    checkpoint: Path, tmp_path: Path, running: tuple[str, Any], capsys: Captured
) -> None:
    core = next((name for name in ("Haswell", "Prescott") if name not in arithmetic()["blas"]), "")
    if "openblas" not in arithmetic()["blas"]:
        pytest.skip("only OpenBLAS takes another kernel when asked")
    address, local = running
    other = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"],
        cwd=ROOT,
        env=os.environ | {"OPENBLAS_CORETYPE": core, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 60
        while len(local.scheduler.workers) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        arguments = ["reinit", str(checkpoint), "-o", str(tmp_path / "out"), "--recipe", "gpt", "--scheduler", address]
        assert main(arguments) == 2
        err = capsys.readouterr().err
        assert "all workers must have one BLAS build and CPU kernel, or the bits differ; got blas" in err
        assert err.count(" on tcp://") == 2  # each kind is named, by OpenBLAS: it has one name for several kernels
        assert not (tmp_path / "out").exists(), "nothing was begun"
        assert main([*arguments, "--mixed"]) == 0
        assert set(digests(tmp_path / "out")) == {path.name for path in checkpoint.parent.iterdir()}
    finally:
        os.killpg(other.pid, signal.SIGTERM)
        other.wait()


def test_whoever_computes_has_what_was_agreed_on(checkpoint: Path, tmp_path: Path, running: tuple[str, Any]) -> None:
    """A worker that joins after the agreement is not asked then: every order says what must be had."""
    found, request = planned(checkpoint, tmp_path / "out", scheduler=running[0])
    with cluster(FUNCTION, request) as engine:
        engine.arithmetic = engine.arithmetic | {"blas": "one that none of these workers has"}
        with pytest.raises(ValueError, match="all workers must have one BLAS build and CPU kernel, or the bits differ"):
            run(FUNCTION, found, request, reserved(FUNCTION, found, request), engine)
        engine.mixed = True
        run(FUNCTION, found, request, reserved(FUNCTION, found, request), engine)


def test_what_finishes_a_file_comes_first_then_the_largest() -> None:
    path = Path("x")
    seal = Seal(label="s", cost=1, shard=0, part=path)
    fill = Fill(label="f", cost=10**9, shard=0, source=path, part=path, ranges=((0, 1),))
    small, large = (
        Make(label="m", cost=cost, name="n", file="f", tensor=None, job=None, initial=None, targets=())  # type: ignore[arg-type] # not looked at
        for cost in (5, 50)
    )
    orders: list[Order] = [fill, small, seal, large]
    assert sorted(orders, key=module._rank) == [seal, large, small, fill]


def test_no_scheduler_is_one_line(monkeypatch: pytest.MonkeyPatch, checkpoint: Path, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "PATIENCE", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        _, request = planned(checkpoint, tmp_path / "out", scheduler=address)
        with pytest.raises(OSError, match="must be the address of a running Dask scheduler"), cluster("f", request):
            pass


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, checkpoint: Path, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    _, request = planned(checkpoint, tmp_path / "out", workers=2)
    with pytest.raises(MissingExtraError, match=r'pip install "fire_ref\[dask\]"'), cluster(FUNCTION, request):
        pass


def test_an_order_that_kills_its_workers_is_blamed() -> None:
    from distributed.scheduler import KilledWorker

    class Future:
        """One whose worker died over and over."""

        def result(self) -> None:
            raise KilledWorker("order", None, 5)  # type: ignore[no-untyped-call] # Dask's

    order = Seal(label="finishing x", cost=1, shard=0, part=Path("x"))
    with pytest.raises(OSError, match="workers must outlive 'finishing x'"):
        module._result(FUNCTION, Future(), order)


def test_workers_without_fire_ref_are_told_so() -> None:
    class Client:
        """One whose workers lack the package."""

        def run(self, *_: object) -> None:
            raise ModuleNotFoundError("No module named 'fire_ref'")

    with pytest.raises(ValueError, match="all workers must have fire_ref"):
        Cluster(FUNCTION, Client(), mixed=False)
