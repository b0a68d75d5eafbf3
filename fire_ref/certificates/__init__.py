"""
Rigorous bounds on a computed Q: how far it is from orthonormal, from the polar factor, and from the least SFE.

Every number that comes in is taken as the exact rational that it is; every bound that goes out has been evaluated
in balls (midpoint and radius, python-flint's Arb) and rounded outwards. No singular value decomposition is used, and
nothing that float64 computed is believed: it only proposes.
"""

from .certification import certify
from .record import Certificate

__all__ = ["Certificate", "certify"]
