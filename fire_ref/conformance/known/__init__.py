"""Implementations on PyPI that are verified live: how each is called, and what is expected of it."""

from __future__ import annotations

from .catalogue import KNOWN, installed
from .record import Known

__all__ = ["KNOWN", "Known", "installed"]
