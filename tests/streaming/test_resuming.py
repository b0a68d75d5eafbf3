"""Killed with SIGKILL at random moments, a run goes on to the same bytes; asked something else, it refuses."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from fire_ref.cli import main
from fire_ref.streaming import ledger
from fire_ref.streaming.journal import Journal, journal_of, save
from fire_ref.streaming.orders import Order, Outcome, Seal
from fire_ref.streaming.performing import perform
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
    journal = resuming.load(function, place.desk, place.names)
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


@pytest.mark.parametrize("which", ["shard", "index"])
def test_an_input_of_other_values_is_refused(checkpoint: Path, tmp_path: Path, capsys: Captured, which: str) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    shutil.copytree(checkpoint.parent, folder)
    interrupted(folder / checkpoint.name, out)
    before = tree(out)
    path = max(folder.glob("*.safetensors")) if which == "shard" else folder / checkpoint.name
    raw = bytearray(path.read_bytes())
    if which == "shard":
        raw[-1] ^= 1  # the same size, the same header
    path.write_bytes(raw)
    arguments = ["reinit", str(folder / checkpoint.name), "-o", str(out), "--recipe", "gpt"]
    assert main(arguments) == 2
    assert f"input {path.name} mtime_ns must be what the interrupted run was asked" in capsys.readouterr().err
    assert tree(out) == before
    assert main([*arguments, "--restart"]) == 0


def test_a_journal_that_is_none_is_refused(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    interrupted(checkpoint, out)
    journal_of(out / DESK).write_text("{", encoding="utf-8")
    arguments = ["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt"]
    assert main(arguments) == 2
    assert "must be the journal of a run" in capsys.readouterr().err
    assert main([*arguments, "--restart"]) == 0
    assert set(digests(out)) == set(digests(checkpoint.parent))


def spoiled(out: Path, **changes: Any) -> None:
    """Edit a journal by hand."""
    path = journal_of(out / DESK)
    told = json.loads(path.read_text(encoding="utf-8"))
    for key, value in changes.items():
        told[key] |= value
    path.write_text(json.dumps(told), encoding="utf-8")


def tree(folder: Path) -> dict[str, Any]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("absolute", [False, True])
def test_a_journal_leads_nowhere_else(checkpoint: Path, tmp_path: Path, capsys: Captured, absolute: bool) -> None:
    out, victim = tmp_path / "out", tmp_path / "vic" / "thesis.txt"
    victim.parent.mkdir()
    victim.write_text("years", encoding="utf-8")
    interrupted(checkpoint, out)
    size, digest = victim.stat().st_size, hashlib.sha256(victim.read_bytes()).hexdigest()
    spoiled(out, done={str(victim) if absolute else "../vic/thesis.txt": [size, digest]})
    before = tree(tmp_path)
    arguments = ["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt"]
    for more in ([], ["--restart"], ["--restart", "--overwrite"]):
        assert main([*arguments, *more]) == 2
        assert "must speak of this checkpoint's files alone" in capsys.readouterr().err
        assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["config.json", "thesis.txt"])
def test_of_a_damaged_journal_nothing_is_removed_beside_what_is_not_ours(
    checkpoint: Path, tmp_path: Path, capsys: Captured, name: str
) -> None:
    out = tmp_path / "out"
    interrupted(checkpoint, out)
    journal_of(out / DESK).write_text("{", encoding="utf-8")
    (out / name).write_text("mine", encoding="utf-8")
    before = tree(tmp_path)
    for more in ([], ["--overwrite"]):
        assert main(["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt", "--restart", *more]) == 2
        assert f"got {name!r} in" in capsys.readouterr().err
        assert tree(tmp_path) == before


def test_a_file_that_no_run_has_written_is_not_discarded(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    interrupted(checkpoint, out)
    first = min(out.glob("*.safetensors"))
    first.write_bytes(b"mine")
    before = tree(tmp_path)
    arguments = ["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt", "--restart"]
    assert main(arguments) == 2
    assert f"got {first.name!r} in" in capsys.readouterr().err
    assert tree(tmp_path) == before
    assert main([*arguments, "--overwrite"]) == 0
    assert set(digests(out)) == set(digests(checkpoint.parent))


def test_a_journal_that_may_not_be_read_stays(
    checkpoint: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    interrupted(checkpoint, out)
    before, real = tree(tmp_path), Path.read_bytes

    def denied(path: Path) -> bytes:
        if path == journal_of(out / DESK):
            raise PermissionError(13, "Permission denied")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", denied)  # root may read everything
        assert main(["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt", "--restart"]) == 2
    assert "must be a file that can be read; got Permission denied" in capsys.readouterr().err
    assert tree(tmp_path) == before


@pytest.mark.parametrize("as_link", [False, True])
def test_what_lies_where_work_would_be_stays(checkpoint: Path, tmp_path: Path, capsys: Captured, as_link: bool) -> None:
    out, home = tmp_path / "out", tmp_path / "home"
    out.mkdir()
    mine = home if as_link else out / DESK
    mine.mkdir()
    if as_link:
        (out / DESK).symlink_to(home)
    (mine / "mine.txt").write_text("years", encoding="utf-8")
    (mine / "00000.0123abcd.part").write_text("years", encoding="utf-8")
    before = tree(tmp_path)
    for more in ([], ["--restart"], ["--overwrite"], ["--restart", "--overwrite"]):
        assert main(["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt", *more]) == 2
        assert "must be what a run of this command has left" in capsys.readouterr().err
        assert tree(tmp_path) == before


def test_edited_outcomes_are_refused_before_any_work(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    for i, changes in enumerate([{"junk": 1}, 5, {"blocks": [], "content": ""}]):
        interrupted(checkpoint, out)
        told = json.loads(journal_of(out / DESK).read_text(encoding="utf-8"))
        spoiled(out, outcomes=dict.fromkeys(told["outcomes"], changes))
        before = tree(out)
        arguments = ["reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt"]
        assert main(arguments) == 2
        err = capsys.readouterr().err
        assert ("must be the journal of a run" if i < 2 else "the interrupted run must tell of") in err
        assert err.count("\n") == 1
        after = tree(out)
        kept = [name for name in before if i < 2 or name.endswith(".safetensors")]  # what is unfinished is done anew
        assert [after[name] for name in kept] == [before[name] for name in kept]
        assert main([*arguments, "--restart"]) == 0
        shutil.rmtree(out)


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_a_run_that_finished_nothing_binds_nobody(tmp_path: Path, capsys: Captured, value: float) -> None:
    state = {"h.0.mlp.c_fc.weight": np.full((4, 3), value), "h.1.mlp.c_fc.weight": np.ones((4, 3))}
    index, out = sharded(tmp_path / "in", state, 2), tmp_path / "out"
    arguments = ["reinit", str(index), "-o", str(out), "--recipe", "gpt"]
    assert main(arguments) == 2
    assert "c_fc.weight" in capsys.readouterr().err
    assert not list(out.iterdir()), "what failed before anything was finished leaves nothing"
    code = main([*arguments, "--method", "svd"])
    assert "interrupted run" not in capsys.readouterr().err
    assert code == (0 if value == 0 else 2)


def test_a_journal_without_anything_finished_is_replaced(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / DESK).mkdir(parents=True)
    save(FUNCTION, out / DESK, Journal({"method": "fast"}, "0123abcd"))
    (out / DESK / "00000.0123abcd.part").touch()
    rewritten(checkpoint, out)
    assert set(digests(out)) == set(digests(checkpoint.parent))


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


def test_a_worker_of_a_discarded_run_finds_none_of_its_files(checkpoint: Path, tmp_path: Path) -> None:
    """It may still be at work when the next run has begun on the same desk."""
    found, request = planned(checkpoint, tmp_path / "out")

    class Gone(Exception):
        """The run is killed when its orders are out."""

    class Orders:
        """An engine that keeps the orders, for workers that are late."""

        arithmetic: ClassVar[dict[str, str]] = {}

        def __init__(self) -> None:
            self.kept: list[Order] = []

        def carry_out(self, function: str, orders: Sequence[Order], *_: Any) -> None:
            self.kept += [order for order in orders if not isinstance(order, Seal)]
            # Until now it is as it was when a kill came: what is written below is what the other run sees.
            for order in late.kept if self is not late else ():
                with pytest.raises(OSError, match="No such file"):
                    perform(function, order)
            raise Gone

    late = Orders()
    for engine in (late, Orders()):
        place = reserved(FUNCTION, found, request)
        with pytest.raises(Gone):
            run(FUNCTION, found, request, place, engine)
    assert late.kept


def test_one_run_at_a_time(checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found, request = planned(checkpoint, out)
    with locked(FUNCTION, reserved(FUNCTION, found, request)):
        told = subprocess.run(  # a process of its own, so that one that waits for the lock is seen, too
            [sys.executable, "-m", "fire_ref", "reinit", str(checkpoint), "-o", str(out), "--recipe", "gpt"],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert told.returncode == 2
        assert "where another is at work" in told.stderr
    discard(FUNCTION, reserved(FUNCTION, found, request))
    assert not list(out.glob(f"{DESK}*"))
