"""Where does a fixed k break, and do five steps suffice?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fire_ref import predict, steps_needed

from .text import table

WIDTHS = (8, 16, 32, 64, 128, 256, 512, 768, 1024)
SEEDS = range(5)
STEPS = (5, 10, 15, 20)
#: nanoGPT's initial scale.
SCALE = 0.02


def answer() -> str:
    """
    Tabulate DfI against width and k, for Gaussian squares.

    Returns
    -------
    str
        Markdown.
    """
    rows: list[list[object]] = []
    worse: dict[int, int] = {}
    for n in WIDTHS:
        found = [_one(n, seed) for seed in SEEDS]
        own, plain, need = (
            float(np.median([getattr(one, name) for one in found])) for name in ("own", "plain", "need")
        )
        left = {k: float(np.median([one.left[k] for one in found])) for k in STEPS}
        for k in STEPS:
            if left[k] > plain:
                worse.setdefault(k, n)
            else:
                worse.pop(k, None)
        rows.append([str(n), own, plain, *left.values(), int(need)])
    broken = " and ".join(f"k = {k} from n = {n} on" for k, n in worse.items())
    return "\n\n".join(
        [
            "**Five steps leave a DfI far above 1 from n = 16 on, and no fixed k serves all widths.** The largest "
            "singular values start at about 2/√n and the smallest at about n^(-3/2) of the norm; each step "
            "multiplies the small ones by 1.5 at most, so that every doubling of n needs about 2.5 more steps. "
            f"Measured at gain 1, where these weights (standard deviation {SCALE}, as in nanoGPT) stand, more DfI "
            f"than before is left by {broken}. Gaussian n x n, medians of {len(SEEDS)}; the last column: steps until "
            "all is within 1e-3.",
            table(
                ["n", "DfI, own scale", "DfI, gain 1", *(f"k = {k}" for k in STEPS), "steps needed"],
                rows,
            ),
        ]
    )


class _Found(NamedTuple):
    own: float
    plain: float
    left: dict[int, float]
    need: int


def _one(n: int, seed: int) -> _Found:
    s = SCALE * np.linalg.svd(np.random.default_rng([n, seed]).standard_normal((n, n)), compute_uv=False)
    W = np.diag(s)  # DfI and steps follow from the singular values alone
    own, plain = (float(np.sum((t * t - 1) ** 2)) for t in (s / s.mean(), s))
    return _Found(own, plain, {k: float(predict(W, k).dfi) for k in STEPS}, int(steps_needed(W, tol=1e-3)))
