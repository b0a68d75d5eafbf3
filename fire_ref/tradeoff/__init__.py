"""
The exact stability-plasticity front, and FIRE part of the way.

Minimise ||W - V||_F^2 + lam ||V^T V - I||_F^2. On singular values: the one positive root v of
``2 lam v^3 + (1 - 2 lam) v = s``. Small lam does nothing, infinite lam is exact FIRE.
"""

from .curve import Front, front
from .payment import Excess, excess
from .relaxation import relax

__all__ = ["Excess", "Front", "excess", "front", "relax"]
