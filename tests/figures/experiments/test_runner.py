"""The runner: only what is missing, each result once, whatever ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from figures.__main__ import main
from figures.experiments import runner
from figures.experiments.asking import Trial
from figures.experiments.ledger import Record, place, read
from figures.experiments.plans import planned
from figures.experiments.refusing import UnusableError
from figures.experiments.runner import made, results

from ...backends import available
from ...house.paths import ROOT
from .faked import folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    available("torch")
    return folder(tmp_path / "data")


def asked(data: Path, out: Path, **more: Any) -> Trial:
    out.mkdir(exist_ok=True)
    return Trial(**{"scale": "tiny", "seeds": 1, "methods": ("base", "fire-5"), "data": data, "folder": out, **more})


def lasting(records: list[Record]) -> list[Record]:
    """Leave out what differs from run to run: the time."""
    return sorted(({**record, "seconds": 0} for record in records), key=lambda record: place(record))


def test_every_run_is_made_and_a_second_time_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = asked(data, tmp_path / "out")
    found = made("figF", trial, "cpu")
    assert [place(record)[:3] for record in found[::3]] == [
        (one.panel, one.arm, one.seed) for one in planned("figF", trial, "cpu")
    ]
    assert [record["task"] for record in found] == [0, 1, 2] * 4
    assert [path.name for path in trial.folder.iterdir()] == ["figF.jsonl"]
    monkeypatch.setattr(runner, "run", lambda *_, **__: pytest.fail("made again"))
    assert made("figF", asked(data, trial.folder, resume=True), "cpu") == found


def test_results_are_not_mixed_or_gone_on_with_unasked(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made("figF", asked(data, out, methods=("base",)), "cpu")
    before = results("figF", out).read_bytes()
    for more, told in (
        ({}, r"must be told to go on with the results that are there; got 6 results\. Try --resume\."),
        (
            {"resume": True, "scale": "small"},
            r"scale and device asked for; got random-labels base: 40 images.* on cpu\. Try another --out",
        ),
    ):
        with pytest.raises(UnusableError, match=told) as refused:
            made("figF", asked(data, out, **more), "cpu")
        assert "\n" not in str(refused.value)
        assert results("figF", out).read_bytes() == before


def test_other_data_panels_and_arms_are_not_gone_on_with(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    made("figF", asked(data, out, methods=("base",), panels=("random-labels",)), "cpu")
    path = results("figF", out)
    before = path.read_bytes()
    other = folder(tmp_path / "other", images=61)
    with pytest.raises(UnusableError, match="of the data that are given; got random-labels of others"):
        made("figF", asked(other, out, resume=True), "cpu")
    # Of another scale, in a panel that was not there: one picture would show both.
    with pytest.raises(UnusableError, match="scale and device asked for"):
        made("figF", asked(data, out, resume=True, scale="small", panels=("permuted-inputs",)), "cpu")
    path.write_bytes(before.replace(b'"arm":"base"', b'"arm":"bass"'))
    with pytest.raises(UnusableError, match="got random-labels bass"):
        made("figF", asked(data, out, resume=True), "cpu")
    # Lines of before there was such a key are taken on trust.
    lines = [json.loads(line) for line in before.splitlines()]
    for line in lines:
        del line["data"]
    path.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines), encoding="utf-8")
    assert len(made("figF", asked(data, out, resume=True), "cpu")) == 12


def test_too_few_images_are_one_line_before_anything_is_written(tmp_path: Path) -> None:
    available("torch")
    few = folder(tmp_path / "few", images=30)
    with pytest.raises(UnusableError, match="--data must hold 40 training images; got 30"):
        made("figF", asked(few, tmp_path / "out"), "cpu")
    assert list((tmp_path / "out").iterdir()) == []


def test_more_seeds_and_methods_are_added_to_what_is_there(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = made("figF", asked(data, out, methods=("base",)), "cpu")
    more = made("figF", asked(data, out, methods=("base", "norm"), seeds=2, resume=True), "cpu")
    assert more[: len(first)] == first
    assert len(more) == 4 * len(first)


def test_missing_data_is_found_before_anything_is_written(tmp_path: Path) -> None:
    available("torch")
    with pytest.raises(UnusableError, match="no train-images-idx3-ubyte in"):
        made("figF", asked(tmp_path / "nowhere", tmp_path / "out"), "cpu")
    assert list((tmp_path / "out").iterdir()) == []


def test_without_torch_one_line_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r'pip install "fire_ref\[experiments\]"'):
        made("figF", asked(tmp_path, tmp_path / "out"), "cpu")


def test_the_bar_counts_what_is_left(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int, str]] = []

    @contextmanager
    def bar() -> Any:
        yield lambda *now: told.append(now)

    monkeypatch.setattr(runner, "progress", bar)
    made("figF", asked(data, tmp_path / "out", methods=("base",)), "cpu")
    assert [now[:2] for now in told] == [(i, 6) for i in range(1, 7)]
    told.clear()
    made("figF", asked(data, tmp_path / "out", resume=True), "cpu")
    assert [now[:2] for now in told] == [(i, 6) for i in range(1, 7)]
    assert told[0][2] == "figF: random-labels fire-5 0 0"


def test_an_interrupt_says_what_is_kept(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    available("matplotlib")
    out = tmp_path / "out"
    real = runner.run

    def broken(one: Any, images: Any, emit: Any, **more: Any) -> None:
        def stopped(record: Record) -> None:
            emit(record)
            if place(record)[1:] == ("fire-5", 0, 1):
                raise KeyboardInterrupt

        real(one, images, stopped, **more)

    monkeypatch.setattr(runner, "run", broken)
    given = ["figF", "--scale", "tiny", "--seeds", "1", "--methods", "base,fire-5"]
    given += ["--data", str(data), "--out", str(out)]
    assert main(given) == 130
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"figures: interrupted; 5 results are kept in {out / 'figF.jsonl'}; --resume goes on with them"
    monkeypatch.undo()
    assert main([*given, "--resume"]) == 0
    assert lasting(read(out / "figF.jsonl")) == lasting(made("figF", asked(data, tmp_path / "whole"), "cpu"))


def test_a_killed_process_is_gone_on_from(data: Path, tmp_path: Path) -> None:
    out, methods = tmp_path / "out", ("norm", "iso")
    out.mkdir()
    path = results("figF", out)
    given = ["figF", "--scale", "tiny", "--methods", ",".join(methods), "--data", str(data), "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "figures", *given, "--seeds", "500"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not path.exists() or path.read_bytes().count(b"\n") < 3:
            assert process.poll() is None
            time.sleep(0.01)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    left = read(path)
    assert 3 <= len(left) < 2 * 2 * 3 * 500
    # Enough seeds for what is half done, and one more.
    seeds = 2 + max(place(record)[2] for record in left)
    wanted = made("figF", asked(data, tmp_path / "whole", methods=methods, seeds=seeds), "cpu")
    again = made("figF", asked(data, out, methods=methods, seeds=seeds, resume=True), "cpu")
    assert again[: len(left)] == left
    assert lasting(again) == lasting(wanted)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == len({place(json.loads(line)) for line in lines}) == len(wanted)
