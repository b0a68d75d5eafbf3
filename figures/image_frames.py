"""What the figures of experiments on images share: captions, curves, and the claims they are held against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import style
from .catalogue import Data
from .experiments.claims import BEST, PAPER, Claim
from .experiments.vision.networks import NETWORKS
from .frame import Frame

DATA_SETS = {"cifar10": "CIFAR-10", "cifar100": "CIFAR-100", "tiny-imagenet": "Tiny ImageNet"}
PROTOCOLS = {
    "warm": "warm start",
    "continual": "growing data",
    "classes": "growing classes",
}
_CHUNKS = {
    "warm": "a tenth of the images first, then all of them, in as many updates each",
    "continual": "a growing share of the images",
    "classes": "a growing set of classes",
}
LACKING = ("a grid for the baselines but shrink and perturb (the paper's value for ResNet-18)",)
#: Those first that a caption has room for.
CLAIMS: tuple[Claim, ...] = (
    Claim("fire-10", "base", PAPER),
    Claim("fire-10", "full-reset", PAPER),
    Claim("fire-10", BEST, PAPER),
    Claim("fire-10", "dash", PAPER),
    Claim("norm", "base", "scale alone"),
    Claim("iso", "norm", "isotropy alone"),
    Claim("fire-exact", "ortho", "memory"),
    *(Claim("fire-10", other, PAPER) for other in ("parseval", "l2-init", "redo", "cbp", "snr", "muon")),
    Claim("full-reset", "base", "the positive control, in test"),
    Claim("fire-exact", "base", "the paper's aim, exactly"),
    Claim("fire-exact", "full-reset", "the paper's aim, exactly"),
    Claim("fire-exact", BEST, "the paper's aim, exactly"),
    Claim("fire-exact", "fire-5", "more steps"),
    Claim("fire-exact", "fire-10", "more steps"),
    Claim("iso", "fire-exact", "figure F"),
    Claim("front", "fire-exact", "half way"),
)


def trained_on(data: Data) -> str:
    """Say what was trained, on what and how, from the sizes of the first panel."""
    sizes = data["sizes"]
    size = f" pooled to {sizes['side']} x {sizes['side']}" if sizes["side"] < 32 else ""
    rate = "then falling as a cosine" if sizes["cosine"] else "then staying"
    return (
        f"{DATA_SETS[sizes['dataset']]}{size}, {sizes['images']} images: {_CHUNKS[sizes['protocol']]}; "
        f"{sizes['chunks']} chunks of {sizes['epochs']} epochs, batch {sizes['batch']}; "
        f"{NETWORKS[sizes['network']].label} of width {sizes['width']}, Adam {sizes['rate']:g} made anew for each "
        f"chunk, rising for a tenth of it, {rate}"
    )


def about(data: Data) -> str:
    """Say what was trained, and what is drawn."""
    return (
        f"{trained_on(data)}. Left: test accuracy while it trains. Middle: {data['metric']}: paired seeds (bars), "
        f"mean and 95 % bootstrap interval; loss of plasticity is judged in training. Right: accuracy on the training "
        f"images of the chunk before: at its end (hollow), right after the change (filled; BatchNorm's statistics as "
        f"they were), 100 updates of the next one later (small)"
    )


def learning(axes: Any, arms: Data) -> None:
    """Draw the test accuracy of each arm against updates; a first task that is shared lies under one line."""
    for name, one in arms.items():
        colour, marker = style.ARMS[name]
        points = [point for task in one["curve"] for point in task]
        shown = {"marker": marker, "markersize": 2.5, "markevery": [-1]}
        axes.plot([point[0] for point in points], [point[4] for point in points], color=colour, linewidth=0.8, **shown)
    axes.set(ylabel="test accuracy", xlim=(0, None))


def frame(
    name: str,
    protocol: str,
    claims: tuple[Claim, ...] = CLAIMS,
    said: Callable[[Data], str] = about,
    told: int = 7,
    lacking: tuple[str, ...] = LACKING,
) -> Frame:
    """
    Return a figure on images.

    Parameters
    ----------
    name : str
        Of `plans.PLANS`.
    protocol : str
        Of `PROTOCOLS`.
    claims : tuple of Claim
        What its runs are held against.
    said : callable
        Begins the caption.
    told : int
        Claims that the caption repeats.
    lacking : tuple of str
        What it is without by its design.

    Returns
    -------
    Frame
    """
    titles = {f"{protocol}.{key}": f"{PROTOCOLS[protocol]}, {label}" for key, label in DATA_SETS.items()}
    labels = ("updates", "test accuracy", "accuracy on the old chunk")
    return Frame(name, titles, said, learning, labels, lacking, (told,), claims)
