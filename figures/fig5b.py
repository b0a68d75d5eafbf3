"""
Figure 5b: the stability-plasticity plane of real networks, with the exact front under every method.

SFE and DfI of a network are sums over its layers, DfI against each layer's gain. The third quantity of the paper, the
curvature, is measured on the digits MLP with its training images.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from fire_ref import dfi, polar_decomposition, sfe
from fire_ref.arrays import to_host
from fire_ref.audits.curve import front_of, least_sfe
from fire_ref.audits.curve import layers as spectra_of
from fire_ref.errors import missing_extra

from . import methods, plane
from .catalogue import Data
from .curvature import Network, bounds, top_eigenvalue
from .fresh import start
from .layers import Layer, layers
from .networks import training
from .plane import CURVED
from .settings import Settings, plain
from .waiting import watched

STEPS, SHARES, POINTS = 20, tuple(np.linspace(0, 1, 11).tolist()), 60


class Move(NamedTuple):
    """A method, and what it makes of every layer of a network."""

    method: str
    matrices: list[Any]


def compute(settings: Settings, *, steps: int = STEPS, shares: Sequence[float] = SHARES, points: int = POINTS) -> Data:
    """
    Place every method, and the front.

    Parameters
    ----------
    settings : Settings
        Which networks, and where.
    steps : int
        The last Newton-Schulz step.
    shares : sequence of float
        Of the initial weights, for shrink and perturb; from 0 to 1.
    points : int
        Of the front.

    Returns
    -------
    dict
        For each network its size ||W||_F^2, count of singular values, front and moves: method, sfe, least_sfe at the
        same DfI, dfi, and for the digits MLP curvature, sharper and theorem.
    """
    if CURVED in settings.networks:
        _digits_are_there()
    found: Data = {"networks": {}}
    for name in settings.networks:
        rows = layers(name, settings)
        fresh = start(name)
        network = spectra_of([(to_host(polar_decomposition(one.matrices).s), one.gain) for one in rows])
        front = front_of(network, points)
        moves = _moves(rows, fresh.state, settings, steps, shares)
        moves += _front_moves(rows, front.weight) if name == CURVED else []
        placed = []
        for move in watched(moves, f"fig5b: {name}"):
            one = place(rows, move)
            one["least_sfe"] = least_sfe(network, one["dfi"])
            placed.append(one | (curved(rows, move) if name == CURVED else {}))
        found["networks"][name] = {
            "size": sum(float(to_host(sfe(one.matrices, 0 * one.matrices)).sum()) for one in rows),
            "count": sum(one.rank for one in rows),
            "start": fresh.about,
            "front": {"sfe": plain(front.sfe), "dfi": plain(front.dfi)},
            "moves": placed,
        }
    return found | {"caption": _caption(found["networks"])}


def _digits_are_there() -> None:
    try:
        import sklearn  # noqa: F401 # only whether it is there
    except ImportError:
        raise missing_extra("figures fig5b", "scikit-learn", "figures") from None


def _moves(
    rows: Sequence[Layer], fresh: Mapping[str, Any], settings: Settings, steps: int, shares: Sequence[float]
) -> list[Move]:
    paths = zip(*(list(methods.steps(one, steps)) for one in rows), strict=True)
    moves = [Move("W", [one.matrices for one in rows])]
    moves += [Move(f"k = {k}", list(path)) for k, path in enumerate(paths, start=1)]
    moves += [Move(method, [act(one) for one in rows]) for method, act in ACTS.items()]
    rng = np.random.default_rng(0)
    moves += [Move("random isometry", [methods.random_isometry(one, settings, rng) for one in rows])]
    first = [layer_of(one, fresh[one.name], settings) for one in rows]
    for share in shares:
        mixed = [methods.shrink_and_perturb(one, W, share) for one, W in zip(rows, first, strict=True)]
        moves.append(Move("full reset" if share == 1 else f"shrink and perturb {share:g}", mixed))
    return moves


ACTS = {
    "exact": methods.exact,
    "muon": methods.muon,
    "norm-keeping isometry": methods.norm_keeping,
}


def layer_of(like: Layer, tensor: Any, settings: Settings) -> Any:
    """Cut an initial weight as its layer is cut."""
    axes = tuple(range(2, tensor.ndim))
    stack = tensor.transpose((*axes, 0, 1)).reshape(like.matrices.shape)
    return settings.to_device(stack)


def _front_moves(rows: Sequence[Layer], weights: Any) -> list[Move]:
    # Every third point: the curvature is smooth along the front.
    kept = [float(weight) for weight in weights[::3]]
    return [Move("front", [methods.relaxed(one, weight) for one in rows]) for weight in kept]


def place(rows: Sequence[Layer], move: Move) -> Data:
    """Sum what a method changes and leaves over the layers."""
    pairs = list(zip(rows, move.matrices, strict=True))
    return {
        "method": move.method,
        "sfe": sum(float(to_host(sfe(one.matrices, V)).sum()) for one, V in pairs),
        "dfi": sum(float(to_host(dfi(V, gain=one.gain)).sum()) for one, V in pairs),
    }


def curved(rows: Sequence[Layer], move: Move) -> Data:
    """Measure the curvature of the digits MLP with these weights, on its training images; host only, float64."""
    images, labels = training.digits()
    biases = [network_bias(one.name) for one in rows]
    weights = [to_host(V)[0].astype(np.float64) for V in move.matrices]
    network = Network(weights, biases, images[: -training.TEST], labels[: -training.TEST])
    bound = bounds(network, [one.gain for one in rows])
    return {"curvature": top_eigenvalue(network), **bound._asdict()}


def network_bias(name: str) -> Any:
    """Return the trained bias beside a weight of the digits MLP: no method touches it."""
    from fire_ref.weights import digits_mlp

    return digits_mlp()[name.replace("weight", "bias")].astype(np.float64)


def _caption(networks: Data) -> str:
    told = []
    for name, one in networks.items():
        rows = {move["method"]: move for move in one["moves"]}
        ten = rows.get("k = 10")
        if ten is not None:
            told.append(f"{name}: ten steps pay {ten['sfe']:.3g} where {ten['least_sfe']:.3g} buys the same DfI")
    curved = ""
    if CURVED in networks:
        count = len(training.digits()[0]) - training.TEST
        curved = (
            f" The curvature is the top eigenvalue of the Hessian in all weights of the digits MLP on its {count} "
            "training images; below to the right it is the point, a tick the bound with the true spectral norms, an "
            "arrow theorem 2's bound."
        )
    starts = "; ".join(f"{name} {one['start']}" for name, one in networks.items())
    return (
        f"{'. '.join(told)}. SFE is the sum over the layers, DfI (against each gain) its mean over the singular "
        "values, linear below 0.01. Right: what each method pays (filled), and the least for its DfI (open). Shrink "
        f"and perturb by 0 to 1 of the initial weights: {starts}. Biases, norms and embeddings "
        f"stay.{curved} The paper shows networks of its own, and no front."
    )


draw = plane.draw
