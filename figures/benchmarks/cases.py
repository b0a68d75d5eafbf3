"""What is measured, and the goal of each: quick, in full, and with the large ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from ..settings import Settings
from .timing import Pace

#: Whatever the input is, falling back may cost so much of SciPy's speed, or so many seconds where n is small.
FALLBACK, SMALL, LATER = 0.9, 256, 1e-4
#: Ten steps may hold so many times the weight beyond it; of weights so large that nothing else counts, in bytes.
MEMORY, COUNTS = 2.2, 2**20


class Exact(NamedTuple):
    """One input of the exact methods; goal: time(scipy.linalg.polar) / time(fast), None where it is in seconds."""

    kind: str
    m: int
    n: int
    dtype: str
    goal: float | None


class Steps(NamedTuple):
    """One model for ten steps; goal: time(official formulation) / time(ours), or `share` of the measured peak."""

    name: str
    goal: float | None
    dtype: str = "float32"
    share: float | None = None


class Many(NamedTuple):
    """A stack of square Gaussian matrices for the exact methods."""

    matrices: int
    side: int
    dtype: str


@dataclass(frozen=True)
class Plan:
    """
    One run.

    Attributes
    ----------
    pace : Pace
        Of the contestants that have goals.
    rivals : int
        Rounds of the others.
    exact : tuple of Exact
        Inputs of the exact methods.
    models : tuple of Steps
        Of `networks.NETWORKS`.
    stacks : tuple of (count, side, goal)
        Many small matrices.
    many : tuple of Many
        Stacks for the exact methods.
    widths, layers, stack : tuple of int
        Along which the cost grows: n, number of 64 x 64 weights, matrices of 32 x 32 in one stack.
    samples : int
        Random images of DASH's pass.
    """

    pace: Pace
    rivals: int
    exact: tuple[Exact, ...]
    models: tuple[Steps, ...]
    stacks: tuple[tuple[int, int, float | None], ...]
    many: tuple[Many, ...]
    widths: tuple[int, ...]
    layers: tuple[int, ...]
    stack: tuple[int, ...]
    samples: int


F64, F32 = "float64", "float32"
QUICK = Plan(
    Pace(rounds=3, few=1, long=1.0, least=0.01),
    1,
    (
        *(Exact("Gaussian", n, n, F64, goal) for n, goal in ((128, None), (256, 1.0), (512, 0.95))),
        Exact("Gaussian", 512, 512, F32, FALLBACK),
        Exact("Gaussian", 1024, 256, F64, 2.2),
        Exact("cond 1e8", 256, 256, F64, FALLBACK),
    ),
    (Steps("ResNet-18", 1.4), Steps("ViT-Tiny q/k", 1.4), Steps("Nature-DQN", 3.8)),
    ((1000, 16, 20.0),),
    (Many(100, 32, F64),),
    (128, 256, 512),
    (1, 10, 100),
    (1, 10, 100),
    32,
)
FULL = Plan(
    Pace(),
    3,
    (
        *(
            Exact("Gaussian", n, n, F64, goal)
            for n, goal in ((128, None), (256, 1.0), (512, 0.95), (768, 0.95), (1024, 1.0), (2048, 1.4))
        ),
        *(
            Exact("Gaussian", n, n, F32, goal)
            for n, goal in ((256, FALLBACK), (768, FALLBACK), (1024, 1.5), (2048, 1.8))
        ),
        *(Exact("Gaussian", 3072, 768, dtype, goal) for dtype, goal in ((F64, 2.2), (F32, 2.6))),
        *(Exact("Gaussian", 8192, 1024, dtype, 3.0) for dtype in (F64, F32)),
        *(Exact("cond 1e3", 3072, 768, dtype, 1.2) for dtype in (F64, F32)),
        *(Exact(kind, 768, 768, F64, FALLBACK) for kind in ("cond 1e8", "cond 1e12", "cond 1e16")),
        *(Exact(kind, 512, 512, F64, FALLBACK) for kind in ("power law", "clustered", "half rank", "isometry")),
        *(Exact(kind, 512, 512, F32, FALLBACK) for kind in ("cond 1e8", "half rank")),
        Exact("cond 1e8", 64, 64, F64, None),
    ),
    (
        Steps("ResNet-18", 1.4),
        Steps("ViT-Tiny q/k", 1.4),
        Steps("Nature-DQN", 3.8),
        Steps("one 12288 x 768", None),
    ),
    ((1000, 16, 20.0), (1000, 32, None), (1000, 64, 2.7)),
    (Many(1000, 16, F64), Many(1000, 64, F64), Many(1000, 64, F32), Many(100, 256, F64)),
    (128, 256, 512, 1024, 2048),
    (1, 10, 100, 1000),
    (1, 10, 100, 1000),
    256,
)
#: On a GPU: ten times the official loop, or the arithmetic at this share of the peak, whichever is easier.
SHARE = 0.7
GPU_MODELS = (
    Steps("ResNet-18", 10.0, F32, SHARE),
    Steps("Nature-DQN", 10.0, F32, SHARE),
    *(Steps(name, None) for name in ("ViT-Tiny q/k", "one 12288 x 768")),
    *(Steps(name, None, F64) for name in ("ResNet-18", "Nature-DQN")),
    Steps("one 4096 x 4096", None, F32, SHARE),
)


def planned(settings: Settings) -> Plan:
    """
    Return what is measured.

    Parameters
    ----------
    settings : Settings
        quick, large and the device.

    Returns
    -------
    Plan
    """
    plan = QUICK if settings.quick else FULL
    if settings.large:
        exact = (*plan.exact, Exact("Gaussian", 4096, 4096, F64, 1.6))
        models = (*plan.models, Steps("GPT-2 124M", 2.7))
        plan = replace(plan, exact=exact, models=models, widths=(*plan.widths, 4096))
    return _on_a_gpu(plan, settings) if settings.device == "cuda" else plan


def _on_a_gpu(plan: Plan, settings: Settings) -> Plan:
    """Ask for the goals of a GPU, and for the widths that fill one; those of the exact methods are SciPy's."""
    gpt = (Steps("GPT-2 124M", 2.5),) if settings.large else ()
    exact = tuple(case._replace(goal=None) for case in plan.exact)
    widths = tuple(sorted({*plan.widths, *(() if settings.quick else (4096, 8192))}))
    stacks = tuple((count, side, None) for count, side, _ in plan.stacks)
    samples = 512 if settings.quick else 12800
    return replace(plan, exact=exact, models=(*GPU_MODELS, *gpt), stacks=stacks, widths=widths, samples=samples)
