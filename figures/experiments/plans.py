"""Which runs a figure is made of, at each scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fire_ref.errors import sentence

from .arms.catalogue import MLP_ARMS
from .asking import Trial
from .configuration import Configuration, Sizes
from .problems import PROBLEMS
from .refusing import UnusableError


@dataclass(frozen=True)
class Scale:
    """
    How much of a figure.

    Attributes
    ----------
    sizes : dataclass or mapping of str to dataclass
        How large a run is: in every panel, or in each.
    seeds : int
        How many.
    """

    sizes: Any
    seeds: int

    def of(self, panel: str) -> Any:
        """Return the sizes of a panel."""
        return self.sizes[panel] if isinstance(self.sizes, Mapping) else self.sizes


class Plan(NamedTuple):
    """
    A figure's runs.

    Attributes
    ----------
    panels : tuple of str
        Of `problems.PROBLEMS`.
    scales : mapping of str to Scale
        Those that exist.
    missing : mapping of str to str
        Why another does not.
    arms : tuple of str
        In the order of the picture.
    book : str
        The name of the results: of another figure where both are drawn from the same runs.
    """

    panels: tuple[str, ...]
    scales: Mapping[str, Scale]
    missing: Mapping[str, str]
    arms: tuple[str, ...]
    book: str


PLANS: Mapping[str, Plan] = {
    "figF": Plan(
        ("random-labels", "permuted-inputs"),
        {
            "tiny": Scale(Sizes(images=40, tasks=3, epochs=2, batch=10, width=8), 2),
            "small": Scale(Sizes(), 3),
            "full-small": Scale(Sizes(), 5),
        },
        {"paper": "the paper has no such figure"},
        MLP_ARMS,
        "figF",
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
        There is no such scale of this figure, or no such arm.
    """
    plan = PLANS[name]
    if trial.scale not in plan.scales:
        why = plan.missing.get(trial.scale, "not written yet")
        rule = f"be of {', '.join(plan.scales)} for {name}"
        raise UnusableError(sentence("figures", "--scale", rule, f"{trial.scale} ({why})", "--scale full-small"))
    other = [arm for arm in trial.methods if arm not in plan.arms]
    if other:
        rule = f"be of {', '.join(plan.arms)} for {name}"
        raise UnusableError(sentence("figures", "--methods", rule, ", ".join(other), "--methods all"))
    scale = plan.scales[trial.scale]
    runs = [
        Configuration(panel, arm, seed, scale.of(panel), device)
        for panel in plan.panels
        for seed in range(trial.seeds or scale.seeds)
        for arm in trial.methods or plan.arms
    ]
    # Where arms share a first task, all seeds of one arm come first: workers then find it, instead of each training it.
    return sorted(
        runs,
        key=lambda one: (plan.panels.index(one.panel), PROBLEMS[one.panel].shares and one.arm != runs[0].arm),
    )
