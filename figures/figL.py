"""Figure L: a language model reads the same book again and again, its bytes permuted anew each time. An experiment."""

from __future__ import annotations

from . import trained
from .text_frames import permuted_frame

FRAME = permuted_frame("figL")
compute, draw, tables, gathered = trained.figure(FRAME)
