"""Several workers give what one gives, and one that fails loses nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from figures.experiments import several as module
from figures.experiments.asking import Trial
from figures.experiments.ledger import Record, place
from figures.experiments.refusing import UnusableError
from figures.experiments.runner import made
from figures.experiments.several import several

from ...backends import available
from .faked import configuration, folder, record


def test_several_workers_give_what_one_gives(tmp_path: Path) -> None:
    available("torch")
    data = folder(tmp_path / "data")
    found = {}
    for jobs in (1, 2):
        out = tmp_path / f"{jobs}"
        out.mkdir()
        trial = Trial("tiny", seeds=1, methods=("base", "norm"), jobs=jobs, data=data, folder=out)
        found[jobs] = sorted(made("figF", trial, "cpu"), key=place)
        assert [path.name for path in out.iterdir()] == ["figF.jsonl"]
    assert [{**one, "seconds": 0} for one in found[2]] == [{**one, "seconds": 0} for one in found[1]]


def test_a_worker_that_fails_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # It tells one result, and then there is no memory.
    told = json.dumps(record("base", 0, 0, 0.5))
    code = f"import sys; sys.stdin.readline(); print({told!r}, flush=True); sys.exit('noise\\nno memory is left')"
    pipe = subprocess.PIPE

    def worker(*_: object) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    monkeypatch.setattr(module, "_worker", worker)
    kept: list[Record] = []
    with pytest.raises(
        UnusableError, match=r"the run random-labels\.base\.0 must .*; got no memory is left\. Try --resume"
    ):
        several([configuration()], {}, kept.append, tmp_path, None, 3)
    assert [place(one) for one in kept] == [("random-labels", "base", 0, 0)]


def test_the_second_worker_to_fail_does_not_wait_for_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = subprocess.PIPE
    codes = ["import time; time.sleep(600)", "import sys; sys.stdin.readline(); sys.exit('no memory is left')"]

    def worker(*_: object) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", codes.pop(0)], stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    monkeypatch.setattr(module, "_worker", worker)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(several, [configuration()] * 2, {}, pytest.fail, tmp_path, None, 2)
        with pytest.raises(UnusableError, match="no memory is left"):
            running.result(timeout=120)


def test_nothing_to_do_is_done(tmp_path: Path) -> None:
    several([], {}, lambda _: pytest.fail("a record"), tmp_path, None, 2)
