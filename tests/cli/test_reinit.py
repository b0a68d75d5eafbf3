"""`fire-ref reinit`: the plan, the table, the files, and everything that is refused in one line, with nothing lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref import BackendError
from fire_ref.cli import main, reinit
from fire_ref.streaming import computing

from ..streaming.networks import INDEX, State, digests, expected, in_order, language, loaded, saved, sharded
from .test_console import ANSI

Captured = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take from the environment what would make rich see a terminal, or a width."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def checkpoint(tmp_path: Path, rng: np.random.Generator) -> Path:
    return sharded(tmp_path / "in", language(rng))


def command(checkpoint: Path, out: Path, *more: str, recipe: str = "gpt") -> list[str]:
    return ["reinit", str(checkpoint), "-o", str(out), "--recipe", recipe, *more]


def line(captured: Captured) -> str:
    """Return the one line of an error."""
    err = captured.readouterr().err
    assert err.startswith("fire-ref"), err
    assert err.count("\n") == 1, err
    return err


def test_a_dry_run_prints_the_plan_and_writes_nothing(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    before = digests(tmp_path)
    assert main(command(checkpoint, tmp_path / "out", "--dry-run")) == 0
    out = ANSI.sub("", capsys.readouterr().out)
    assert digests(tmp_path) == before
    assert not (tmp_path / "out").exists()
    rows = [re.split(r" {2,}", row.strip()) for row in out.splitlines() if "-of-00004.safetensors" in row]
    told = {row[1]: row for row in rows}
    assert list(told) == list(language(np.random.default_rng(0))), "every tensor, in the order of the files"
    assert told["transformer.h.0.attn.c_attn.weight"][2:] == [
        "36x12",
        "float32",
        "project",
        "newton-schulz, k = 5, in 3 blocks by rows",
    ]
    assert told["transformer.wte.weight"][4:] == ["project", "tied to lm_head.weight"]
    assert told["transformer.h.0.quantised.weight"][3:5] == ["float8_e4m3fn", "leave"]
    assert told["transformer.h.1.scale"][5].startswith("dtype int32")
    assert "14 of 30 tensors would change, by newton-schulz, k = 5" in out
    assert "at most 100 MB of memory in each process" in out


def test_the_report_tells_what_was_done(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert main(command(checkpoint, out, "--json", str(tmp_path / "r.json"))) == 0
    text = ANSI.sub("", capsys.readouterr().out)
    told = json.loads((tmp_path / "r.json").read_text())
    names = [block["name"] for block in told["blocks"]]
    assert all(f" {name} " in text for name in names)
    assert len(names) == len(set(names))
    assert names.count("lm_head.weight") == 1, "a tied tensor is projected once"
    assert "transformer.wte.weight" not in names
    assert {"lm_head.weight", "transformer.wte.weight"} <= set(told["changed"])
    assert {f"transformer.h.0.attn.c_attn.weight[rows {i}:{i + 12}]" for i in (0, 12, 24)} <= set(names)
    assert not told["skipped"]["transformer.wpe.weight"].startswith("no rule")
    assert "float8" in told["skipped"]["transformer.h.0.quantised.weight"]
    assert {name: entry["sha256"] for name, entry in told["files"].items()} == {
        name: digest for name, digest in digests(out).items() if name != INDEX
    }
    old, new = in_order(checkpoint), in_order(out / INDEX)
    for block in told["blocks"]:
        if block["name"] == "transformer.h.1.mlp.c_proj.weight":
            W, V = old[block["name"]], new[block["name"]]
            gain = (12 / 48) ** 0.5
            assert block["sfe"] == pytest.approx(float(np.sum((W - V) ** 2)), rel=1e-12)
            assert block["dfi_before"] == pytest.approx(float(np.sum((W @ W.T / gain**2 - np.eye(12)) ** 2)), rel=1e-10)
            assert block["dfi_after"] == pytest.approx(float(np.sum((V @ V.T / gain**2 - np.eye(12)) ** 2)), rel=1e-6)


def test_json_alone_on_standard_output(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    assert main(command(checkpoint, tmp_path / "out", "--method", "svd", "--json", "-")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["method"] == "svd"
    assert any("overrode recipe 'gpt'" in note for note in told["notes"])


def dqn(rng: np.random.Generator) -> State:
    online = {
        "q_network.conv.weight": rng.standard_normal((6, 4, 3, 3)).astype("f4"),
        "q_network.conv.bias": rng.standard_normal(6).astype("f4"),
        "q_network.fc.weight": rng.standard_normal((5, 6)).astype("f4"),
        "q_network.fc.bias": rng.standard_normal(5).astype("f4"),
    }
    other = {name.replace("q_", "target_"): rng.standard_normal(a.shape).astype("f4") for name, a in online.items()}
    return online | other


def test_resets_and_copies(tmp_path: Path, rng: np.random.Generator) -> None:
    state, fresh = dqn(rng), {name: array.astype("f8") for name, array in dqn(rng).items()}
    source, initial, out = tmp_path / "q.safetensors", tmp_path / "new.npz", tmp_path / "out.safetensors"
    saved(source, state)
    np.savez(initial, **fresh)
    assert main(command(source, out, "--initial", str(initial), recipe="dqn")) == 0
    found, wanted = loaded(out), expected(state, "dqn", initial=fresh)
    assert {name: a.tobytes() for name, a in found.items()} == {name: a.tobytes() for name, a in wanted.items()}
    assert np.array_equal(found["target_network.conv.weight"], found["q_network.conv.weight"])
    assert np.array_equal(found["q_network.fc.bias"], fresh["q_network.fc.bias"].astype("f4"))


def test_the_report_tells_what_was_not_projected(tmp_path: Path, rng: np.random.Generator, capsys: Captured) -> None:
    source, initial = saved(tmp_path / "q.safetensors", dqn(rng)), tmp_path / "new.npz"
    np.savez(initial, **dqn(rng))
    asked = command(source, tmp_path / "out.safetensors", "--initial", str(initial), recipe="dqn")
    assert main([*asked, "--dry-run", "--json", "-"]) == 0
    plan = json.loads(capsys.readouterr().out)["plan"]
    counts = Counter(row["action"] for row in plan)
    assert {"project", "reset", "copy"} <= set(counts), "all three are there to be told"
    changed = len(plan) - counts["leave"]
    for more, verb in ((["--dry-run"], "would change"), ([], "changed")):
        assert main([*asked, *more]) == 0
        out = ANSI.sub("", capsys.readouterr().out)
        said = f"{counts['project']} projected, by newton-schulz, k = 10"
        first = f"{changed} of {len(plan)} tensors {verb}: {said}; {counts['reset']} reset; {counts['copy']} copied"
        assert first in out.splitlines()
        assert " in 1 file;" in out
    for row in plan:
        assert (f"{row['tensor']}: {row['why']}" in out.splitlines()) == (row["action"] in ("reset", "copy"))


def test_every_matrix_that_was_left_is_named(
    checkpoint: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = tmp_path / "r.json"
    assert main(command(checkpoint, tmp_path / "out", "--json", str(report))) == 0
    lines = ANSI.sub("", capsys.readouterr().out).splitlines()
    told = json.loads(report.read_text())
    left = [row for row in told["plan"] if row["action"] == "leave" and len(row["shape"]) >= 2]
    assert len(left) > 10
    wanted = {f"left as it is, {row['tensor']}, {'x'.join(map(str, row['shape']))}: {row['why']}" for row in left}
    assert wanted == {line for line in lines if line.startswith("left as it is")}
    rest = next(i for i, line in enumerate(lines) if re.match(r"\d+ left as", line))
    assert all(lines.index(line) < rest for line in wanted), "before what is only counted"
    monkeypatch.setattr(reinit, "SHOWN", 3)
    assert main(command(checkpoint, tmp_path / "again")) == 0
    lines = ANSI.sub("", capsys.readouterr().out).splitlines()
    assert sum(line.startswith("left as it is") for line in lines) == 3
    assert f"... and {len(left) - 3} more of two axes or more left as they are; --json tells all" in lines


def test_what_resets_needs_its_initial_values(tmp_path: Path, rng: np.random.Generator, capsys: Captured) -> None:
    source = saved(tmp_path / "q.safetensors", dqn(rng))
    assert main(command(source, tmp_path / "out", recipe="dqn")) == 2
    assert "initial must be given" in line(capsys)


def test_a_recipe_of_ones_own_and_one_that_is_told(tmp_path: Path, rng: np.random.Generator, capsys: Captured) -> None:
    state: State = {
        "encoder.layer.0.attention.self.query.weight": rng.standard_normal((8, 8)).astype("f4"),
        "encoder.layer.0.intermediate.dense.weight": rng.standard_normal((16, 8)).astype("f4"),
    }
    source = saved(tmp_path / "b.safetensors", state)
    assert main(command(source, tmp_path / "auto.safetensors", recipe="auto")) == 0
    assert "recipe 'bert', told by encoder.layer.0.attention.self.query.weight" in capsys.readouterr().out
    assert loaded(tmp_path / "auto.safetensors").keys() == state.keys()
    mine = tmp_path / "mine.toml"
    mine.write_text("[[rules]]\npattern = 'query'\nmethod = 'svd'\n", encoding="utf-8")
    assert main(command(source, tmp_path / "mine.safetensors", recipe=str(mine))) == 0
    found = loaded(tmp_path / "mine.safetensors")
    query, dense = state
    assert np.allclose(found[query] @ found[query].T, np.eye(8), atol=1e-5)
    assert np.array_equal(found[dense], state[dense])


def faults(folder: Path, rng: np.random.Generator) -> dict[str, tuple[Path, str]]:
    """Return checkpoints that are none: what is wrong -> the path, and what must be said."""
    state = language(rng, 2)
    made = {}

    def broken(name: str, said: str) -> Path:
        index = sharded(folder / name, state)
        made[name] = (index, said)
        return index

    path = next(iter(sorted(broken("truncated", "must be a whole safetensors file").parent.glob("*.safetensors"))))
    path.write_bytes(path.read_bytes()[:-3])
    path = next(iter(sorted(broken("corrupt", "must be a whole safetensors file").parent.glob("*.safetensors"))))
    path.write_bytes(path.read_bytes().replace(b"F32", b"F99"))
    path = next(iter(sorted(broken("missing", "which is missing").parent.glob("*.safetensors"))))
    path.unlink()
    first, second, *_ = sorted(broken("duplicate", "in both").parent.glob("*.safetensors"))
    second.write_bytes(first.read_bytes())
    index = broken("lying", "the tensor 'transformer.nothing' in")
    told = json.loads(index.read_text())
    told["weight_map"]["transformer.nothing"] = first.name
    index.write_text(json.dumps(told))
    index = broken("silent", "no place for the tensor 'lm_head.weight'")
    told = json.loads(index.read_text())
    del told["weight_map"]["lm_head.weight"]
    index.write_text(json.dumps(told))
    state = language(rng, 2)
    state["transformer.h.1.mlp.c_fc.weight"][2, 1] = np.nan
    broken("nan", "'transformer.h.1.mlp.c_fc.weight' in model-0000")
    state["transformer.h.1.mlp.c_fc.weight"][:] = 0
    broken("zero", "must be nonzero; got a zero matrix. Try --method svd")
    return made


def test_every_fault_is_one_line_and_nothing_is_lost(
    tmp_path: Path, rng: np.random.Generator, capsys: Captured
) -> None:
    for name, (index, said) in faults(tmp_path, rng).items():
        before = digests(index.parent)
        assert main(command(index, tmp_path / f"{name}.out")) == 2, name
        assert said in line(capsys), name
        assert digests(index.parent) == before
        assert not (tmp_path / f"{name}.out" / INDEX).exists()


FULL = """
import resource, sys
from fire_ref.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(sys.argv[2:]))
"""


def test_a_disk_that_takes_no_more(checkpoint: Path, tmp_path: Path) -> None:
    out, whole = tmp_path / "out", tmp_path / "whole"
    assert main(command(checkpoint, whole)) == 0
    before = digests(checkpoint.parent)
    sizes = sorted(path.stat().st_size for path in checkpoint.parent.glob("*.safetensors"))
    run = [sys.executable, "-c", FULL, str(sizes[-1] - 1), *command(checkpoint, out)]
    told = subprocess.run(
        run, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert "must take what is written; got File too large" in told.stderr
    assert digests(checkpoint.parent) == before
    assert {p.name: p.read_bytes() for p in out.glob("*.safetensors")}.items() <= {
        p.name: p.read_bytes() for p in whole.glob("*.safetensors")
    }.items(), "no half file"
    assert main(command(checkpoint, out)) == 0, "with room, the same command goes on"
    assert digests(out) == digests(whole)


def test_a_disk_without_room_is_told_before_anything_is_computed(
    checkpoint: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fire_ref.streaming import running

    class Usage:
        """A disk that is almost full."""

        free = 10

    monkeypatch.setattr(running.shutil, "disk_usage", lambda _: Usage)
    assert main(command(checkpoint, tmp_path / "out")) == 2
    assert "-o must have room for" in line(capsys)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder that nobody may write: Linux has one")
def test_a_folder_that_takes_nothing(tmp_path: Path, rng: np.random.Generator, capsys: Captured) -> None:
    source = saved(tmp_path / "m.safetensors", language(rng, 1))
    assert main(command(source, Path("/proc/new.safetensors"))) == 2
    assert "/proc" in line(capsys)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--workers", "0"], "--workers must be a whole number >= 1"),
        (["--steps", "-1"], "steps must be a whole number >= 0"),
        (["--layout", "II"], "layout must be different ASCII letters"),
        (["--initial", "x.npz"], "initial must be left out"),
        (["--device", "cuda"], "'cupy' cannot be used"),
        (["--json", "nowhere/x.json"], "--json must lie in an existing folder"),
    ],
)
def test_options_that_make_no_sense(
    checkpoint: Path, tmp_path: Path, capsys: Captured, more: list[str], said: str
) -> None:
    if more[0] == "--device":
        from fire_ref import backend

        try:
            backend("cupy")
        except BackendError:
            pass
        else:
            pytest.skip("there is a GPU")
    assert main(command(checkpoint, tmp_path / "out", *more)) == 2
    assert said in line(capsys)
    assert not (tmp_path / "out").exists()


def test_the_input_is_no_place_for_the_report(checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    shard = next(checkpoint.parent.glob("*.safetensors"))
    assert main(command(checkpoint, tmp_path / "out", "--json", str(shard))) == 2
    assert "--json must be another file than the file that is read" in line(capsys)


def test_the_result_is_no_place_for_the_report(
    checkpoint: Path, tmp_path: Path, rng: np.random.Generator, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one, out = saved(tmp_path / "m.safetensors", language(rng, 1)), tmp_path / "out"
    sharded(out, {"a.weight": np.ones((2, 2), "f4"), "b": np.ones(1)}, 2)
    (tmp_path / "link").symlink_to(out)
    before = digests(tmp_path)
    for source, target, report in (
        (one, "jx.safetensors", "jx.safetensors"),
        (one, "jx.safetensors", "./in/../jx.safetensors"),
        (one, "jx.safetensors", ".jx.safetensors.fire-ref.json"),
        (one, "jx.safetensors", ".jx.safetensors.fire-ref.json.part"),
        (one, "jx.safetensors", ".jx.safetensors.fire-ref"),
        (checkpoint, "out", f"out/{INDEX}"),
        (checkpoint, "out", "out/report.json"),
        (checkpoint, "out", f"link/{INDEX}"),
        (checkpoint, "new", "new"),
    ):
        for more in ([], ["--dry-run"], ["--restart"]):
            asked = ["--overwrite", "--json", report, *more]
            assert main(command(source, Path(target), *asked)) == 2, report
            assert "--json must lie outside of what is written" in line(capsys)
            assert digests(tmp_path) == before
    assert main(command(one, Path("jx.safetensors"), "--json", "jx.json")) == 0, "beside it"


def test_the_recipe_is_no_place_for_the_report(tmp_path: Path, rng: np.random.Generator, capsys: Captured) -> None:
    source, mine = saved(tmp_path / "m.safetensors", language(rng, 1)), tmp_path / "r.toml"
    mine.write_text("[[rules]]\npattern = 'c_fc'\n", encoding="utf-8")
    before = digests(tmp_path)
    assert main(command(source, tmp_path / "out", "--json", str(mine), recipe=str(mine))) == 2
    assert "--json must be another file than the file that is read" in line(capsys)
    assert digests(tmp_path) == before


def test_whoever_waits_is_told(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import contextmanager

    told: list[tuple[int, int, str]] = []

    @contextmanager
    def progress() -> Any:
        yield lambda *all_: told.append(all_)

    monkeypatch.setattr(reinit, "progress", progress)
    assert main(command(checkpoint, tmp_path / "out")) == 0
    done = [one[0] for one in told]
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == told[-1][1], "all of it, in the end"
    assert {"lm_head.weight", "copying model-00001-of-00004.safetensors"} <= {one[2] for one in told}


def test_another_device_computes_through_its_own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = pytest.importorskip("array_api_strict")
    asked: list[str] = []

    def backend(name: str) -> Any:
        asked.append(name)
        return strict

    monkeypatch.setattr(reinit, "backend", backend)
    monkeypatch.setattr(computing, "backend", backend)
    source = saved(tmp_path / "m.safetensors", {"fc.weight": np.random.default_rng(8).standard_normal((9, 5))})
    assert main(command(source, tmp_path / "cuda.safetensors", "--device", "cuda", recipe="official")) == 0
    assert main(command(source, tmp_path / "cpu.safetensors", recipe="official")) == 0
    assert set(asked) == {"cupy"}
    there, here = (loaded(tmp_path / f"{name}.safetensors")["fc.weight"] for name in ("cuda", "cpu"))
    assert np.allclose(there, here, rtol=0, atol=1e-12)


def test_the_help_has_an_example(capsys: Captured) -> None:
    with pytest.raises(SystemExit) as left:
        main(["reinit", "--help"])
    assert left.value.code == 0
    out = capsys.readouterr().out
    assert "fire-ref reinit model.safetensors -o new.safetensors --recipe official --dry-run" in out
    for option in ("--workers N", "--scheduler ADDRESS", "--dry-run", "--restart", "--overwrite", "--mixed"):
        assert option in out


LONG = "a" * 300


@pytest.mark.parametrize(
    ("out", "more", "said"),
    [
        ("/dev/null", [], "-o must name a folder, or a file that ends in .safetensors; got '/dev/null'"),
        (LONG, [], "-o must be a place that can be looked at; got"),
        (f"{LONG}.safetensors", [], "-o must be a place that can be looked at; got"),
        (f"{LONG[:230]}.safetensors", [], "-o must be a place that can be looked at; got"),
        ("out", ["--json", LONG], "--json must be a place that can be looked at (File name too long); got"),
    ],
)
def test_places_that_are_none_are_told_in_our_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, out: str, more: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    source = saved(tmp_path / "m.safetensors", {"fc.weight": np.eye(3)})
    assert main(command(source, Path(out), *more, recipe="official")) == 2
    err = line(capsys)
    assert err.startswith("fire-ref reinit: ")
    assert said in err
    assert "Errno" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "some/file"), "some/file: Permission denied"),
        (OSError("the scheduler is gone"), "the scheduler is gone"),
        (ValueError("recipe: no"), "recipe: no"),
        (BackendError("'cupy' cannot be used"), "'cupy' cannot be used"),
    ],
)
def test_every_message_begins_alike(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured, error: Exception, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(reinit, "plan", fail)
    assert main(command(checkpoint, tmp_path / "out")) == 2
    assert line(capsys) == f"fire-ref reinit: {said}\n"


def test_what_is_not_finite_is_null_in_json(tmp_path: Path, capsys: Captured) -> None:
    source = saved(tmp_path / "m.safetensors", {"fc.weight": np.diag([1e200, 1e199, 1e200])})
    assert main(command(source, tmp_path / "o.safetensors", "--json", "-", recipe="official")) == 0

    def strange(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    told = json.loads(capsys.readouterr().out, parse_constant=strange)
    assert told["blocks"][0]["dfi_before"] is None


def test_a_name_of_thousands_of_characters_does_not_widen_the_table(tmp_path: Path, capsys: Captured) -> None:
    source = saved(tmp_path / "m.safetensors", {f"{'n' * 5000}.weight": np.eye(3), f"{'v' * 5000}": np.ones(3)})
    for more in (["--dry-run"], []):
        assert main(command(source, tmp_path / "o.safetensors", *more, recipe="official")) == 0
        assert max(len(row) for row in capsys.readouterr().out.splitlines()) < 1000
