"""Do dead units survive?"""

from __future__ import annotations

import numpy as np

import fire_ref

from .text import table


def answer() -> str:
    """
    Kill one unit of layers of three shapes and reinitialise them.

    Returns
    -------
    str
        Markdown.
    """
    rows: list[list[object]] = []
    for shape in ((64, 32), (32, 32), (32, 64)):
        W = np.random.default_rng(0).standard_normal(shape)
        W[3] = 0.0
        exact, steps = fire_ref.polar_factor(W), fire_ref.newton_schulz(W, 60)
        found = [float(np.linalg.norm(X[3])) for X in (exact, steps)]
        rows.append([f"{shape[0]} x {shape[1]}", *found, float(fire_ref.dfi(exact)), float(fire_ref.dfi(steps))])
    return "\n\n".join(
        [
            "**In a tall layer of full column rank, always: Q = W H^(-1), so a zero row stays a zero row, exact or "
            "not.** A square or wide layer with a zero row has not full rank. There the completed factor of an SVD "
            "revives the unit and reaches DfI 0, while Newton-Schulz leaves it dead and DfI at 1. Biases are never "
            "touched, so a unit that a bias keeps off stays off.",
            table(
                ["unit 3 dead", "its norm in Q", "after 60 steps", "DfI of Q", "DfI after 60 steps"],
                rows,
            ),
        ]
    )
