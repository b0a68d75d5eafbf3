"""Sentences say what the numbers say: faster, equal, slower, met and missed, and no GPU where there was none."""

from __future__ import annotations

from typing import Any

from figures.benchmarks.rivals import OURS
from figures.benchmarks.stepping import OFFICIAL
from figures.benchmarks.stepping import OURS as STEPPED
from figures.benchmarks.telling import measured_on, sentence

FAST, SVD = OURS["fast"], OURS["svd"]


def row(n: int, fast: float | None, met: bool | None, **others: float) -> dict[str, Any]:
    ratios = {SVD: 0.9, **others} | ({} if fast is None else {FAST: fast})
    found: dict[str, Any] = {"m": n, "n": n, "dtype": "float64", "kind": "Gaussian", "reference": "scipy polar"}
    return found | {"met": met, "ratios": {name: {"median": ratio} for name, ratio in ratios.items()}}


GROWTH = {
    "exact": {"sizes": [1], "series": {}},
    "width": {"sizes": [8], "series": {OURS["svd"]: {"seconds": [1.0]}}},
    "layers": {
        "sizes": [1, 10, 100],
        "series": {STEPPED: {"seconds": [2.0, 1.0, 1.0]}, OFFICIAL: {"seconds": [1.0, 0.98, 0.9]}},
    },
    "stack": {"sizes": [1], "series": {STEPPED: {"seconds": [1.0]}, OFFICIAL: {"seconds": [20.0]}}},
}


NOTHING: dict[str, Any] = {"exact": [], "steps": [], "growth": {}, "startup": []}


def test_it_says_where_we_are_faster_and_where_not() -> None:
    exact = [row(256, 1.5, True, torch=0.75), row(512, 0.8, False), row(768, 1.01, None)]
    steps = [
        {"name": "DQN", "ratio": {"median": 4.2}, "met": True},
        {"name": "ViT", "ratio": {"median": 1.04}, "met": False},
        {"name": "GPT", "ratio": None, "met": None},
    ]
    assert sentence({"exact": exact, "steps": steps, "growth": GROWTH, "startup": []}) == (
        f"Exact factor, {FAST} against scipy polar: 0.80 to 1.50 times as fast (faster on 1 of 3, equal on 1); "
        "torch: 2.00 to 2.00 times as fast (faster on 1 of 1). "
        "Slower than scipy polar: 512 x 512 float64 Gaussian. "
        "Ten steps, times as fast as the official formulation: DQN 4.2, ViT 1.0. "
        "Slower than it, with the ratio: 64 x 64 weights one by one, of them 1 (0.50), 100 (0.90). "
        "Goals met: 2 of 4; missed: 512 x 512 float64 Gaussian, ViT."
    )


def test_without_the_fast_method_the_plain_one_is_told_of() -> None:
    told = sentence(NOTHING | {"exact": [row(256, None, None)]})
    assert f"Exact factor, {SVD} against scipy polar: 0.90 to 0.90" in told
    assert "torch is not there" in told
    assert "Goals" not in told


def test_all_well_is_said_too() -> None:
    told = sentence(NOTHING | {"exact": [row(256, 1.5, True)]})
    assert "Nowhere slower than scipy polar." in told
    assert told.endswith("Goals met: 1 of 1.")


def test_nothing_is_nothing() -> None:
    assert sentence(NOTHING) == "Ten steps: nothing to compare with, torch is not there."


def start(name: str, imports: float, process: float, *heavy: str) -> dict[str, Any]:
    times = {"imports": {"median": imports}, "process": {"median": process}}
    return {"name": name, "goal": 0.3, "heavy": list(heavy), "met": not heavy and max(imports, process) < 0.3, **times}


def test_a_slow_start_is_told_of_with_its_reason() -> None:
    slow = [start("import", 0.625, 0.1), start("help", 0.1, 0.3, "torch", "jax"), start("fine", 0.1, 0.2)]
    told = sentence(NOTHING | {"startup": [*slow, start("heavy", 0.1, 0.2, "rich")]})
    assert "import takes 0.62 s, 0.3 are allowed. " in told
    assert "help takes 0.30 s, 0.3 are allowed and loads torch, jax without need. " in told
    assert "heavy loads rich without need. " in told
    assert "fine" not in told
    assert told.endswith("Goals met: 1 of 4; missed: import, help, heavy.")
    assert "allowed" not in sentence(NOTHING | {"startup": [start("fine", 0.1, 0.2)]})


MACHINE = {
    "cpu": "A CPU",
    "cores": 2,
    "gpu": None,
    "clock": "process CPU time",
    "versions": {"python": "3.11", "numpy": "2.4"},
    "absent": ["jax"],
}


def test_the_machine_is_told_of() -> None:
    told = measured_on({"machine": MACHINE, "peak": {"float64": 50e9, "float32": 101.4e9}})
    for part in ("A CPU, 2 cores; process CPU time, one thread", "float64 50, float32 101 GFLOP/s", "Python 3.11"):
        assert part in told
    assert "Not there, or not for this device: jax." in told
    assert told.endswith("No GPU was used: --device cuda has not been run for this table.")


def test_a_gpu_is_told_of_only_where_one_was_used() -> None:
    told = measured_on({"machine": MACHINE | {"gpu": "A GPU", "absent": []}, "peak": {"float64": 6e13}})
    assert told.startswith("A GPU; process CPU time, TF32 off")
    assert "No GPU" not in told
    assert "Not there" not in told
