"""The memory that a plan tells is what its run takes at most: RssAnon beyond idle, sampled while it runs."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fire_ref.streaming.briefing import Desk, makes
from fire_ref.streaming.needs import FIXED, memory, of_order

from .networks import State, digests, planned, saved, sharded
from .watching import anonymous, taken

MB = 1_000_000

try:
    anonymous()
except OSError:
    pytest.skip("RssAnon is Linux's", allow_module_level=True)

#: Keeps a float64 copy of what was and of what is, as one that measures without care does.
CARELESS = """
from fire_ref.streaming import computing
real, kept = computing.measured, []
def measured(name, before, after, layout, gain):
    kept.append((before.astype("f8"), after.astype("f8")))
    return real(name, before, after, layout, gain)
computing.measured = measured
"""
#: Reads whole files.
WHOLE = """
from fire_ref.streaming import copying, performing
real, kept = copying.fill, []
def fill(function, order):
    kept.append(bytearray(order.source.read_bytes()))
    real(function, order)
copying.fill = fill
"""


def weight(folder: Path, shape: tuple[int, ...], dtype: str = "f4") -> Path:
    """Write one weight whose values cost little to make, and are well enough conditioned."""
    values = np.random.default_rng(0).standard_normal(shape, dtype=np.float32)
    return saved(folder / "big.safetensors", {"fc.weight": values.astype(dtype, copy=False)})


def told_and_taken(folder: Path, source: Path, *more: str, mutant: str = "", recipe: str = "official") -> list[int]:
    small = saved(folder / "small.safetensors", {"fc.weight": np.eye(300, 280, dtype="f4") + 1})
    report = folder / "report.json"

    def command(path: Path, out: str, *asked: str) -> list[str]:
        return ["reinit", str(path), "-o", str(folder / out), "--recipe", recipe, "--json", str(report), *asked]

    warm = [*command(small, "warm.safetensors", *more)]
    warm[warm.index("--recipe") + 1] = "official"
    used = taken(command(source, "out", *more), warm, mutant)
    return [int(json.loads(report.read_text())["memory"]), used]


@pytest.mark.parametrize(
    ("shape", "more", "allowed"),
    [
        ((3400, 2600), ("--steps", "1"), 4.0),
        ((20000, 600), ("--steps", "2"), 3.0),
        ((600, 20000), ("--steps", "2"), 3.0),
        ((384, 384, 3, 3), ("--steps", "2"), 4.0),
        # In float64 LAPACK's divide and conquer needs 12 for itself where the matrix is square, and NumPy copies.
        ((6000, 400), ("--method", "svd"), 12.0),
        ((900, 800), ("--method", "svd"), 20.0),
    ],
)
def test_a_weight_takes_what_is_told(
    tmp_path: Path, shape: tuple[int, ...], more: tuple[str, ...], allowed: float
) -> None:
    told, used = told_and_taken(tmp_path, weight(tmp_path, shape), *more)
    assert used <= told
    assert told <= allowed * 4 * np.prod(shape) + FIXED
    assert told - FIXED <= 1.5 * max(used, 10 * MB), "nor much more is told than is taken"


def test_a_careless_one_is_seen(tmp_path: Path) -> None:
    told, used = told_and_taken(tmp_path, weight(tmp_path, (40000, 600)), "--steps", "1", mutant=CARELESS)
    assert used > told


def twenty(folder: Path) -> tuple[Path, int]:
    """Write 400 MB in 20 files, of which little is computed, and return the index and the size."""
    rng = np.random.default_rng(9)
    state: State = {}
    bulk = rng.integers(0, 255, 4_900_000, dtype=np.int32)
    for i in range(20):
        state[f"model.layers.{i}.self_attn.q_proj.weight"] = rng.standard_normal((160, 128), dtype=np.float32)
        state[f"model.layers.{i}.cache"] = bulk
    index = sharded(folder, state, 20)
    return index, sum(path.stat().st_size for path in folder.iterdir())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("large")
    yield twenty(folder / "in")
    for path in sorted((folder / "in").iterdir()):
        path.unlink()


def test_four_hundred_megabytes_in_twenty_files(large: tuple[Path, int], tmp_path: Path) -> None:
    index, size = large
    assert size > 390 * MB
    before = {path.name: path.stat().st_mtime_ns for path in index.parent.iterdir()}
    told, used = told_and_taken(tmp_path, index, recipe="llama")
    assert used <= told <= FIXED + MB
    assert used < size / 4
    assert {path.name: path.stat().st_mtime_ns for path in index.parent.iterdir()} == before
    old, new = digests(index.parent), digests(tmp_path / "out")
    assert old.keys() == new.keys()
    assert [name for name in old if old[name] == new[name]] == [index.name]
    for path in (tmp_path / "out").iterdir():
        path.unlink()


def test_reading_whole_files_is_seen(large: tuple[Path, int], tmp_path: Path) -> None:
    told, used = told_and_taken(tmp_path, large[0], mutant=WHOLE, recipe="llama")
    assert used > told
    for path in (tmp_path / "out").iterdir():
        path.unlink()


def test_the_largest_tensor_decides(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    state: State = {"a.weight": rng.standard_normal((40, 30)), "b.weight": rng.standard_normal((400, 300))}
    plan, _ = planned(saved(tmp_path / "m.safetensors", state), tmp_path / "out", "official")
    small, large = makes(plan, [0], Desk(tmp_path, ""), "cpu")
    assert memory([small, large]) == FIXED + of_order(large) == memory([large])
    assert memory([]) == FIXED
    assert of_order(small) < of_order(large)


@pytest.mark.parametrize("shape", [(3200, 400), (400, 3200), (8000, 250), (250, 8000)])
def test_what_grows_is_told_without_the_help_of_what_does_not(tmp_path: Path, shape: tuple[int, int]) -> None:
    """A hundred megabytes hide what a small weight takes: here its allocations are counted one by one."""
    plan, _ = planned(weight(tmp_path, shape), tmp_path / "out", "official", steps=3)
    (order,) = makes(plan, [0], Desk(tmp_path, ""), "cpu")
    assert order.job is not None
    (block,) = order.job.cut
    order.job.way.project("f", "W", order.tensor.read(), block.layout)  # what is loaded late is there
    tracemalloc.start()
    try:
        array = order.tensor.read()
        order.job.way.project("f", "W", array, block.layout)
        used = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert used <= of_order(order) + 16_384, "a page or four are Python's own objects"
    assert of_order(order) <= 1.5 * used


def test_more_is_told_for_more_work(tmp_path: Path) -> None:
    source = weight(tmp_path, (80, 60))

    def told(**options: Any) -> int:
        plan, _ = planned(source, tmp_path / "out", "official", **options)
        return memory(makes(plan, [0], Desk(tmp_path, ""), "cpu"))

    assert told() < told(method="svd") == told(method="fast")
