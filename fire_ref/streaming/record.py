"""What was done, or would be, as values to print and to keep."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, NamedTuple

from ..models.report import left, method_and_steps, said
from .briefing import Desk, makes
from .journal import Journal
from .needs import memory
from .orders import Measured, Outcome
from .plan import Plan
from .workplace import Workplace


class Line(NamedTuple):
    """One tensor of the plan."""

    shard: str
    tensor: str
    shape: tuple[int, ...]
    dtype: str
    action: str
    why: str


@dataclass(frozen=True)
class Rewriting:
    """
    A checkpoint rewritten, or about to be.

    Attributes
    ----------
    checkpoint, out : str
        From and to.
    recipe, source, method : str
        As in `ReinitReport`.
    steps : int or None
        Likewise.
    memory : int
        Bytes beyond the idle process, at most; of each worker, where there are some.
    bytes : int
        Of all files.
    plan : tuple of Line
        Every tensor, file after file.
    changed : tuple of str
        Names whose tensor is another now.
    skipped : dict of str to str
        Every other, and why; first weights that no rule speaks of, matrices before kernels.
    blocks : tuple of Measured
        Of what was projected; nothing where it was only planned.
    files : dict of str to (int, str)
        Size and SHA-256 of what was written.
    kernel : dict of str to str
        The arithmetic of those that computed.
    notes : tuple of str
        What a reader should know.
    """

    checkpoint: str
    out: str
    recipe: str
    source: str
    method: str
    steps: int | None
    memory: int
    bytes: int
    plan: tuple[Line, ...]
    changed: tuple[str, ...]
    skipped: dict[str, str]
    blocks: tuple[Measured, ...]
    files: dict[str, tuple[int, str]]
    kernel: dict[str, str]
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as JSON takes it, which has no word for what is not finite: null."""
        found = asdict(self)
        found["plan"] = [line._asdict() for line in self.plan]
        found["blocks"] = [{k: _finite(v) for k, v in block._asdict().items()} for block in self.blocks]
        found["files"] = {name: {"size": size, "sha256": digest} for name, (size, digest) in self.files.items()}
        return found


def _finite(value: str | float) -> str | float | None:
    return value if isinstance(value, str) or isfinite(value) else None


def rewriting(
    plan: Plan, place: Workplace, journal: Journal | None = None, outcomes: dict[str, Outcome] | None = None
) -> Rewriting:
    """
    Put together what was done.

    Parameters
    ----------
    plan : Plan
        The plan.
    place : Workplace
        Where it goes.
    journal : Journal, optional
        Of the run; None where there was none.
    outcomes : dict of str to Outcome, optional
        What came of each tensor that was made.

    Returns
    -------
    Rewriting
    """
    ways = {name: job.way for name, job in plan.jobs.items()}
    method, steps = method_and_steps(ways)
    orders = makes(plan, range(len(plan.source.shards)), Desk(place.desk, ""), "cpu")
    made = {name: (outcomes or {}).get(name, Outcome()) for name in plan.jobs}
    return Rewriting(
        checkpoint=str(plan.source.path),
        out=str(place.target),
        recipe=plan.recipe.name,
        source=f"{plan.recipe.source}; {plan.why}" if plan.why else plan.recipe.source,
        method=method,
        steps=steps,
        memory=memory(orders),
        bytes=sum(shard.size for shard in plan.source.shards),
        plan=tuple(_lines(plan)),
        changed=tuple(name for name in plan.decisions.first if name in plan.origin),
        skipped=left(plan.decisions, frozenset(plan.origin)),
        blocks=tuple(block for one in made.values() for block in one.blocks),
        files={} if journal is None else dict(sorted(journal.done.items())),
        kernel={} if journal is None else journal.about["kernel"],
        notes=(*plan.notes, *_equal(made)),
    )


def _lines(plan: Plan) -> list[Line]:
    found = []
    for shard in plan.source.shards:
        for kept in shard.kept:
            name, choice = kept.tensor.name, plan.decisions.choices[kept.tensor.name]
            first = plan.decisions.first[name]
            if name not in plan.origin:
                action, why = "leave", choice.reason
            else:
                job = plan.jobs.get(first)
                action, why = choice.action, said(plan.decisions, name, None if job is None else job.way)
                if job is not None and first == name and len(job.cut) > 1:
                    why += f", in {len(job.cut)} blocks by {job.cut[0].label.split()[0]}"
            found.append(Line(shard.path.name, name, kept.tensor.shape, kept.tensor.dtype, action, why))
    return found


def _equal(made: dict[str, Outcome]) -> list[str]:
    """Note tensors that held the same bytes and are not tied: twin critics, target networks."""
    first: dict[str, str] = {}
    notes = []
    for name, one in made.items():
        kept = first.setdefault(one.content, name) if one.content else name
        if kept != name:
            notes.append(f"{name} holds the same values as {kept} and is not tied to it: each is treated by itself")
    return notes
