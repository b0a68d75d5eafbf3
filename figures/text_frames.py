"""What the figures of experiments on text share: captions, curves, and the claims they are held against."""

from __future__ import annotations

from typing import Any

from . import style
from .catalogue import Data
from .experiments.claims import BEST, PAPER, Claim
from .frame import Frame

#: Figure 3 of the paper has five Newton-Schulz steps, of language models.
CLAIMS: tuple[Claim, ...] = (
    Claim("fire-5", "base", PAPER),
    Claim("fire-5", "full-reset", PAPER),
    Claim("fire-5", BEST, PAPER),
    Claim("fire-exact", "fire-5", "more steps"),
    Claim("fire-5-rescaled", "fire-5", "scale alone"),
    Claim("fire-exact", "fire-5-rescaled", "isotropy alone"),
    Claim("iso", "base", "isotropy, its scale kept"),
    Claim("full-reset", "base", "the positive control, in the metric"),
    Claim("fire-exact", "base", "the paper's aim, exactly"),
    Claim("fire-exact", "full-reset", "the paper's aim, exactly"),
    Claim("fire-exact", BEST, "the paper's aim, exactly"),
    Claim("iso", "fire-exact", "figure F"),
)
LACKING = ("the controls norm, ortho, ten steps and the middle of the front",)
_LABELS = ("updates", "- loss, nats", "loss on the old text, nats")


def network(sizes: Data) -> str:
    """Say what was trained, and how."""
    tied = "tied" if sizes["tied"] else "untied"
    kept = {"kept": "kept over the change", "cleared": "made anew for each phase"}[sizes["optimizer"]]
    return (
        f"nanoGPT's network, depth {sizes['layers']}, width {sizes['width']}, {tied} embedding, "
        f"{'bytes' if sizes['tokens'] == 'bytes' else 'GPT-2 tokens'}, {sizes['batch']} windows of {sizes['context']}; "
        f"AdamW {sizes['rate']:g}, its moments {kept}"
    )


def seen(data: Data) -> str:
    """Say what the columns are."""
    return (
        f"Middle: {data['metric']}: paired seeds (bars), mean and 95 % bootstrap interval. Right: loss on the training "
        f"text of the phase before: at its end (hollow), right after the change (filled), 100 updates later (small)"
    )


def warm(data: Data) -> str:
    """Begin the caption of a warm start."""
    sizes = data["sizes"]
    among = f", among it one window in {round(1 / sizes['replayed'])} of the book" if sizes["replayed"] else ""
    return (
        f"A small book, then a larger text for {sizes['after']} updates{among}. {network(sizes)}. "
        f"Left: loss on held-out new text after the change; what lies above the axis is right after it. {seen(data)}"
    )


def permuted(data: Data) -> str:
    """Begin the caption of permuted vocabularies."""
    sizes = data["sizes"]
    return (
        f"{sizes['first']} bytes of a book under a permutation of the bytes that is drawn anew in each of "
        f"{sizes['phases']} tasks of {sizes['after']} updates. {network(sizes)}. Left: online training loss of each "
        f"task. {seen(data)}"
    )


def held_out(axes: Any, arms: Data) -> None:
    """Draw the loss on held-out new text of each arm in the last phase."""
    later: list[float] = []
    for name, one in arms.items():
        colour, marker = style.ARMS[name]
        points = one["curve"][-1]
        losses = [point[2] for point in points]
        axes.plot([point[0] for point in points], losses, color=colour, marker=marker, markersize=2.5, linewidth=0.8)
        later += [loss for loss in losses[1:] if loss is not None]
    axes.set(ylabel="loss on held-out text, nats", xlim=(0, None))
    if later:  # the first look may be ten times as high, and would hide what becomes of it
        room = 0.08 * (max(later) - min(later)) or 0.1
        axes.set_ylim(min(later) - room, max(later) + room)


def online(axes: Any, arms: Data) -> None:
    """Draw the online training loss of each arm in each task."""
    for name, one in arms.items():
        colour, marker = style.ARMS[name]
        losses = [None if value is None else -value for value in one["online"]]
        axes.plot(one["updates"], losses, color=colour, marker=marker, markersize=2.5, linewidth=0.8)
    axes.set(ylabel="online loss of the task, nats", xlim=(0, None))


def _old(one: Data, look: str) -> float | None:
    loss: float | None = one["old loss"].get(look)
    return loss


def warm_frame(name: str, titles: dict[str, str], lacking: tuple[str, ...] = LACKING) -> Frame:
    """
    Return a figure of warm starts on text.

    Parameters
    ----------
    name : str
        Of `plans.PLANS`.
    titles : dict of str to str
        Panel -> its title.
    lacking : tuple of str
        What it is without by its design.

    Returns
    -------
    Frame
    """
    return Frame(name, titles, warm, held_out, _LABELS, lacking, (5,), CLAIMS, _old)


def permuted_frame(name: str) -> Frame:
    """
    Return a figure of permuted vocabularies.

    Parameters
    ----------
    name : str
        Of `plans.PLANS`.

    Returns
    -------
    Frame
    """
    titles = {"permuted-vocabulary": "permuted vocabulary"}
    return Frame(name, titles, permuted, online, _LABELS, LACKING, (7,), CLAIMS, _old)
