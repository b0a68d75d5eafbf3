"""Which runs a figure is made of, at each scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fire_ref.errors import sentence

from .arms.catalogue import MLP_ARMS
from .asking import Trial
from .configuration import Configuration, Sizes
from .refusing import UnusableError


@dataclass(frozen=True)
class Scale:
    """How large a run is, and how many seeds there are."""

    sizes: Sizes
    seeds: int


class Plan(NamedTuple):
    """
    A figure's runs.

    Attributes
    ----------
    panels : tuple of str
        Of `tasks.PANELS`.
    scales : mapping of str to Scale
        Those that exist.
    missing : mapping of str to str
        Why another does not.
    """

    panels: tuple[str, ...]
    scales: Mapping[str, Scale]
    missing: Mapping[str, str]


PLANS: Mapping[str, Plan] = {
    "figF": Plan(
        ("random-labels", "permuted-inputs"),
        {
            "tiny": Scale(Sizes(images=40, tasks=3, epochs=2, batch=10, width=8), 2),
            "small": Scale(Sizes(), 3),
            "full-small": Scale(Sizes(), 5),
        },
        {"paper": "the paper has no such figure"},
    ),
}


def planned(name: str, trial: Trial, device: str) -> list[Configuration]:
    """
    Return the runs of a figure, those first that are compared first.

    Parameters
    ----------
    name : str
        Of `PLANS`.
    trial : Trial
        Scale, seeds and methods.
    device : {"cpu", "cuda"}
        Where they train.

    Returns
    -------
    list of Configuration
        Panel by panel, in each seed by seed with all its arms.

    Raises
    ------
    UnusableError
        There is no such scale of this figure.
    """
    plan = PLANS[name]
    if trial.scale not in plan.scales:
        why = plan.missing.get(trial.scale, "not written yet")
        rule = f"be of {', '.join(plan.scales)} for {name}"
        raise UnusableError(sentence("figures", "--scale", rule, f"{trial.scale} ({why})", "--scale full-small"))
    scale = plan.scales[trial.scale]
    return [
        Configuration(panel, arm, seed, scale.sizes, device)
        for panel in plan.panels
        for seed in range(trial.seeds or scale.seeds)
        for arm in trial.methods or MLP_ARMS
    ]
