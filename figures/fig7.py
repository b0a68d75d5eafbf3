"""
Figure 7: the cubic of FIRE against Muon's coefficients, in the warm start.

An experiment, from the runs of figure 2a and those with Muon's coefficients.
"""

from __future__ import annotations

from . import trained
from .experiments.claims import PAPER, Claim
from .image_frames import frame

CLAIMS = (
    Claim("fire-10", "fire-muon-10", f"{PAPER}, the cubic"),
    Claim("fire-5", "fire-muon-5", f"{PAPER}, the cubic"),
    Claim("fire-exact", "fire-muon-10", "exactly"),
    Claim("fire-muon-10", "base", "Muon's coefficients"),
    Claim("fire-muon-5", "base", "Muon's coefficients"),
    Claim("fire-muon-10", "fire-muon-5", "more steps"),
    Claim("fire-muon-10", "full-reset", "Muon's coefficients"),
)

FRAME = frame("fig7", "warm", CLAIMS, lacking=())
compute, draw, tables, gathered = trained.figure(FRAME)
