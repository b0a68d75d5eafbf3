"""
Figure 3: a language model that has read a small book once, too often, or far too often reads a larger text.

An experiment, at a small scale of bytes; `--scale paper` is the published one.
"""

from __future__ import annotations

from . import trained
from .text_frames import LACKING, warm_frame

TITLES = {
    "warm-best": "after the best checkpoint",
    "warm-over": "after reading too often",
    "warm-far": "after reading far too often",
}

FRAME = warm_frame("fig3", TITLES, (*LACKING, "kept moments and an untied embedding (`fig3b`)"))
compute, draw, tables, gathered = trained.figure(FRAME)
