"""`fire-ref verify`: exit statuses, files, what reaches the library, and everything that is refused."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fire_ref.cli.verify as command
from fire_ref.cli import main
from fire_ref.conformance.report import Report, schema
from fire_ref.errors import BackendError, MissingExtraError

from ..backends import available
from ..conformance.reports import EVERY, passing, wrong
from .test_compliance import ROWS, row
from .test_console import leaving, window

Captured = pytest.CaptureFixture[str]
Engine = Callable[..., list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def no_window(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Put something in the place of the engine; what it is called with is recorded."""

    def put(answer: Any, name: str = "verify") -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []

        def called(*arguments: Any, **options: Any) -> Any:
            calls.append({"target": arguments} | options)
            if isinstance(answer, BaseException):
                raise answer
            return answer

        monkeypatch.setattr(command, name, called)
        return calls

    return put


def refused(capsys: Captured, arguments: list[str], pattern: str) -> None:
    assert main(["verify", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("fire-ref")
    assert captured.err.endswith("\n")
    assert captured.err[:-1].isprintable()  # one line, and no control characters
    assert pattern in captured.err


@pytest.mark.parametrize(("found", "status"), [(passing(), 0), (wrong(), 1)])
def test_the_status_is_the_verdict(found: Report, status: int, engine: Engine, capsys: Captured) -> None:
    calls = engine(found)
    assert main(["verify", "m:f"]) == status
    captured = capsys.readouterr()
    assert found.target in captured.out
    assert captured.err == ""
    assert len(calls) == 1


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("stream", ["", "--json"])
def test_any_report_is_shown(name: str, stream: str, engine: Engine, capsys: Captured) -> None:
    engine(EVERY[name]())
    assert main(["verify", "m:f", *([stream, "-"] if stream else [])]) == (0 if name == "passing" else 1)
    assert capsys.readouterr().err == ""


def test_the_options_reach_the_library(engine: Engine) -> None:
    calls = engine(passing())
    given = ["--dialect", "muon", "--set", "steps=5", "--adapter", "linear", "--quick", "--timeout", "3"]
    assert (
        main(["verify", "m:f", *given, "--result", "-1", "--in-place", "--dtype", "bfloat16", "--device", "cuda"]) == 0
    )
    assert calls == [
        {
            "target": ("m:f",),
            "dialect": "muon",
            "level": "weight",
            "arrays": "torch",
            "dtype": "bfloat16",
            "kwargs": {"steps": 5},
            "result": -1,
            "in_place": True,
            "adapter": "linear",
            "device": "cuda",
            "quick": True,
            "timeout": 3.0,
            "progress": None,
        }
    ]


def test_files_hold_the_whole_report(engine: Engine, capsys: Captured) -> None:
    found = wrong()
    engine(found)
    assert main(["verify", "m:f", "--json", "report.json", "--html", "report.html"]) == 1
    assert Path("report.json").read_text() == found.to_json() + "\n"
    assert Path("report.html").read_text(encoding="utf-8") == found.to_html()
    assert "WRONG_STEPS" in capsys.readouterr().out
    assert sorted(os.listdir()) == ["report.html", "report.json"]


@pytest.mark.parametrize("width", [None, 40])
def test_json_on_standard_output_is_alone(
    width: int | None, engine: Engine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    if width:
        window(monkeypatch, width)
    engine(wrong())
    assert main(["verify", "m:f", "--json", "-", "--html", "report.html"]) == 1
    assert json.loads(capsys.readouterr().out) == wrong().to_dict()
    assert Path("report.html").is_file()


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        (["--set", "steps"], "--set must be name=value"),
        (["--html", "-"], "--html must name a file"),
        (["--timeout", "0"], "--timeout must be"),
        (["--json", "missing/x"], "--json must lie in an existing folder"),
        (["--json", "a", "--html", "a"], "must be another file than --json"),
        (["--adapter", "linear", "--level", "matrix"], "--adapter must come with"),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_work(
    options: list[str], pattern: str, engine: Engine, capsys: Captured
) -> None:
    calls = engine(passing())
    refused(capsys, ["m:f", *options], pattern)
    assert calls == []
    assert os.listdir() == []


def test_the_target_is_never_overwritten(engine: Engine, capsys: Captured) -> None:
    calls = engine(passing())
    Path("fire.py").write_text("def f(W): return W")
    refused(capsys, ["fire.py:f", "--json", "fire.py"], "must be another file than the file that is read")
    assert Path("fire.py").read_text() == "def f(W): return W"
    assert calls == []


@pytest.mark.parametrize(
    "options",
    [["--level", "state"], ["--arrays", "mxnet"], ["--dtype", "int8"], ["--adapter", "x"], ["--timeout", "x"]],
)
def test_bad_usage_is_status_2(options: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["verify", "m:f", *options])
    assert stopped.value.code == 2
    assert "usage: fire-ref verify" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "pattern"),
    [
        (
            ValueError("verify: dialect must be one of paper; got 'x'. Try official."),
            "fire-ref: verify: dialect must be",
        ),
        (ImportError("no module\nnamed\x1b[2J 'm'"), "fire-ref: no module named?[2J 'm'"),
        (ModuleNotFoundError("No module named 'm'"), "fire-ref: No module named 'm'"),
        (TypeError("verify: m:f must be callable"), "m:f must be callable"),
        (MissingExtraError("verify: needs torch"), "fire-ref: verify: needs torch"),
    ],
)
def test_what_the_library_refuses_is_one_line(error: Exception, pattern: str, engine: Engine, capsys: Captured) -> None:
    engine(error)
    refused(capsys, ["m:f", "--json", "report.json"], pattern)
    assert os.listdir() == []


def test_debug_shows_where(engine: Engine) -> None:
    engine(ImportError("no such thing"))
    with pytest.raises(ValueError, match="no such thing") as raised:
        main(["verify", "m:f", "--debug"])
    assert isinstance(raised.value.__cause__, ImportError)


@pytest.mark.parametrize("option", ["--html", "--json"])
def test_a_failure_leaves_the_old_file(
    option: str, engine: Engine, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_found: Report) -> str:
        raise OSError("no space left on device")

    engine(passing())
    monkeypatch.setattr(Report, "to_html", full)
    monkeypatch.setattr(Report, "to_json", full)
    Path("old").write_text("as it was")
    assert main(["verify", "m:f", option, "old"]) == 2
    assert capsys.readouterr().err == "fire-ref: no space left on device\n"
    assert Path("old").read_text() == "as it was"


def test_a_reader_may_leave_at_any_moment(engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    engine(wrong())
    for most in range(8):
        with leaving(tmp_path / str(most), most) as stdout:
            monkeypatch.setattr(sys, "stdout", stdout)
            with pytest.raises(SystemExit) as stopped:
                main(["verify", "m:f"])
            assert stopped.value.code == 141


# Without a target.


@pytest.mark.parametrize(("rows", "status"), [(ROWS[:1], 0), (ROWS, 1)])
def test_without_a_target_known_implementations_are_compared_with_the_record(
    rows: tuple[Any, ...], status: int, engine: Engine, capsys: Captured
) -> None:
    calls = engine(rows, "compliance")
    assert main(["verify", "--quick", "--timeout", "5", "--json", "all.json"]) == status
    assert calls == [{"target": (), "quick": True, "timeout": 5.0, "progress": None}]
    assert "of" in capsys.readouterr().out
    assert len(json.loads(Path("all.json").read_text())["rows"]) == len(rows)


def test_a_limit_that_is_recorded_is_no_failure(engine: Engine) -> None:
    engine((row("known to be wrong", wrong()),), "compliance")
    assert main(["verify"]) == 0


def test_the_table_as_json_is_alone(engine: Engine, capsys: Captured) -> None:
    engine(ROWS, "compliance")
    assert main(["verify", "--json", "-"]) == 1
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 3


def test_nothing_installed_is_not_in_order(engine: Engine, capsys: Captured) -> None:
    engine((), "compliance")
    refused(capsys, [], "none of the known implementations is installed here")


def test_an_option_that_needs_a_target_is_refused(engine: Engine, capsys: Captured) -> None:
    calls = engine(ROWS, "compliance")
    refused(capsys, ["--dialect", "muon"], "--dialect must come with a TARGET; got none")
    assert calls == []


@pytest.mark.parametrize(
    ("options", "pattern"),
    [
        (["--device", "cuda"], "verify: device must be 'cpu' with arrays='numpy'; got 'cuda'. Try arrays='torch'"),
        (["--arrays", "mlx", "--device", "cuda"], "verify: device must be 'cpu' with arrays='mlx'; got 'cuda'."),
        (["--arrays", "cupy", "--device", "cpu"], "verify: device must be 'cuda' with arrays='cupy'; got 'cpu'."),
    ],
)
def test_a_device_that_cannot_be_is_one_line(options: list[str], pattern: str, capsys: Captured) -> None:
    refused(capsys, ["fire_ref:newton_schulz", *options], pattern)


@pytest.mark.parametrize("arrays", ["torch", "jax", "cupy"])
def test_a_gpu_that_is_not_here_is_one_line(arrays: str, capsys: Captured) -> None:
    library = available(arrays)
    if arrays == "jax":
        here = any(device.platform == "gpu" for device in library.devices())
    else:
        here = library.cuda.is_available()
    if here:
        pytest.skip("there is one")
    options = ["fire_ref:newton_schulz", "--arrays", arrays, "--device", "cuda"]
    start = "backend: 'cupy' cannot be used" if arrays == "cupy" else "verify: device 'cuda' cannot be used"
    refused(capsys, options, f"fire-ref: {start}: ")
    with pytest.raises(BackendError, match=f"^{start}: "):
        main(["verify", *options, "--debug"])


def test_help_shows_examples_of_both_uses(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["verify", "--help"])
    out = capsys.readouterr().out
    assert "\n  fire-ref verify   " in out
    assert "--adapter conv2d --html" in out
    assert max(map(len, out.splitlines())) <= 110


PORT = """
import os, time
import numpy as np

def port(W, steps=10, norm="frobenius"):
    X = W / np.linalg.norm(W, 2 if norm == "spectral" else None)
    for _ in range(steps):
        X = 1.5 * X - 0.5 * X @ (X.T @ X)
    return X

def pair(W):
    return W, port(W)

def edits(W):
    W[...] = port(W)

def hangs(W):
    while True:
        time.sleep(1)

def leaves(W):
    os._exit(3)

def module(layer):
    layer.weight.data = layer.weight.data * 0
"""


@pytest.mark.parametrize(
    ("options", "status", "shown"),
    [
        (["port.py:port"], 0, "passed"),
        (["port.py:port", "--set", "norm=spectral"], 1, "NORMALISATION_KIND"),
        (["port.py:port", "--set", "steps=5", "--dialect", "official-gpt"], 0, "passed"),
        (["port.py:pair", "--result", "1"], 0, "passed"),
        (["port.py:edits", "--in-place"], 0, "passed"),
        (["port.py:edits"], 1, "TYPE_CHANGED"),
        (["port.py:hangs", "--timeout", "1"], 1, "HUNG"),
        (["port.py:leaves"], 1, "EXITED"),
        (["port.py:nothing"], 2, ""),
        (["port.py:port", "--set", "stepz=5"], 2, ""),
        (["port.py:pair", "--result", "7"], 2, ""),
    ],
)
def test_the_real_engine_behind_it(
    options: list[str], status: int, shown: str, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "port.py").write_text(PORT, encoding="utf-8")
    assert main(["verify", *options, "--quick"]) == status
    out, err = capsys.readouterr()
    assert shown in out
    assert len(err.strip().splitlines()) == (1 if status == 2 else 0)


def test_a_real_report_is_what_the_schema_says(tmp_path: Path, capsys: Captured) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    (tmp_path / "port.py").write_text(PORT, encoding="utf-8")
    for target in ("port.py:port", "port.py:leaves", "port.py:edits"):
        main(["verify", target, "--quick", "--json", "report.json", "--html", "report.html"])
        jsonschema.validate(json.loads((tmp_path / "report.json").read_text(encoding="utf-8")), schema())
        assert target.split(":")[1] in (tmp_path / "report.html").read_text(encoding="utf-8")
    capsys.readouterr()


def test_an_adapter_hands_over_a_torch_module(tmp_path: Path, capsys: Captured) -> None:
    available("torch")
    (tmp_path / "port.py").write_text(PORT, encoding="utf-8")
    assert main(["verify", "port.py:module", "--adapter", "linear", "--quick"]) == 1
    assert "level weight, torch" in capsys.readouterr().out
