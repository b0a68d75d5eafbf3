"""Figure 2c: classes come one after the other, and each method acts before every new set of them. An experiment."""

from __future__ import annotations

from . import trained
from .image_frames import frame

FRAME = frame("fig2c", "classes")
compute, draw, tables, gathered = trained.figure(FRAME)
