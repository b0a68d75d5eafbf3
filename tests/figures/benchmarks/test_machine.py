"""What the numbers were taken on, without a date."""

from __future__ import annotations

import json
from pathlib import Path

from figures.benchmarks.machine import gpu, machine, processor

from .clocks import fake_gpu, host


def test_the_processor_is_named(tmp_path: Path) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("processor\t: 0\nmodel name\t: A CPU: fast\nmodel name\t: another\n", encoding="utf-8")
    assert processor(told) == "A CPU: fast"
    assert processor(tmp_path / "absent") == processor(tmp_path / "absent too") != ""


def test_it_is_said_whether_a_gpu_was_used() -> None:
    assert gpu(host()) is None
    assert gpu(fake_gpu()) == "a fake GPU"


def test_peers_that_are_not_there_are_named() -> None:
    found = machine(host(torch=object()))
    assert found["absent"] == ["jax"]
    assert machine(fake_gpu())["absent"] == ["torch", "jax"]
    assert found["clock"] == "process CPU time"
    assert {"python", "numpy", "scipy"} <= set(found["versions"])
    assert found["cores"] >= 1
    json.dumps(found, allow_nan=False)
