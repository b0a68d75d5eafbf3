"""Whole networks: which tensors FIRE takes, what it would do to each, and doing it."""

from .optimizers import reset_optimizer
from .recipe import Recipe
from .recipes import RECIPES
from .record import Row
from .report import ReinitReport
from .rewriting import reinitialize
from .rule import Rule
from .split import Split

__all__ = ["RECIPES", "Recipe", "ReinitReport", "Row", "Rule", "Split", "reinitialize", "reset_optimizer"]
