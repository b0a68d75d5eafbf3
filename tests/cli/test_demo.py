"""`fire-ref demo`: the table, the JSON, the picture, the devices."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from fire_ref.cli import main
from fire_ref.demo import compute

from ..backends import available
from .test_console import leaving


def test_the_table_shows_every_row_and_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    found = compute()
    for row in found.rows:
        assert row.name in out
        assert f"{row.dfi:.4g}" in out
        assert f"{row.sfe:.4g}" in out
    assert found.sentence in out


def test_json_on_stdout_is_alone_and_complete(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--json", "-"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert read == json.loads(json.dumps(compute().to_dict()))
    assert read["front"]["weight"][-1] is None  # infinity


def test_json_and_picture_are_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("matplotlib")
    assert main(["demo", "--json", str(tmp_path / "demo.json"), "--plot", str(tmp_path / "front.png")]) == 0
    assert json.loads((tmp_path / "demo.json").read_text())["layer"] == "fc2.weight"
    assert (tmp_path / "front.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo.json", "front.png"]
    assert "isometry" in capsys.readouterr().out


@pytest.mark.parametrize("installed", [True, False])
def test_cuda_without_a_gpu_is_one_clear_line(
    installed: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if installed:
        cupy = available("cupy")
        if cupy.cuda.is_available():
            pytest.skip("there is a GPU")
    else:
        monkeypatch.setitem(sys.modules, "cupy", None)
    assert main(["demo", "--device", "cuda"]) == 2
    line = capsys.readouterr().err
    assert len(line.splitlines()) == 1
    assert ("finds no" if installed else "fire_ref[cuda12]") in line


def test_a_plot_without_matplotlib_names_the_extra(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["demo", "--plot", str(tmp_path / "front.png")]) == 2
    assert "fire_ref[figures]" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", ["--plot", "--json"])
@pytest.mark.parametrize("name", ["missing/demo.png", "", "folder.png"])
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    option: str,
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    available("matplotlib")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.png").mkdir()
    assert main(["demo", option, name]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"fire-ref demo: {option} must ")


def test_the_picture_and_the_numbers_may_not_share_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("matplotlib")
    one = str(tmp_path / "one.png")
    assert main(["demo", "--plot", one, "--json", one]) == 2
    assert "--json must be another file than --plot" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_format_in_capitals_is_that_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("matplotlib")
    assert main(["demo", "--plot", str(tmp_path / "FRONT.PNG")]) == 0
    assert (tmp_path / "FRONT.PNG").read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().err == ""


def test_a_narrow_window_cuts_no_number(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    assert "…" not in out
    assert "front at k = 10" in out


def test_a_reader_may_leave_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for most in range(3):
        with leaving(tmp_path / str(most), most) as stdout:
            monkeypatch.setattr(sys, "stdout", stdout)
            with pytest.raises(SystemExit) as stopped:
                main(["demo"])
            seen.append(stopped.value.code)
    assert seen == 3 * [141]
