"""Figure 2b: the data grow, chunk by chunk, and each method acts before every chunk. An experiment."""

from __future__ import annotations

from . import trained
from .image_frames import frame

FRAME = frame("fig2b", "continual")
compute, draw, tables, gathered = trained.figure(FRAME)
