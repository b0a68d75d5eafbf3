"""python -m figures: lists, draws, draws again, and says in one line what it cannot do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from figures import __main__ as command
from figures import catalogue, settings
from figures.__main__ import main
from figures.catalogue import FIGURES
from fire_ref.errors import BackendError

from ..backends import available
from ..house.paths import ROOT

#: What takes long: measurements and experiments.
APART = {"table1", "fig2a", "fig2b", "fig2c", "fig3", "fig3b", "fig5a", "fig7", "figF", "figL"}


def test_the_list_has_a_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in FIGURES)
    assert main(["--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told] == list(FIGURES)
    assert all(one["about"] and one["scale"] and one["seconds"] > 0 for one in told)


def test_every_figure_can_be_imported_and_every_file_is_listed() -> None:
    for name in FIGURES:
        figure = catalogue.drawing(name)
        assert callable(figure.compute)
        assert callable(figure.draw)
    folder = Path(catalogue.__file__).parent
    assert {path.stem for path in folder.glob("fig*.py")} | {"table1"} == set(FIGURES)


def test_what_stands_apart_is_drawn_only_when_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    available("matplotlib")
    asked: list[str] = []

    def refused(name: str) -> catalogue.Drawing:
        asked.append(name)
        raise ValueError(name)

    monkeypatch.setattr(command, "drawing", refused)
    every = [name for name in FIGURES if name not in APART]
    for given, wanted in ((["all"], every), (["all", "table1"], [*every, "table1"]), (["table1"], ["table1"])):
        asked.clear()
        assert main([*given, "--out", str(tmp_path)]) == 1
        assert asked == wanted
    assert {name for name, entry in FIGURES.items() if entry.apart} == APART


def test_it_draws_and_draws_again_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("matplotlib")
    out = tmp_path / "new" / "folder"
    assert main(["fig6", "--out", str(out), "--format", "svg,png"]) == 0
    told = capsys.readouterr().out
    assert "fig6.svg" in told
    assert json.loads((out / "fig6.json").read_text(encoding="utf-8"))["data"]["caption"] in told
    first = (out / "fig6.svg").read_bytes()
    (out / "fig6.svg").unlink()
    assert main(["fig6", "--out", str(out), "--redraw"]) == 0
    assert (out / "fig6.svg").read_bytes() == first
    assert sorted(path.name for path in out.iterdir()) == ["fig6.json", "fig6.png", "fig6.svg"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["fig99"], "NAME must be of fig"),
        (["fig6", "--format", "gif"], "--format must be of png, svg, pdf"),
        (["fig6", "--weights", "gpt-5"], "--weights must be of digits"),
        (["table1", "--quick", "--large"], "--quick and --large must not be given together"),
        (["--redraw"], "--redraw needs a NAME"),
        (["fig1", "fig6", "--quick"], "--quick and --large are for table1; got fig1, fig6"),
        (["figF", "--quick"], "--quick and --large are for table1; got figF"),
        (["figF", "--methods", "dash"], "--methods must be of base, full-reset"),
        (["figF", "--seeds", "0"], "--seeds must be at least 1; got 0"),
        (["figF", "--jobs", "-1"], "--jobs must be at least 1; got -1"),
        (["fig6", "--out", __file__], "--out must be a folder"),
    ],
)
def test_bad_usage_is_one_line(given: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(given) == 2
    shown = capsys.readouterr().err
    assert told in shown
    assert shown.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_found_before_anything_is_computed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    available("matplotlib")
    (tmp_path / "file").touch()
    unused = SimpleNamespace(compute=lambda _: pytest.fail("computed"))
    monkeypatch.setattr(command, "drawing", lambda _: unused)
    for out in ("/proc/nowhere", str(tmp_path / "file" / "below")):
        assert main(["fig1", "--out", out]) == 1
        assert capsys.readouterr().err.startswith(f"figures: --out must be a folder that can be written; got {out!r}.")


def test_a_device_that_is_not_there_is_one_line_before_anything_is_done(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> object:
        raise BackendError(f"backend: {name!r} cannot be used: no GPU. Try backend('numpy').")

    monkeypatch.setattr(settings, "backend", absent)
    monkeypatch.setattr(command, "drawing", None)
    assert main(["table1", "fig6", "--quick", "--device", "cuda", "--out", str(tmp_path / "new")]) == 2
    told = "figures: --device cuda: 'cupy' cannot be used: no GPU. Try --device cpu.\n"
    assert capsys.readouterr().err == told
    assert not (tmp_path / "new").exists()


def test_a_picture_of_a_gpus_data_is_drawn_again_without_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    available("matplotlib")
    monkeypatch.setattr(settings, "backend", None)
    (tmp_path / "figE.json").write_bytes((Path(catalogue.__file__).parent / "gallery" / "figE.json").read_bytes())
    assert main(["figE", "--redraw", "--device", "cuda", "--out", str(tmp_path)]) == 0


def test_what_cannot_be_drawn_does_not_stop_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    available("matplotlib")

    def offline(_: object) -> catalogue.Data:
        raise ConnectionError("weights: offline")

    real = catalogue.drawing
    monkeypatch.setattr(command, "FIGURES", {"fig5b": FIGURES["fig5b"], "fig6": FIGURES["fig6"]})
    monkeypatch.setattr(
        command, "drawing", lambda name: real(name) if name == "fig6" else real(name)._replace(compute=offline)
    )
    assert main(["all", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == "weights: offline\n"
    assert (tmp_path / "fig6.svg").exists()
    assert not (tmp_path / "fig5b.json").exists()


def test_a_request_to_end_does_what_an_interrupt_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: object) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)  # the handler runs before this is over
        return 0

    monkeypatch.setattr(command, "_draw", ended)
    before = signal.getsignal(signal.SIGTERM)
    assert main(["fig1"]) == 130
    assert capsys.readouterr().err == "figures: interrupted\n"
    assert signal.getsignal(signal.SIGTERM) is before


def test_nothing_to_draw_again_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("matplotlib")
    assert main(["fig6", "--out", str(tmp_path), "--redraw"]) == 1
    assert "fig6.json must hold the data of fig6" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("matplotlib")
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert main(["fig6", "--out", str(tmp_path / "file" / "below")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"networks": 3},
        {"networks": {}, "steps": []},
        {"networks": {"digits-mlp": {}}, "steps": [0, 1]},
        {"networks": {"digits-mlp": {"before": None}}, "steps": "x"},
    ],
)
def test_hostile_data_is_one_line_and_does_not_stop_the_rest(
    data: catalogue.Data, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    available("matplotlib")
    monkeypatch.setattr(command, "FIGURES", {"fig6": FIGURES["fig6"], "figE": FIGURES["figE"]})
    (tmp_path / "figE.json").write_bytes((Path(catalogue.__file__).parent / "gallery" / "figE.json").read_bytes())
    text = json.dumps({"figure": "fig6", "data": data | {"caption": "\x1b[31mred"}})
    (tmp_path / "fig6.json").write_text(text, encoding="utf-8")
    assert main(["all", "--redraw", "--out", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert shown.err == f"figures: {tmp_path / 'fig6.json'} must hold the data of fig6. Try python -m figures fig6.\n"
    assert (tmp_path / "figE.svg").exists()
    assert "\x1b" not in shown.out


def test_a_mistake_of_ours_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    available("matplotlib")
    wrong = catalogue.Drawing(lambda _: {"caption": ""}, lambda data: data["nothing"])
    monkeypatch.setattr(command, "drawing", lambda _: wrong)
    with pytest.raises(KeyError):
        main(["fig6", "--out", str(tmp_path)])


def test_interrupted_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_draw", stop)
    assert main(["fig6"]) == 130
    assert capsys.readouterr().err == "figures: interrupted\n"


def test_a_reader_who_leaves_and_a_full_disk_are_no_tracebacks() -> None:
    for line, status in (("--json | true", {0, 141}), ("--json > /dev/full", {1})):
        shell = f"set -o pipefail; {sys.executable} -m figures {line}"
        done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode in status
        assert "Traceback" not in done.stderr


def test_the_list_in_a_narrow_window_is_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert main([]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert all(entry.about in shown for entry in FIGURES.values())


def test_formats_given_twice_are_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    available("matplotlib")
    assert main(["fig6", "--out", str(tmp_path), "--format", "svg,svg"]) == 0
    assert capsys.readouterr().out.count("fig6.svg") == 1


def test_without_matplotlib_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["fig6", "--out", str(tmp_path / "new")]) == 1
    assert 'pip install "fire_ref[figures]"' in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
