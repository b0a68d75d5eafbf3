"""What figure G says in words: what FIRE leaves of what a network knows, and how far along the front it stays."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from .catalogue import Data

#: The paper's share of the initial weights in shrink and perturb.
PAPER = 0.8
#: SFE over ||W||_F^2, and DfI over its count, below which the axes are linear: 0 is on them.
LINEAR = {"sfe": 1e-3, "dfi": 1e-2}
#: A loss that has risen by no more than this share of what it was counts as kept.
KEPT = 0.05
#: Methods in the order of the list, and what they are called there.
SAID = {
    "k = 5": "k = 5",
    "k = 10": "k = 10",
    "exact": "exact FIRE",
    "mean gain": "exact, mean gain",
    "norm-keeping isometry": "exact, norm-keeping",
    "random isometry": "random isometry",
    "shrink and perturb": f"shrink and perturb {PAPER}",
    "full reset": "full reset",
}


def named(network: Data, method: str, share: float | None = None) -> Data:
    """
    Return what a method did.

    Parameters
    ----------
    network : dict
        Of `figG.compute`.
    method : str
        Its name.
    share : float, optional
        Of shrink and perturb; without one, the paper's.

    Returns
    -------
    dict
    """
    wanted = (share or PAPER) if method == "shrink and perturb" else None
    return next(one for one in network["moves"] if one["method"] == method and wanted in (None, one["share"]))


def front(network: Data) -> list[Data]:
    """Return the points of the front that were tried, from its beginning."""
    return sorted((one for one in network["moves"] if one["method"] == "front"), key=lambda one: float(one["share"]))


def fifth(network: Data) -> Data:
    """Return the point of the front nearest to a fifth of exact FIRE's SFE."""
    return min(front(network), key=lambda one: abs(float(one["share"]) - 0.2))


def kept(network: Data, trial: str) -> list[Data]:
    """
    Return the points of the front, from its beginning, up to the first whose loss has risen by more than `KEPT`.

    Parameters
    ----------
    network : dict
        Of `figG.compute`.
    trial : str
        Which validation data.

    Returns
    -------
    list of dict
    """
    most = (1 + KEPT) * named(network, "W")["loss"][trial][0]
    points = front(network)
    past = [place for place, one in enumerate(points) if one["loss"][trial][0] > most]
    return points[: past[0]] if past else points


def sentence(name: str, network: Data, trial: str) -> str:
    """
    Say what the methods did to one network on one set of validation data.

    Parameters
    ----------
    name : str
        Of the network.
    network : dict
        Of `figG.compute`.
    trial : str
        Which data.

    Returns
    -------
    str
    """

    def loss(move: Data) -> str:
        return f"{median(move['loss'][trial]):.2f}"

    before, part, points, within = named(network, "W"), fifth(network), front(network), kept(network, trial)
    last = within[-1] if within else before
    gone = f"{1 - last['dfi'][0] / before['dfi'][0]:.0%}"
    far = f", the last of them {100 * last['share']:g}% along, with {gone} of DfI gone" if within else ""
    said = (
        f"{name}, {trial}: exact FIRE of every layer takes the loss from {loss(before)} to "
        f"{loss(named(network, 'exact'))}, k = 5 to {loss(named(network, 'k = 5'))}, k = 10 to "
        f"{loss(named(network, 'k = 10'))}, {part['share']:.0%} of the way along the front to {loss(part)}; "
        f"it stays within {KEPT:.0%} at {len(within)} of the front's {len(points)} points{far}"
    )
    half = named(network, "shrink and perturb", 0.5)
    better = [one for one in points if one["dfi"][0] <= median(half["dfi"])]
    if better:
        said += f"; shrink and perturb by 0.5: {loss(half)}, the front at no more DfI: {loss(better[0])}"
    return said


def caption(found: Data) -> str:
    """
    Say what was found, on what, and what differs from the paper.

    Parameters
    ----------
    found : dict
        Of `figG.compute`.

    Returns
    -------
    str
    """
    networks: Mapping[str, Data] = found["networks"]
    told = [sentence(name, one, trial) for name, one in networks.items() for trial in one["trials"]]
    data = [
        f"{trial}: {one['targets']} predictions, {one['about']}"
        for network in networks.values()
        for trial, one in network["trials"].items()
    ]
    draws = len(named(next(iter(networks.values())), "random isometry")["sfe"])
    starts = "; ".join(f"{name} {one['start']}" for name, one in networks.items())
    rest = found["without"]
    none = f" {', '.join(rest)} cannot be run here." if rest else ""
    return (
        f"{'. '.join(told)}. Data: {'; '.join(dict.fromkeys(data))}. Nothing is trained after the move: it is what is "
        "lost at once, not what can be learned next; the paper's losses are of training that goes on. FIRE, the front "
        "and the isometries take every matrix and leave biases, norms, embeddings; shrink and perturb and full reset "
        f"take everything. What is random: median and range of {draws} draws; of the initial weights, the first: "
        f"{starts}. The way along the front is measured by exact FIRE's SFE. SFE, DfI and the front are exact to "
        "rounding of the weights' float32; losses are float64 means over logits in float32 (digits: float64). Left of "
        f"{LINEAR['sfe']:g} and {LINEAR['dfi']:g} the axes are linear.{none}"
    )
