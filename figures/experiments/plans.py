"""Which runs a figure is made of, at each scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from fire_ref.errors import sentence

from .arms.catalogue import MLP_ARMS
from .asking import SCALES, Trial
from .configuration import Configuration, Sizes
from .language import panels as language
from .problems import PROBLEMS
from .refusing import UnusableError
from .vision.published import PUBLISHED
from .vision.sizes import VisionSizes


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

    def has(self, panel: str) -> bool:
        """Say whether there is such a panel at this scale."""
        return not isinstance(self.sizes, Mapping) or panel in self.sizes

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


#: Of the paper's figure 2, and the controls that tell scale from isotropy from memory.
VISION_ARMS = (
    "base",
    "full-reset",
    "sp-0.2",
    "sp-0.5",
    "sp-0.8",
    "dash",
    "l2-init",
    "parseval",
    "redo",
    "cbp",
    "snr",
    "muon",
    "fire-5",
    "fire-10",
    "fire-exact",
    "front",
    "norm",
    "iso",
    "ortho",
)
STEPS_ARMS = ("base", "full-reset", *(f"fire-{k}" for k in (0, 1, 2, 3, 5, 10, 20)), "fire-exact")
COEFFICIENTS_ARMS = ("base", "full-reset", "fire-5", "fire-10", "fire-muon-5", "fire-muon-10", "fire-exact")
_TINY = VisionSizes(images=60, width=4, epochs=2, batch=20, points=2, tested=50)
#: 40 epochs and 2000 images in each look: all arms in half an hour.
_SMALL = VisionSizes(epochs=40, tested=2000)


def _seen(protocol: str, chunks: int, small: int, full: int, published: Mapping[str, VisionSizes]) -> dict[str, Scale]:
    """Return the scales of one protocol; `small` and `full` are epochs."""
    at = partial(replace, protocol=protocol, chunks=chunks)
    points = max(2, 20 // chunks)  # evaluations take as long as epochs: as many in a run, whatever its chunks
    return {
        "tiny": Scale({f"{protocol}.cifar10": at(_TINY)}, 2),
        "small": Scale({f"{protocol}.cifar10": at(_SMALL, epochs=small, points=points)}, 3),
        "full-small": Scale({f"{protocol}.cifar10": at(_SMALL, epochs=full, points=points)}, 5),
        "paper": Scale(
            {
                f"{protocol}.{sizes.dataset}": sizes
                for name, sizes in published.items()
                if name.startswith(f"{protocol}.")
            },
            3,
        ),
    }


def _seeing(protocol: str, chunks: int, small: int, full: int, arms: tuple[str, ...], book: str) -> Plan:
    scales = _seen(protocol, chunks, small, full, PUBLISHED)
    return Plan(tuple(dict.fromkeys(panel for one in scales.values() for panel in one.sizes)), scales, {}, arms, book)


def _reading(figure: str, book: str, seeds: Mapping[str, int]) -> Plan:
    panels = language.FIGURES[figure]
    scales = {
        scale: Scale({panel: language.PANELS[panel].sizes[scale] for panel in panels}, seeds[scale])
        for scale in SCALES
        if all(scale in language.PANELS[panel].sizes for panel in panels)
    }
    missing = {} if "paper" in scales else {"paper": "the paper has no such figure"}
    return Plan(panels, scales, missing, language.ARMS, book)


_SEEDS = {"tiny": 2, "small": 3, "full-small": 5, "paper": 3}

PLANS: Mapping[str, Plan] = {
    "fig2a": _seeing("warm", 2, 40, 60, VISION_ARMS, "fig2a"),
    "fig2b": _seeing("continual", 10, 10, 12, VISION_ARMS, "fig2b"),
    "fig2c": _seeing("classes", 5, 15, 20, VISION_ARMS, "fig2c"),
    "fig5a": _seeing("warm", 2, 40, 60, STEPS_ARMS, "fig2a"),
    "fig3": _reading("fig3", "fig3", _SEEDS),
    "fig3b": _reading("fig3-controls", "fig3b", _SEEDS),
    "figL": _reading("figL", "figL", _SEEDS),
    "fig7": _seeing("warm", 2, 40, 60, COEFFICIENTS_ARMS, "fig2a"),
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
        There is no such scale of this figure, or no such arm or panel.
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
    panels = [panel for panel in plan.panels if scale.has(panel)]
    unknown = [panel for panel in trial.panels if panel not in panels]
    if unknown:
        rule = f"be of {', '.join(panels)} for {name} at {trial.scale}"
        raise UnusableError(sentence("figures", "--panels", rule, ", ".join(unknown), f"--panels {panels[0]}"))
    runs = [
        Configuration(panel, arm, seed, scale.of(panel), device)
        for panel in panels
        if panel in (trial.panels or panels)
        for seed in range(trial.seeds or scale.seeds)
        for arm in trial.methods or plan.arms
    ]
    # Where arms share a first task, all seeds of one arm come first: workers then find it, instead of each training it.
    return sorted(
        runs,
        key=lambda one: (plan.panels.index(one.panel), PROBLEMS[one.panel].shares and one.arm != runs[0].arm),
    )
