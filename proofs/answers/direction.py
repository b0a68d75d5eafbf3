"""Which direction is theorem 4?"""

from __future__ import annotations

import numpy as np

from fire_ref.theory import neuron_activity

from .text import table


def answer() -> str:
    """
    Show the bound against eps, and the counter-example for tall layers.

    Returns
    -------
    str
        Markdown.
    """
    rng = np.random.default_rng(0)
    rows = []
    for spread in (0.9, 0.5, 0.2, 0.05):
        s = np.sqrt(1 + spread / 8 * rng.uniform(-1, 1, 64))
        W = (np.linalg.qr(rng.standard_normal((64, 64)))[0] * s) @ np.linalg.qr(rng.standard_normal((64, 64)))[0]
        least, most = neuron_activity(W, gain=1.0)
        eps = least.hypotheses[1].value
        rows.append([f"{eps:.3f}", least.bound, least.sharper, least.measured, most.measured, most.bound])
    tall, _ = neuron_activity(np.vstack([np.eye(32), np.zeros((32, 32))]), gain=1.0)
    return "\n\n".join(
        [
            "**The paper's: a smaller DfI keeps more units awake.** The lower bound √((1 - ε)/(1 + ε)) rises to 1 "
            "as ε falls, so that no unit is τ-dormant for any τ below it. But it is the Gram matrix of the *rows* "
            "that must be near the identity. For d_out > d_in DfI does not see it: [I; 0] has DfI 0, and its least "
            f"active unit has {tall.measured:g} of the mean activity. Theorem 3 needs d_out ≥ d_in; only square "
            "layers satisfy both.",
            table(["√DfI of a 64 x 64 layer", "bound", "sharper", "least unit", "most", "bound"], rows),
        ]
    )
