"""The real networks that answers speak of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from figures.published import PUBLISHED, weights
from fire_ref import Audit, audit
from fire_ref.weights import digits_conv, digits_mlp

#: Name -> what it is.
NETWORKS = {
    "digits-mlp": "the shipped digits MLP",
    "digits-conv": "the shipped digits convolutional network",
    **{name: one.about for name, one in PUBLISHED.items()},
}
SHIPPED = ("digits-mlp", "digits-conv")


@cache
def network(name: str) -> Mapping[str, np.ndarray[Any, np.dtype[Any]]]:
    """Return the matrices and kernels of a network, without lookup tables: FIRE never takes an embedding."""
    if name == "digits-mlp":
        return digits_mlp()
    if name == "digits-conv":
        return digits_conv()
    return {key: value for key, value in weights(name).items() if "embed" not in key and value.ndim > 1}


@cache
def audited(name: str) -> Audit:
    """Return its audit with theory."""
    return audit(dict(network(name)), theory=True)
