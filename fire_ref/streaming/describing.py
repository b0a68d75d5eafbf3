"""What a run was asked, in plain values: two runs of one description write the same bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import __version__
from ..models.recipe import Recipe
from .arithmetic import THREADS
from .plan import Plan
from .request import Request
from .source import Source


def description(plan: Plan, request: Request, arithmetic: dict[str, str]) -> dict[str, Any]:
    """
    Describe a run for its journal.

    Parameters
    ----------
    plan : Plan
        What is done.
    request : Request
        What was asked.
    arithmetic : dict of str to str
        Of those that compute.

    Returns
    -------
    dict
        As JSON takes it.
    """
    dtypes = sorted({job.tensor.dtype for job in plan.jobs.values()})
    return {
        "version": __version__,
        "recipe": plan.recipe.name,
        "rules": rules(plan.recipe),
        "method": request.method,
        "steps": request.steps,
        "layout": request.layout,
        "dtype": ", ".join(dtypes),
        "device": request.device,
        "threads": THREADS,
        "kernel": arithmetic,
        "input": _files(plan.source),
        "initial": None if plan.initial is None else _files(plan.initial),
    }


def rules(recipe: Recipe) -> str:
    """
    Return a short name of what a recipe says, whatever it is called.

    Parameters
    ----------
    recipe : Recipe
        It.

    Returns
    -------
    str
        SHA-256.
    """
    told = [{k: v for k, v in asdict(rule).items() if k != "_compiled"} for rule in recipe.rules]
    text = json.dumps([told, recipe.tied], default=sorted, sort_keys=True)  # sets are in no order
    return hashlib.sha256(text.encode()).hexdigest()


def _files(source: Source) -> dict[str, Any]:
    found = {shard.path.name: _told(shard.path, shard.size, shard.digest) for shard in source.shards}
    if source.index is not None:
        text = source.index.read_bytes()
        found[source.index.name] = _told(source.index, len(text), hashlib.sha256(text).hexdigest())
    return found


def _told(path: Path, size: int, digest: str) -> dict[str, Any]:
    # Values are too many to be summed again at every start: that they are others now is told by when they were written.
    return {"size": size, "header": digest, "mtime_ns": path.stat().st_mtime_ns}
