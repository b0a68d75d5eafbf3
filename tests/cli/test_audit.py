"""`fire-ref audit`: the table, the options, the files, and everything that is refused."""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

import fire_ref
from fire_ref import Audit
from fire_ref.audits.columns import columns, ordered
from fire_ref.cli import main
from fire_ref.cli.audit import DISPENSABLE, LEAST_NAME, fitting, printable

from ..audits.networks import ordinary, safetensors
from ..backends import available
from .test_console import ANSI, leaving, on_terminal, window

Captured = pytest.CaptureFixture[str]
LONG = "model.decoder.layers.11.self_attention.query_key_value.projection.weight"


@pytest.fixture(autouse=True)
def no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take from the environment what would make rich see a terminal, or a width."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def checkpoint(tmp_path: Path, rng: np.random.Generator) -> Path:
    state = ordinary(rng) | {LONG: rng.standard_normal((6, 6))}
    return safetensors(tmp_path / "model.safetensors", state)


def table(out: str) -> list[str]:
    """The lines of the table: the heading, the rule and the rows."""
    lines = ANSI.sub("", out).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(" tensor"))
    rows = [line for line in lines[start + 2 :] if re.match(r" \S.*\d$", line)]
    assert lines[start + 2 : start + 2 + len(rows)] == rows
    return [*lines[start : start + 2], *rows]


def flat(text: str) -> str:
    return " ".join(ANSI.sub("", text).split())


def names(out: str) -> list[str]:
    return [line.split()[0] for line in table(out)[2:]]


def run(capsys: Captured, *arguments: object) -> str:
    assert main(["audit", *map(str, arguments)]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def test_a_file_gets_every_column_and_whole_names(
    checkpoint: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkpoint.parent)
    found = fire_ref.audit(checkpoint.name)
    out = run(capsys, checkpoint.name)
    assert out.startswith(f"FIRE audit of {checkpoint.name}\n")
    heading, _, *lines = table(out)
    assert heading.split("  ")[0] == " tensor"
    assert heading.split() == " ".join(column.title for column in columns(found.steps)).split()
    wanted = [" ".join(c.text(row) for c in columns(found.steps)).split() for row in ordered(found.rows, (5, 10), None)]
    assert [line.split() for line in lines] == wanted
    for text in found.sentences:
        assert f"* {' '.join(text.split())}" in flat(out)
    assert f"1 not audited: {found.skipped['block.1.bias']}" in flat(out)
    assert "\x1b" not in out


def test_without_a_checkpoint_the_shipped_networks_are_audited(capsys: Captured) -> None:
    out = run(capsys)
    assert set(names(out)) == {row.name for row in fire_ref.audit().rows}
    assert "digits_conv.conv1.weight" in out


def test_a_file_gets_paths_and_names_in_one_piece(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = 3 * f"{LONG}."
    path = safetensors(Path(f"{name}safetensors"), {name: np.diag([1.0, 1e-3])})
    out = run(capsys, path)
    assert out.startswith(f"FIRE audit of {path}\n")
    assert f"* {name}: k = 5 leaves" in out


@pytest.mark.parametrize("width", [60, 80, 130, 200])
def test_the_table_fits_its_window(
    width: int, checkpoint: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    window(monkeypatch, width)
    assert main(["audit", str(checkpoint)]) == 0
    out = capsys.readouterr().out
    lines = table(out)
    assert max(map(cell_len, lines)) <= width
    assert len(lines) == 2 + 5
    shown = [column.title for column in columns((5, 10)) if column.title in lines[0]]
    assert {"tensor", "DfI k=5", "DfI k=10", "steps"} <= set(shown)
    hidden = len(columns((5, 10))) - len(shown)
    assert (f"{hidden} more column" in flat(out)) == (hidden > 0)
    assert (hidden > 0) == (width < 130)
    # Both ends of a long name stay.
    assert re.search(r"model\.dec\S*weight", out)
    assert (LONG in "\n".join(lines)) == (width == 200)


@pytest.mark.parametrize("width", [60, 80, 130])
def test_short_names_leave_room_for_numbers(
    width: int, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = safetensors(tmp_path / "m.safetensors", {"w": np.diag([2.0, 1.0]), "v": np.diag([3.0, 0.1])})
    window(monkeypatch, width)
    assert main(["audit", str(path)]) == 0
    lines = table(capsys.readouterr().out)
    assert max(map(len, lines)) <= width
    assert [line.split()[0] for line in lines[2:]] == ["v", "w"]
    assert "DfI before" in lines[0]


def test_columns_are_dropped_in_their_order_and_the_others_keep_their_place(rng: np.random.Generator) -> None:
    rows = fire_ref.audit(ordinary(rng)).rows
    every = columns((5, 10))
    assert fitting(every, rows, None) == every
    seen = []
    for width in range(400, 0, -1):
        kept = fitting(every, rows, width)
        assert kept == [column for column in every if column in kept]
        gone = tuple(key for key in DISPENSABLE if key not in {column.key for column in kept})
        if gone not in seen:
            seen.append(gone)
    assert seen == [DISPENSABLE[:i] for i in range(len(DISPENSABLE) + 1)]


@pytest.mark.parametrize("room", [8, 9, 24, LEAST_NAME, 71, 72, 73])
def test_a_name_is_shortened_to_its_room_and_keeps_both_ends(room: int) -> None:
    short = printable(LONG, room)
    assert len(short) == min(room, len(LONG))
    first, mark, last = short.partition("…")
    assert LONG.startswith(first)
    assert LONG.endswith(last)
    assert (mark == "") == (room >= len(LONG))


def test_names_that_differ_in_the_middle_are_whole_where_there_is_no_limit() -> None:
    assert printable(LONG, None) == LONG
    assert printable("a\x1b[2J\nb\u202e\x9bc\ud800", None) == "a?[2J?b??c?"


# Options.


def test_what_is_not_audited_is_counted_by_its_reason(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "m.npz"
    np.savez(path, table=np.eye(2, dtype=int), a=np.ones(2), b=np.ones(3), w=np.eye(2), c=np.ones(()))
    found = re.findall(r"(\d+) not audited: (\w+)", run(capsys, path))
    assert found == [("3", "a"), ("1", "dtype")]


def test_sort_and_top_choose_the_rows(checkpoint: Path, capsys: Captured) -> None:
    rows = fire_ref.audit(checkpoint).rows
    assert names(run(capsys, checkpoint, "--sort", "file")) == [row.name for row in rows]
    by_cond = sorted(rows, key=lambda row: -row.cond)
    out = run(capsys, checkpoint, "--sort", "cond", "--top", 2)
    assert names(out) == [row.name for row in by_cond[:2]]
    assert "3 more rows" in out
    assert "more rows" not in run(capsys, checkpoint, "--top", 5)


def test_steps_are_the_columns(checkpoint: Path, capsys: Captured) -> None:
    out = run(capsys, checkpoint, "--steps", "3, 20,3")
    assert re.findall(r"k=(\d+)", table(out)[0]) == ["3", "20"]
    assert names(out) == [row.name for row in ordered(fire_ref.audit(checkpoint, steps=(3, 20)).rows, (3, 20), "k20")]
    assert names(run(capsys, checkpoint, "--steps", "3,20", "--sort", "k3"))


def test_layout_operator_and_recipe_are_passed_on(tmp_path: Path, rng: np.random.Generator, capsys: Captured) -> None:
    state = {"dense": rng.standard_normal((4, 3)), "conv": rng.standard_normal((4, 3, 5)), "cube": np.ones((2,) * 5)}
    path = tmp_path / "m.npz"
    np.savez(path, **state)
    assert "3 axes" in run(capsys, path)
    read = json.loads(run(capsys, path, "--layout", "OIW,IO", "--operator", 8, "--json", "-"))
    assert read == fire_ref.audit(path, layout="OIW,IO", operator=8).to_dict()
    assert {row["layout"] for row in read["rows"]} == {"IO", "OIW", "OIDHW"}
    out = run(capsys, path, "--recipe", "official")
    assert "recipe official" in flat(out)
    assert "cube: keep, " in out


def test_json_on_stdout_is_alone(checkpoint: Path, capsys: Captured, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    out = run(capsys, checkpoint, "--json", "-", "--html", page)
    assert json.loads(out) == fire_ref.audit(str(checkpoint)).to_dict()
    assert page.read_text(encoding="utf-8") == fire_ref.audit(str(checkpoint)).to_html()


def test_files_hold_what_the_library_writes(checkpoint: Path, capsys: Captured, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    out = run(capsys, checkpoint, "--json", folder / "a.json", "--html", folder / "a.html")
    found = fire_ref.audit(str(checkpoint))
    assert (folder / "a.json").read_text(encoding="utf-8") == found.to_json() + "\n"
    assert (folder / "a.html").read_text(encoding="utf-8") == found.to_html()
    assert sorted(path.name for path in folder.iterdir()) == ["a.html", "a.json"]
    assert table(out)


def test_a_broken_tensor_is_a_finding_and_no_failure(tmp_path: Path, capsys: Captured) -> None:
    state = {"fine": np.diag([2.0, 1.0]), "broken": np.array([[1.0, np.nan], [0.0, 1.0]])}
    out = run(capsys, safetensors(tmp_path / "m.safetensors", state))
    assert "broken: refuse, holds nan at index (0, 1)" in out
    assert "* broken holds nan at index (0, 1): " in flat(out)
    assert out.index("broken") < out.index("fine")


@pytest.mark.parametrize("installed", [True, False])
def test_cuda_without_a_gpu_is_one_clear_line(
    installed: bool, checkpoint: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not installed:
        monkeypatch.setitem(sys.modules, "cupy", None)
    elif available("cupy").cuda.is_available():
        pytest.skip("there is a GPU")
    refused(capsys, [str(checkpoint), "--device", "cuda"], "finds no" if installed else r"fire_ref\[cuda12\]")


# Refusals.


def refused(capsys: Captured, arguments: list[str], pattern: str) -> None:
    """Assert that this is one line on stderr, nothing on stdout, and status 2."""
    assert main(["audit", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert captured.err.startswith("fire-ref")
    assert re.search(pattern, captured.err), captured.err


def framed(header: bytes, data: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + data


ENTRY = b'{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]}'
#: Name of a file -> what it holds, and what is said of it.
FILES: dict[str, tuple[bytes, str]] = {
    "empty.safetensors": (b"", "empty file"),
    "empty.npz": (b"", "empty file"),
    "text.safetensors": (b"these are no weights, just words in a file", "a whole safetensors file"),
    "text.npz": (b"these are no weights, just words in a file", "a whole .npz archive"),
    "truncated.safetensors": (framed(b'{"w":' + ENTRY + b"}", bytes(31)), "bytes 0 to 32 of 31"),
    "long.safetensors": (framed(b"{}", length=2**60), f"claim a header of {2**60}"),
    "twice.safetensors": (framed(b'{"w":' + ENTRY + b',"w":' + ENTRY + b"}", bytes(32)), "'w' twice"),
    "none.safetensors": (framed(b"{}"), "at least one tensor"),
    "shards.safetensors.index.json": (
        b'{"weight_map":{"w":"gone.safetensors"}}',
        "'gone.safetensors', which is missing",
    ),
    "model.pt": (b"PK\x03\x04", "never unpickled|ever unpickled"),
    "model.bin": (b"\x80\x02.", "safetensors"),
    "model": (b"x", r"end in \.safetensors"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_checkpoint_is_refused(name: str, tmp_path: Path, capsys: Captured) -> None:
    content, pattern = FILES[name]
    (tmp_path / name).write_bytes(content)
    refused(capsys, [str(tmp_path / name)], pattern)


def test_half_an_archive_is_refused(tmp_path: Path, capsys: Captured) -> None:
    np.savez(tmp_path / "whole.npz", w=np.eye(8))
    (tmp_path / "half.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:-60])
    refused(capsys, [str(tmp_path / "half.npz")], "a whole .npz archive")


def test_what_is_no_file_is_refused(tmp_path: Path, capsys: Captured) -> None:
    refused(capsys, [str(tmp_path / "missing.safetensors")], "must exist")
    refused(capsys, [str(tmp_path)], "must be a file; got a folder")
    refused(capsys, [""], "must be a path")
    os.mkfifo(tmp_path / "pipe.npz")
    refused(capsys, [str(tmp_path / "pipe.npz")], "an ordinary file")


@pytest.mark.parametrize("given", ["checkpoint", "--json"])
def test_a_link_to_itself_is_refused(given: str, checkpoint: Path, tmp_path: Path, capsys: Captured) -> None:
    loop = tmp_path / "loop.npz"
    loop.symlink_to(loop)
    refused(capsys, [str(loop)] if given == "checkpoint" else [str(checkpoint), "--json", str(loop)], "loop")


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        (["--sort", "nothing"], "--sort must be one of name, size, cond"),
        (["--sort", "k7"], "--sort must be one of"),
        (["--steps", "five"], "--steps must be whole numbers separated by commas; got 'five'"),
        (["--steps", ""], "--steps must be whole numbers"),
        (["--steps", "5,,10"], "--steps must be whole numbers"),
        (["--steps=-1"], "steps must be a whole number >= 0"),
        (["--top", "0"], "--top must be a whole number >= 1"),
        (["--top=-3"], "--top must be a whole number >= 1"),
        (["--operator", "0"], "operator must be a whole number >= 1"),
        (["--layout", "XY"], "layout must"),
        (["--recipe", "unofficial"], "recipe must be one of 'official'"),
        (["--html", "missing/page.html"], "--html must lie in an existing folder"),
        (["--json", "missing/a.json"], "--json must lie in an existing folder"),
        (["--html", ""], "--html must name a file"),
        (["--html", "."], "--html must name a file, not a folder"),
        (["--html", "one", "--json", "one"], "must be another file than --json"),
        (["--html", "one", "--json", "./one"], "must be another file than --json"),
        (["--html", "model.safetensors"], "must be another file than the file that is read"),
        (["--json", "link"], "must be another file than the file that is read"),
    ],
)
def test_a_bad_option_is_refused_and_the_checkpoint_untouched(
    options: list[str],
    pattern: str,
    checkpoint: Path,
    tmp_path: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(checkpoint)
    before = checkpoint.read_bytes()
    refused(capsys, [str(checkpoint), *options], pattern)
    assert checkpoint.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "model.safetensors"]


def test_a_folder_that_may_not_be_written_is_refused_before_the_work(
    checkpoint: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *args: False)  # root may write everywhere
    refused(capsys, [str(checkpoint), "--html", str(tmp_path / "page.html")], "a folder that may be written")


@pytest.mark.parametrize(
    "options",
    [["--recipe", "official", "--layout", "IO"], ["--top", "many"], ["--operator", "x"], ["--device", "tpu"]],
)
def test_bad_usage_is_status_2(options: list[str], checkpoint: Path, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["audit", str(checkpoint), *options])
    assert stopped.value.code == 2
    assert "usage: fire-ref audit" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--sort", "--steps", "--json"])
def test_options_are_looked_at_before_the_file(option: str, capsys: Captured) -> None:
    refused(capsys, ["missing.npz", option, "missing/x"], option)


def test_a_page_on_standard_output_is_written_or_refused(checkpoint: Path, capsys: Captured) -> None:
    status = main(["audit", str(checkpoint), "--html", "-"])
    assert status == 2 or "<!DOCTYPE html>" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_failure_leaves_the_old_file(
    option: str, checkpoint: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_found: Audit) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(Audit, "to_html", full)
    monkeypatch.setattr(Audit, "to_json", full)
    old = tmp_path / "old"
    old.write_text("as it was")
    assert main(["audit", str(checkpoint), option, str(old)]) == 2
    assert capsys.readouterr().err == "fire-ref: no space left on device\n"
    assert old.read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.safetensors", "old"]


@pytest.mark.parametrize("arguments", [["--debug", "audit"], ["audit", "--debug"]])
def test_debug_shows_where(arguments: list[str]) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.npz must exist"):
        main([*arguments, "missing.npz"])


# Names that were not meant to be read.

ESCAPES = "a\x1b[2J\x1b]0;owned\x07\x9b31m\x08\rb"
MARKUP = "[bold red]c[/bold red][/nothing][link=file:///x]d"


@pytest.fixture
def hostile(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Names that would take the terminal over, in a file whose every kind of line names a tensor."""
    isometry = np.linalg.qr(rng.standard_normal((64, 64)))[0]
    broken = np.full((2, 2), np.nan)
    dead = np.diag([1.0, 0.5, 0.0])
    state = {ESCAPES: isometry, f"{ESCAPES}nan": broken, MARKUP: dead, f"{MARKUP}2": np.diag([1.0, 1e-3])}
    return safetensors(tmp_path / "hostile.safetensors", state)


@pytest.mark.parametrize("terminal", [False, True])
def test_no_escape_sequence_of_a_name_reaches_the_output(
    terminal: bool, hostile: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    if terminal:
        window(monkeypatch, 130)
    assert main(["audit", str(hostile), "--steps", "5"]) == 0
    captured = capsys.readouterr()
    for text in (captured.out, captured.err):
        ours = re.sub(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[2K|\x1b\[1A|\r", "", text)  # rich's own
        assert not [c for c in ours if not c.isprintable() and c != "\n"]


def test_markup_in_a_name_is_text(hostile: Path, capsys: Captured) -> None:
    out = run(capsys, hostile, "--steps", "5")
    assert MARKUP in out
    assert f"{MARKUP}2: k = 5 leaves" in flat(out)


def test_markup_in_a_name_does_not_stop_the_progress_bar(hostile: Path) -> None:
    status, screen, out, _ = on_terminal(["audit", str(hostile)], stdout=False, stderr=True)
    assert status == 0
    assert "Traceback" not in screen
    assert MARKUP in out


def test_half_a_surrogate_pair_in_a_name_is_no_crash_at_the_end(tmp_path: Path, capsys: Captured) -> None:
    path = safetensors(tmp_path / "m.safetensors", {"a\ud800b": np.eye(3)})
    status = main(["audit", str(path), "--html", str(tmp_path / "page.html")])
    captured = capsys.readouterr()
    assert (status, captured.err) == (0, "") or (status, captured.out) == (2, "")


# Real streams.


def test_a_reader_that_leaves_early_sees_no_traceback(checkpoint: Path) -> None:
    done = subprocess.run(
        f'"{sys.executable}" -m fire_ref audit "{checkpoint}" | head -1',
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("FIRE audit of ")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_reader_may_leave_at_any_moment(checkpoint: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = []
    for most in range(5):  # the title, the table, what is not in it, the sentences, the notes
        with leaving(tmp_path / str(most), most) as stdout:
            monkeypatch.setattr(sys, "stdout", stdout)
            with pytest.raises(SystemExit) as stopped:
                main(["audit", str(checkpoint)])
            seen.append(stopped.value.code)
    assert seen == 5 * [141]


@pytest.mark.parametrize(("stdout", "stderr"), [(True, False), (False, True)])
def test_progress_is_shown_where_somebody_sees_it(stdout: bool, stderr: bool, checkpoint: Path) -> None:
    status, screen, out, err = on_terminal(["audit", str(checkpoint)], stdout=stdout, stderr=stderr)
    assert status == 0
    assert ("━" in screen) is stderr  # the bar
    assert "━" not in out + err
    assert (" tensor " in ANSI.sub("", screen)) is stdout
    assert err == ""
    if stdout:
        assert max(map(len, table(screen))) <= 100  # the window's own width
    if stderr:
        assert "\x1b" not in out
        assert LONG in out
        assert screen.rstrip().endswith("\x1b[2K")  # and wiped when it is done


def test_json_is_the_same_through_a_window(checkpoint: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = run(capsys, checkpoint, "--json", "-")
    window(monkeypatch, 40)
    assert main(["audit", str(checkpoint), "--json", "-"]) == 0
    assert capsys.readouterr().out == plain


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_shard_of_the_checkpoint_is_never_written_over(tmp_path: Path, capsys: Captured, option: str) -> None:
    shard = safetensors(tmp_path / "part.safetensors", {"a": np.eye(3)})
    before = shard.read_bytes()
    index = tmp_path / "model.safetensors.index.json"
    index.write_text('{"weight_map": {"a": "part.safetensors"}}')
    refused(capsys, [str(index), option, str(shard)], "another file than the file that is read")
    assert shard.read_bytes() == before


def test_theory_adds_a_table_a_sentence_and_numbers(checkpoint: Path, capsys: Captured, tmp_path: Path) -> None:
    assert main(["audit", str(checkpoint)]) == 0
    assert "spectral deviation" not in capsys.readouterr().out.lower()
    out = tmp_path / "numbers.json"
    assert main(["audit", str(checkpoint), "--theory", "--json", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "sqrt(DfI) below 1, as the paper's theorems ask:" in shown
    assert "Theory, at each stage" in shown
    rows = [row for row in json.loads(out.read_text())["rows"] if row["theory"]]
    assert set(rows[0]["theory"]) == {"before", "5", "10", "exact"}
    assert set(rows[0]["theory"]["exact"]) >= {"root_dfi", "deviation", "row_deviation", "theorems"}
