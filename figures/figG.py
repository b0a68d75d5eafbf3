"""
Figure G: what is left of what a network knows: the validation loss of whole networks after each method.

The networks run forwards in NumPy: both shipped ones on the digits' test images, stories15M on text that it writes
itself and on a book. Nothing is trained on afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq
from threadpoolctl import threadpool_limits

from fire_ref import polar_decomposition
from fire_ref.arrays import to_host
from fire_ref.audits.curve import Layers, place
from fire_ref.audits.curve import layers as spectra_of

from . import fig5b, loss_plane, methods
from .catalogue import Data
from .evaluation import Subject, subject
from .fresh import start
from .layers import Layer, layer, layers, tensor
from .loss_told import PAPER, caption
from .settings import Settings
from .transformer import State
from .waiting import watched

#: Of exact FIRE's SFE, where the front is tried.
SHARES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.7, 0.95)
#: Of the initial weights in shrink and perturb; the last is a full reset.
MIXED = (0.1, 0.2, 0.5, PAPER, 1.0)
#: Draws of what is random.
SEEDS = 3


class Move(NamedTuple):
    """A method with, for each of its draws, what it replaces in a state."""

    method: str
    draws: Sequence[Callable[[], State]]
    share: float | None = None


def compute(settings: Settings, *, shares: Sequence[float] = SHARES, seeds: int = SEEDS) -> Data:
    """
    Reinitialise each network by each method, and try what comes of it.

    Parameters
    ----------
    settings : Settings
        Which networks, and where they are reinitialised; they run on the host.
    shares : sequence of float
        Of exact FIRE's SFE, for the front; between 0 and 1.
    seeds : int
        How often what is random is drawn.

    Returns
    -------
    dict
        "networks": for each that can be run its size ||W||_F^2, count of singular values, trials and moves, see
        `measured`; "without", the others.

    Raises
    ------
    ValueError
        None can.
    ConnectionError
        One cannot be fetched.
    """
    found: Data = {"networks": {}, "without": []}
    # Threads that outnumber the cores wait for one another, and one thread writes one text.
    with threadpool_limits(limits=1, user_api="blas"):
        for name in settings.networks:
            running = subject(name)
            if running is None:
                found["without"].append(name)
            else:
                found["networks"][name] = _network(name, running, settings, shares, seeds)
    if not found["networks"]:
        names = ", ".join(settings.weights)
        raise ValueError(f"figG: --weights must have a network that runs here; got {names}. Try --weights digits.")
    return found | {"caption": caption(found)}


def _network(name: str, running: Subject, settings: Settings, shares: Sequence[float], seeds: int) -> Data:
    rows = chosen(name, settings)
    moves = list(_moves(rows, running, settings, shares, seeds))
    trials = running.trials.items()
    return {
        "size": sum(float(np.sum(to_host(one.matrices).astype(float) ** 2)) for one in rows),
        "count": sum(one.rank for one in rows),
        "start": start(name).about,
        "trials": {key: one._asdict() | {"targets": len(one.targets), "tried": None} for key, one in trials},
        "moves": [measured(rows, running, settings, move) for move in watched(moves, f"figG: {name}")],
    }


def chosen(name: str, settings: Settings) -> list[Layer]:
    """
    Return the weights that FIRE takes.

    Parameters
    ----------
    name : str
        Of the network.
    settings : Settings
        The device.

    Returns
    -------
    list of Layer
        Every layer of the shipped networks; of stories15M what the recipe "llama" takes: q, k, v, o, gate, up, down.
    """
    return layers(name, settings)


def _moves(
    rows: Sequence[Layer], running: Subject, settings: Settings, shares: Sequence[float], seeds: int
) -> Iterator[Move]:
    def each(act: Callable[[Layer], Any]) -> Callable[[], State]:
        return partial(_made, rows, act)

    yield Move("W", [each(lambda one: one.matrices)])
    for k in (5, 10):
        yield Move(f"k = {k}", [each(partial(_stepped, k=k))])
    yield Move("exact", [each(methods.exact)])
    yield Move("mean gain", [each(methods.mean_gain)])
    yield Move("norm-keeping isometry", [each(methods.norm_keeping)])
    yield Move("random isometry", [partial(_drawn, rows, settings, seed) for seed in range(seeds)])
    for share in MIXED:
        method = "full reset" if share == 1 else "shrink and perturb"
        yield Move(method, [partial(_mixed, running, share, seed) for seed in range(seeds)], share)
    network = spectra_of([(to_host(polar_decomposition(one.matrices).s), one.gain) for one in rows])
    for share in shares:
        weight = multiplier(network, share)
        yield Move("front", [each(partial(methods.relaxed, weight=weight))], share)


def _stepped(one: Layer, k: int) -> Any:
    return list(methods.steps(one, k))[-1]


def _made(rows: Sequence[Layer], act: Callable[[Layer], Any]) -> State:
    return {one.name: to_host(tensor(one, act(one))) for one in rows}


def _drawn(rows: Sequence[Layer], settings: Settings, seed: int) -> State:
    rng = np.random.default_rng(seed)
    return _made(rows, lambda one: methods.random_isometry(one, settings, rng))


def _mixed(running: Subject, share: float, seed: int) -> State:
    """Shrink and perturb as the official code does: every parameter."""
    begun = running.begun(seed)
    return {name: ((1 - share) * W + share * begun[name]).astype(W.dtype) for name, W in running.state.items()}


def multiplier(network: Layers, share: float) -> float:
    """
    Find where the front has paid a share of what exact FIRE pays.

    Parameters
    ----------
    network : Layers
        Its singular values and gains.
    share : float
        Of the SFE, between 0 and 1, neither.

    Returns
    -------
    float
        The multiplier of `fire_ref.relax`, in squared units of W.
    """
    whole = place(network, np.inf)[0]
    return float(np.exp(brentq(lambda x: place(network, float(np.exp(x)))[0] - share * whole, -80.0, 80.0)))


def measured(rows: Sequence[Layer], running: Subject, settings: Settings, move: Move) -> Data:
    """
    Try a network after a method.

    Parameters
    ----------
    rows : sequence of Layer
        Of the trained network.
    running : Subject
        The network, with its data.
    settings : Settings
        The device.
    move : Move
        The method.

    Returns
    -------
    dict
        method, share; sfe and dfi of FIRE's weights, a number for each draw; loss, and right where it is asked for:
        for each trial a number for each draw.
    """
    found: Data = {"method": move.method, "share": move.share, "sfe": [], "dfi": [], "loss": {}, "right": {}}
    for draw in move.draws:
        state = dict(running.state) | dict(draw())
        after = [layer(one.network, one.name, settings.to_device(state[one.name])).matrices for one in rows]
        at = fig5b.place(rows, fig5b.Move(move.method, after))
        for key in ("sfe", "dfi"):
            found[key].append(at[key])
        for name, trial in running.trials.items():
            loss, right = trial.tried(state)
            found["loss"].setdefault(name, []).append(loss)
            if right is not None:
                found["right"].setdefault(name, []).append(right)
    return found


draw = loss_plane.draw
