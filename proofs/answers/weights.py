"""The real networks that answers speak of, audited."""

from __future__ import annotations

from functools import cache

from figures.layers import NETWORKS, network
from fire_ref import Audit, audit

__all__ = ["NETWORKS", "SHIPPED", "audited", "network"]

SHIPPED = ("digits-mlp", "digits-conv")


@cache
def audited(name: str) -> Audit:
    """Return its audit with theory."""
    return audit(dict(network(name)), theory=True)
