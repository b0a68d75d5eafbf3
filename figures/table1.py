"""
Table 1 and what it leaves out: what FIRE costs on this machine, beside SciPy, torch, JAX and the official formulation.

Unlike the figures, its data are times: they differ from run to run and from machine to machine, so `all` leaves it
out. Nothing in the tests asserts a time.
"""

from __future__ import annotations

from typing import Any

from .benchmarks import growth, many, markdown, paper, pictures, startup, stepping, telling
from .benchmarks.cases import MEMORY, Plan, planned
from .benchmarks.device import Device, one_thread, opened
from .benchmarks.exact import compare
from .benchmarks.machine import machine
from .benchmarks.peak import gemm_peak
from .catalogue import Data
from .settings import Settings
from .waiting import watched


def compute(settings: Settings, *, plan: Plan | None = None, device: Device | None = None) -> Data:
    """
    Measure everything.

    Parameters
    ----------
    settings : Settings
        The device, and how much.
    plan : Plan, optional
        Instead of what the settings ask for.
    device : Device, optional
        Instead of the settings' own.

    Returns
    -------
    dict
        "startup", "paper", "exact", "many", "steps" (lists of rows), "growth" (over width, layers and stack),
        "machine" and "peak".
    """
    plan = plan or planned(settings)
    device = device or opened(settings.device)
    data: Data = {
        "settings": {"device": settings.device, "quick": settings.quick, "large": settings.large},
        "machine": machine(device),
        "startup": startup.table(plan.pace),
    }
    with one_thread():
        data["paper"] = paper.table(device, plan)
        data["peak"] = {dtype: gemm_peak(device, dtype, plan.pace) for dtype in ("float64", "float32")}
        data["exact"] = [
            compare(device, case, plan, data["peak"][case.dtype])
            for case in watched(plan.exact, "table1: exact factors")
        ]
        data["many"] = [many.compare(device, case, plan) for case in watched(plan.many, "table1: stacks")]
        data["steps"] = _stepped(device, plan, data["peak"])
        data["growth"] = {
            "exact": growth.of_rows(data["exact"]),
            "width": growth.of_widths(device, plan),
            "layers": growth.of_layers(device, plan),
            "stack": growth.of_stacks(device, plan),
        }
    data["sentence"] = telling.sentence(data)
    data["caption"] = f"{telling.measured_on(data)} {data['sentence']}"
    return data


def _stepped(device: Device, plan: Plan, peak: dict[str, float]) -> list[Data]:
    models = [
        stepping.of_network(device, model, plan, peak[model.dtype])
        for model in watched(plan.models, "table1: ten steps of networks")
    ]
    stacks = [
        stepping.of_stack(device, *stack, plan, peak["float32"])
        for stack in watched(plan.stacks, "table1: ten steps of stacks")
    ]
    return models + stacks


def draw(data: Data) -> Any:
    """
    Draw time against size, and the ratios with their goals.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    return pictures.draw(data)


def tables(data: Data) -> str:
    """
    Write every table in Markdown.

    Parameters
    ----------
    data : dict
        Of `compute`.

    Returns
    -------
    str
        A page.
    """
    grown = data["growth"]
    how = [f"--{name}" for name in ("quick", "large") if data["settings"][name]]
    how += ["--device cuda"] if data["settings"]["device"] == "cuda" else []
    parts = [
        f"# `{' '.join(['python -m figures table1', *how])}`",
        telling.measured_on(data),
        data["sentence"],
        f"## Table 1: ResNet-18, {markdown.megabytes(paper.size())} of weights",
        markdown.paper(data["paper"]),
        "## The exact polar factor: time of the reference over time",
        "Median (least - greatest) of the ratios of rounds in turn; the last columns are times in products X^T X.",
        markdown.exact(data["exact"]),
        markdown.missed(data["exact"]),
        "### Many small matrices in one stack",
        "Median (least - greatest) of the reference's time over theirs.",
        markdown.many(data["many"]),
        f"## {stepping.STEPS} Newton-Schulz steps: official formulation against ours",
        "Share of the peak: the plain iteration's flops over time and peak. Memory: most held beyond what was there, "
        f"the result included, by the allocator's count, over the largest weight (all of a stack); goal {MEMORY:g}x "
        "where that is 1 MiB or more.",
        markdown.steps(data["steps"]),
        "## How it grows",
        *(markdown.growth(grown[of], what) for of, what in GROWN.items()),
        "## Before anything is computed",
        "New interpreters, on the host; the import is what it takes beyond NumPy and scipy.linalg, the help all of it. "
        "Both times are to be under the goal, and nothing is to be loaded that only some calls need.",
        markdown.startup(data["startup"]),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


#: What grows, with what.
GROWN = {
    "exact": "exact factor, n x n, float64",
    "width": "ten steps, n x n, float32",
    "layers": f"{growth.LAYER} x {growth.LAYER} weights, one by one",
    "stack": f"{growth.STACKED} x {growth.STACKED} matrices in one stack",
}
