"""Figure 3's controls: the same warm start with the optimiser's moments kept, and without a tied embedding."""

from __future__ import annotations

from . import trained
from .text_frames import warm_frame

TITLES = {
    "warm-far-kept": "moments kept",
    "warm-far-untied": "embedding untied",
}

FRAME = warm_frame("fig3b", TITLES)
compute, draw, tables, gathered = trained.figure(FRAME)
