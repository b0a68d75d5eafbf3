"""Killed with SIGKILL at random moments, a run goes on to the same bytes; asked something else, it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fire_ref.cli import main
from fire_ref.streaming import ledger
from fire_ref.streaming.journal import journal_of
from fire_ref.streaming.orders import Order, Outcome
from fire_ref.streaming.resuming import discard, locked
from fire_ref.streaming.running import reserved, run
from fire_ref.streaming.workplace import DESK

from .killed import killed
from .networks import FUNCTION, digests, language, planned, rewritten, sharded

Captured = pytest.CaptureFixture[str]
TIMES = 20
#: Names that are given before there is anything whole to be called so.
EARLY = """
from pathlib import Path
from fire_ref.streaming import briefing, sealing, ledger
briefing.Desk.part = lambda self, shard: self.folder.parent / f"model-{shard + 1:05d}-of-00008.safetensors"
"""
#: A run that takes what an earlier one has left unfinished for finished.
TRUSTING = """
from fire_ref.streaming import resuming, running
real = resuming.resumed
def resumed(function, place, about, tell=None, *, overwrite):
    journal = resuming.load(function, place.desk)
    for i, name in enumerate(place.names if journal else ()):
        part = resuming.Desk(place.desk, journal.token).part(i)
        if part.exists():
            journal.done[name] = part.stat().st_size, resuming.checksum(part)
    if journal:
        resuming.save(function, place.desk, journal)
    return real(function, place, about, tell, overwrite=overwrite)
running.resumed = resumed
"""


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = language(np.random.default_rng(2), blocks=8, width=64)
    return sharded(tmp_path_factory.mktemp("killed") / "in", state, 8)


def survives(checkpoint: Path, out: Path, times: int, mutant: str = "") -> int:
    """Check all that must hold, and return how many runs were killed after some file and before the last."""
    before = digests(checkpoint.parent)
    told = killed(["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt"], str(out), times, 7, mutant)
    assert digests(checkpoint.parent) == before, "the input is untouched"
    whole = digests(Path(f"{out}.whole"))
    final = {name for name in whole if "/" not in name}
    assert final == set(whole) == set(before)
    midway = 0
    for one in told:
        present = {name: digest for name, digest in one["files"].items() if name in final}
        assert present == {name: whole[name] for name in present}, "no half file under a final name"
        midway += one["ended"] is None and 0 < len(present) < len(final)
        if one["ended"] is not None:
            assert (one["ended"], one["files"]) == (0, whole), "byte for byte as without interruption"
    assert told[-1]["ended"] == 0
    assert sum(one["ended"] is None for one in told) == times
    return midway


def test_twenty_kills_at_random_moments(checkpoint: Path, tmp_path: Path) -> None:
    assert survives(checkpoint, tmp_path / "out", TIMES) >= 3


@pytest.mark.parametrize("mutant", [EARLY, TRUSTING])
def test_a_run_that_is_careless_does_not_survive(checkpoint: Path, tmp_path: Path, mutant: str) -> None:
    with pytest.raises(AssertionError):
        survives(checkpoint, tmp_path / "out", 6, mutant)


def interrupted(checkpoint: Path, out: Path, files: int = 2, **options: object) -> None:
    """Leave a run behind that has finished some files."""
    found, request = planned(checkpoint, out, **options)

    class Enough(Exception):
        """That was enough."""

    finish, counted = ledger.Ledger._finish, [0]

    def finishing(self: ledger.Ledger, order: Order, outcome: Outcome) -> None:
        finish(self, order, outcome)  # type: ignore[arg-type] # a Seal
        counted[0] += 1
        if counted[0] == files:
            raise Enough

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger.Ledger, "_finish", finishing)
        place = reserved(FUNCTION, found, request)
        with pytest.raises(Enough):
            run(FUNCTION, found, request, place)


def test_what_was_finished_is_not_done_again(checkpoint: Path, tmp_path: Path) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    everything = rewritten(checkpoint, whole)
    interrupted(checkpoint, out)
    times = {path.name: path.stat().st_mtime_ns for path in out.glob("*.safetensors")}
    assert len(times) == 2
    outcomes = rewritten(checkpoint, out)
    assert outcomes == everything, "the report tells of all of it"
    assert digests(out) == digests(whole)
    assert {name: (out / name).stat().st_mtime_ns for name in times} == times


def test_a_finished_file_that_is_another_now_is_made_again(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    interrupted(checkpoint, out)
    path = next(iter(sorted(out.glob("*.safetensors"))))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    rewritten(checkpoint, out)
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (["--steps", "3"], "steps must be what the interrupted run was asked (None); got 3"),
        (["--method", "svd"], "method must be"),
        (["--layout", "IO"], "layout must be"),
        (["--recipe", "llama"], "recipe must be"),
    ],
)
def test_another_question_is_refused_and_nothing_lost(
    tmp_path: Path, capsys: Captured, asked: list[str], named: str
) -> None:
    out = tmp_path / "out"
    state = language(np.random.default_rng(3), blocks=2)
    state["layers.0.self_attn.q_proj.weight"] = np.ones((4, 3), "f4")
    index = sharded(tmp_path / "in", state)
    interrupted(index, out, 1)
    before = digests(out)
    arguments = ["reinit", str(index), "-o", str(out), "--recipe", "gpt", *asked]
    assert main(arguments) == 2
    assert named in capsys.readouterr().err
    assert digests(out) == before
    assert main([*arguments, "--restart"]) == 0
    assert not list(out.glob(f"{DESK}*"))


def test_another_input_is_refused(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    shutil.copytree(checkpoint.parent, folder)
    interrupted(folder / checkpoint.name, out)
    first = next(iter(sorted(folder.glob("*.safetensors"))))
    first.write_bytes(first.read_bytes().replace(b'"shard": "0"', b'"shard": "9"'))
    assert main(["reinit", str(folder / checkpoint.name), "-o", str(out), "--recipe", "gpt"]) == 2
    assert f"input {first.name} header must be what the interrupted run was asked" in capsys.readouterr().err


def test_a_journal_that_is_none_is_refused(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    interrupted(checkpoint, out)
    journal_of(out / DESK).write_text("{", encoding="utf-8")
    arguments = ["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt"]
    assert main(arguments) == 2
    assert "must be the journal of a run" in capsys.readouterr().err
    assert main([*arguments, "--restart", "--overwrite"]) == 0


def test_the_journal_tells_what_it_must(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    interrupted(checkpoint, out)
    told = json.loads(journal_of(out / DESK).read_text(encoding="utf-8"))
    about = told["about"]
    assert about["threads"] == 1
    assert {"version", "recipe", "rules", "method", "steps", "dtype", "device", "kernel", "input"} <= set(about)
    assert "openblas" in about["kernel"]["blas"] or about["kernel"]["blas"]
    for path in checkpoint.parent.iterdir():
        assert about["input"][path.name]["size"] == path.stat().st_size
    found = digests(out)
    assert {name: digest for name, (_, digest) in told["done"].items()} == {
        name: digest for name, digest in found.items() if name.endswith(".safetensors")
    }


def test_one_run_at_a_time(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    found, request = planned(checkpoint, out)
    with locked(FUNCTION, reserved(FUNCTION, found, request)):
        assert main(["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt"]) == 2
        assert "where another is at work" in capsys.readouterr().err
    discard(FUNCTION, reserved(FUNCTION, found, request))
    assert not list(out.glob(f"{DESK}*"))
