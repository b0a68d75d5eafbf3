"""Blocks of weights made by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from fire_ref.conformance.states.declaring import declared, dialect_of
from fire_ref.conformance.states.piece import Piece, piece
from fire_ref.layout import Layout
from fire_ref.models.blocks import Block
from fire_ref.models.rule import Rule


def block(
    W: Any, Y: Any, *, layout: str = "", dialect: str | None = None, dtype: str = "float32", **rule: Any
) -> Piece:
    """Make one piece of a whole tensor."""
    letters = layout or {2: "OI", 3: "bOI", 4: "OIHW"}[W.ndim]
    wanted = declared(Rule(**rule), dialect_of("f", dialect))
    whole = Block("", 0, 0, W.shape[0], W.shape, Layout(letters))
    return piece("w", "w", whole, W.astype(np.float64), np.asarray(Y).astype(np.float64), wanted, dtype)
