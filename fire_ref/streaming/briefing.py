"""From a plan to orders: which pieces of work make the files that are not there yet."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from pathlib import Path

from ..models.projecting import Job
from .orders import Fill, Make, Seal, Target
from .plan import Plan
from .source import Kept, Shard

#: Nanoseconds of one BLAS thread for a multiplication and an addition, and for a byte from file to file; roughly.
FLOP, BYTE = 0.04, 1.5
#: Products with the short side that one step, and one SVD with its product, cost.
STEP, SVD = 2.0, 24.0


class Desk:
    """Names of unfinished files."""

    def __init__(self, folder: Path, token: str) -> None:
        self.folder = folder
        self.token = token

    def part(self, shard: int) -> Path:
        """Return where a file is made."""
        return self.folder / f"{shard:05d}.{self.token}.part"

    def numbers(self, shard: int, place: int) -> Path:
        """Return where a new array waits until its archive is put together."""
        return self.folder / f"{shard:05d}-{place:05d}.{self.token}.numbers"


def fills(plan: Plan, shards: Collection[int], desk: Desk) -> list[Fill]:
    """
    Order what is only copied.

    Parameters
    ----------
    plan : Plan
        The plan.
    shards : collection of int
        Those that are not finished.
    desk : Desk
        Where to work.

    Returns
    -------
    list of Fill
        At most one for each; none for archives, which copy when they are put together.
    """
    found = []
    for i in sorted(shards):
        shard = plan.source.shards[i]
        ranges = () if shard.is_archive else _left(shard, plan.origin)
        if ranges:
            cost = int(BYTE * sum(end - begin for begin, end in ranges))
            label = f"copying {shard.path.name}"
            found.append(Fill(label=label, cost=cost, shard=i, source=shard.path, part=desk.part(i), ranges=ranges))
    return found


def _left(shard: Shard, changed: Collection[str]) -> tuple[tuple[int, int], ...]:
    """Return the ranges of bytes between the tensors that change."""
    taken = [(kept.begin, kept.end) for kept in shard.kept if kept.tensor.name in changed]
    edges = [(0, shard.base), *taken, (shard.size, shard.size)]
    return tuple((end, begin) for (_, end), (begin, _) in pairwise(edges) if begin > end)


def makes(plan: Plan, shards: Collection[int], desk: Desk, device: str) -> list[Make]:
    """
    Order what is made: each content once, for all names that get it.

    Parameters
    ----------
    plan : Plan
        The plan.
    shards : collection of int
        Those that are not finished.
    desk : Desk
        Where to work.
    device : {"cpu", "cuda"}
        Where to compute.

    Returns
    -------
    list of Make
        In the order of the files.
    """
    holder = plan.source.holder()
    targets: dict[str, list[Target]] = {}
    for i in sorted(shards):
        for place, kept in enumerate(plan.source.shards[i].kept):
            origin = plan.origin.get(kept.tensor.name)
            if origin is not None:
                targets.setdefault(origin, []).append(_target(i, place, kept, desk))
    found = []
    for name, where in targets.items():
        i, kept = holder[name]
        shard = plan.source.shards[i]
        job, initial = plan.jobs.get(name), plan.resets.get(name)
        plain = job is None and initial is None and not shard.is_archive
        found.append(
            Make(
                label=name,
                cost=_cost(kept, job),
                name=name,
                file=shard.path.name,
                tensor=kept.tensor,
                job=job,
                initial=initial,
                targets=tuple(where),
                raw=(shard.path, kept.begin, kept.end) if plain else None,
                device=device,
            )
        )
    return found


def _target(shard: int, place: int, kept: Kept, desk: Desk) -> Target:
    if kept.begin >= 0:
        return Target(shard, desk.part(shard), kept.begin)
    return Target(shard, desk.numbers(shard, place), 0, kept.dtype, kept.fortran)


def _cost(kept: Kept, job: Job | None) -> int:
    cost = 8 * BYTE * kept.tensor.size
    if job is not None:
        for block in job.cut:
            rows, columns = (block.shape[axis] for axis in block.layout.order[-2:])
            products = SVD if job.way.exact else STEP * job.way.steps
            entries = kept.tensor.size // len(job.cut)
            cost += FLOP * entries * min(rows, columns) * (products + 2)
    return int(cost)


def seal(plan: Plan, shard: int, desk: Desk) -> Seal:
    """
    Order that a file be finished.

    Parameters
    ----------
    plan : Plan
        The plan.
    shard : int
        Which.
    desk : Desk
        Where to work.

    Returns
    -------
    Seal
    """
    source = plan.source.shards[shard]
    made = {
        kept.tensor.name: desk.numbers(shard, place)
        for place, kept in enumerate(source.kept)
        if source.is_archive and kept.tensor.name in plan.origin
    }
    label = f"finishing {source.path.name}"
    archive = source if source.is_archive else None
    return Seal(
        label=label, cost=int(BYTE * source.size), shard=shard, part=desk.part(shard), archive=archive, made=made
    )
