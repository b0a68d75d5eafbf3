"""The audit of a real network: figures that need its spectra or its theorems share one."""

from __future__ import annotations

from functools import cache

from fire_ref import Audit, audit
from fire_ref.cli.waiting import progress

from .layers import layers
from .settings import Settings


@cache
def audited(name: str, settings: Settings) -> Audit:
    """
    Audit one network with its theorems, once.

    Parameters
    ----------
    name : str
        Of `figures.layers.NETWORKS`.
    settings : Settings
        The device.

    Returns
    -------
    Audit
        A row and a spectrum for each layer, in the order of `layers`.
    """
    state = {layer.name: layer.tensor for layer in layers(name, settings)}
    with progress() as tell:

        def watch(layer: str, done: int, every: int) -> None:
            if tell is not None:
                tell(done, every, f"{name}: {layer}")

        return audit(state, theory=True, watch=watch)
