"""Table 1 from end to end, small: computed, kept, drawn, written as tables. No time is asserted anywhere."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from figures import table1
from figures.__main__ import main
from figures.benchmarks import dash, networks, paper, peak, startup
from figures.benchmarks.cases import Exact, Many, Plan, Steps
from figures.benchmarks.device import Device, installed
from figures.benchmarks.rivals import OURS
from figures.benchmarks.startup import HELP
from figures.benchmarks.stepping import ALONE, GRAPH, OFFICIAL
from figures.benchmarks.stepping import OURS as STEPPED
from figures.benchmarks.timing import Pace
from figures.catalogue import Data
from figures.settings import Settings

from ..backends import available
from .benchmarks.clocks import fake_gpu, host
from .boxes import drawn, faults

TINY = Plan(
    Pace(rounds=2, few=1, long=1.0, least=0.0),
    1,
    (
        Exact("Gaussian", 8, 8, "float64", None),
        Exact("Gaussian", 16, 16, "float64", None),
        Exact("cond 1e8", 16, 8, "float32", 0.9),
    ),
    (Steps("ViT-Tiny q/k", 1.4),),
    ((3, 4, 20.0),),
    (Many(3, 4, "float64"),),
    (8, 16),
    (1, 3),
    (1, 3),
    3,
)


@pytest.fixture(scope="module", autouse=True)
def small() -> Any:
    """Let the networks be small ones, and the product that gives the peak; let starting be known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paper, "resnet18", lambda: {"linear": (6, 4), "kernel": (4, 3, 2, 2)})
        patch.setitem(networks.NETWORKS, "ViT-Tiny q/k", lambda: {"to_q": (6, 6)})  # type: ignore[index]

        def model(torch: Any) -> Any:
            return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 32 * 32, 10))

        patch.setattr(dash, "resnet18", model)
        patch.setattr(peak, "SIDE", dict.fromkeys(peak.SIDE, 32))
        # No new interpreters here: test_startup.py has them.
        patch.setattr(startup, "taken", lambda _: 0.25)
        patch.setattr(startup, "imported", lambda _: [startup.Import("fire_ref", 0.125, 0.625)])
        yield


def computed(device: Device) -> Data:
    return table1.compute(Settings(device=device.name), plan=TINY, device=device)


@pytest.fixture(scope="module")
def data() -> Data:
    return computed(host(installed("torch"), installed("jax")))


@pytest.fixture(scope="module")
def on_a_gpu() -> Data:
    return computed(fake_gpu(installed("torch")))


def test_the_data_are_plain_and_complete(data: Data) -> None:
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    tables = {"peak", "startup", "paper", "exact", "many", "steps", "growth"}
    assert set(data) == {"settings", "machine", "sentence", "caption"} | tables
    assert [(row["name"], row["met"]) for row in data["startup"]] == [("import fire_ref", False), (HELP, True)]
    assert [row["kind"] for row in data["exact"]] == [case.kind for case in TINY.exact]
    assert [(row["matrices"], row["side"], row["dtype"]) for row in data["many"]] == [(3, 4, "float64")]
    assert [row["name"] for row in data["steps"]] == ["ViT-Tiny q/k", "3 of 4 x 4"]
    assert {of: one["sizes"] for of, one in data["growth"].items()} == {
        "exact": [8, 16],
        "width": [8, 16],
        "layers": [1, 3],
        "stack": [1, 3],
    }
    assert set(data["peak"]) == {"float32", "float64"}
    for row in data["exact"]:
        work = 2 * row["m"] * row["n"] ** 2 / data["peak"][row["dtype"]]
        for name, taken in row["seconds"].items():
            assert row["products"][name] == pytest.approx(taken["median"] / work)
    assert "has not been run" in data["caption"]


def test_the_page_has_every_table(data: Data) -> None:
    page = table1.tables(data)
    assert page.startswith("# `python -m figures table1`\n")
    assert page.count("\n## ") == 5
    assert page.count("| ---") >= 9
    assert "3 of 4 x 4 | float64" in page
    told = ("0.06 s, 55 MB", "8 x 8, Gaussian", "3 of 4 x 4", STEPPED, "| `import fire_ref` |", "import fire_ref takes")
    for part in (data["sentence"], *told):
        assert part in page
    asked = data | {"settings": {"device": "cuda", "quick": True, "large": False}}
    assert table1.tables(asked).startswith("# `python -m figures table1 --quick --device cuda`\n")


def test_the_gpus_way_is_gone_too(on_a_gpu: Data) -> None:
    assert on_a_gpu["machine"]["gpu"] == "a fake GPU"
    assert {row["reference"] for row in on_a_gpu["exact"]} <= {"torch svd", "cupy svd"}
    assert "scipy polar" not in json.dumps(on_a_gpu)
    assert "has not been run" not in table1.tables(on_a_gpu)
    if installed("torch") is not None:
        assert on_a_gpu["steps"][0]["ratio"] is not None


def test_the_picture_of_a_gpu(on_a_gpu: Data) -> None:
    available("matplotlib")
    assert faults(drawn(table1, known(on_a_gpu))) == []


def known(data: Data, ours: str = OURS["svd"]) -> Data:
    """Replace all times by some that a picture can hold, as those of so small matrices need not be."""
    found = deepcopy(data)
    for one in found["growth"].values():
        for place, series in enumerate(one["series"].values()):
            series["seconds"] = [(1 + place) * 1e-4 * size**2 for size in one["sizes"]]
    for row in found["exact"]:
        row["ratios"] = {ours: {"min": 0.8, "median": 1.25, "max": 1.5}}
        row["goal"] = 2.0
    return found


def test_the_picture(data: Data) -> None:
    available("matplotlib")
    given = known(data)
    figure = drawn(table1, given)
    assert faults(figure) == []
    exact, width, layers, stack, ratios, steps = figure.axes
    for axes, of in ((exact, "exact"), (width, "width"), (layers, "layers"), (stack, "stack")):
        assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
        series = given["growth"][of]["series"]
        assert len(axes.lines) == len(series)
        told = " ".join(text.get_text() for text in axes.get_legend().get_texts())
        for name, one in series.items():
            assert name in told
            assert one["exponent"] is None or f"{one['exponent']:.2f}" in told
            assert any(list(line.get_ydata()) == one["seconds"] for line in axes.lines)
    # One dot, one bar and one tick for each input.
    dots = [line for line in ratios.lines if list(line.get_xdata()) == [1.25]]
    bars = [line for line in ratios.lines if list(line.get_xdata()) == [0.8, 1.5]]
    ticks = [line for line in ratios.lines if line.get_marker() == "|"]
    places = [0, 1, 2]
    assert [line.get_ydata()[0] for line in dots] == [line.get_ydata()[0] for line in bars] == places
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in ticks] == [(2.0, place) for place in places]
    assert [label.get_text() for label in steps.get_yticklabels()] == ["ViT-Tiny q/k", "3 of 4 x 4"]


def test_everybody_who_can_take_part_can_be_drawn() -> None:
    from figures.benchmarks.pictures import LOOKS

    assert set(LOOKS) == {
        *OURS.values(),
        STEPPED,
        ALONE,
        GRAPH,
        OFFICIAL,
        "scipy polar",
        "numpy svd",
        "torch svd",
        "cupy svd",
    } | {
        "jax svd",
        "jax qdwh",
    }
    assert len(set(LOOKS.values())) == len(LOOKS) - 1  # SciPy and the official code are in no picture together


def test_the_command_writes_the_tables_beside_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    available("matplotlib")
    asked = []

    def planned(settings: Settings) -> Plan:
        asked.append((settings.quick, settings.large))
        return TINY

    monkeypatch.setattr(table1, "planned", planned)
    assert main(["table1", "--quick", "--out", str(tmp_path)]) == 0
    assert asked == [(True, False)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["table1.json", "table1.md", "table1.svg"]
    assert "table1.md" in capsys.readouterr().out
    page = (tmp_path / "table1.md").read_bytes()
    (tmp_path / "table1.md").unlink()
    assert main(["table1", "--redraw", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "table1.md").read_bytes() == page
