"""
Figure 2a: warm start. A tenth of the images first, then all of them: what does each method make of the second part?

An experiment; figures 5a and 7 are drawn from the same runs.
"""

from __future__ import annotations

from . import trained
from .image_frames import frame

FRAME = frame("fig2a", "warm")
compute, draw, tables, gathered = trained.figure(FRAME)
