"""Whole networks: which tensors FIRE takes, what it would do to each, and doing it."""

from .recipe import RECIPES
from .record import Row
from .rewriting import ReinitReport, reinitialize

__all__ = ["RECIPES", "ReinitReport", "Row", "reinitialize"]
