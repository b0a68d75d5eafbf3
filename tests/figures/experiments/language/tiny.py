"""Small texts, and a network that has moved away from where it began."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from figures.experiments.language.gpt import gpt
from figures.experiments.language.panels import PERMUTED, WARM
from figures.experiments.language.sizes import TextSizes
from figures.experiments.language.texts import Corpora, parted

PERMUTED_TINY: TextSizes = PERMUTED["tiny"]
WARM_TINY: TextSizes = replace(WARM["tiny"], before=4)


def corpora(seed: int = 3) -> Corpora:
    """Two texts of few letters, in which the letter before tells something about the next."""
    rng = np.random.default_rng(seed)
    walks = (np.cumsum(rng.integers(3, size=length)) % 20 + 60 for length in (500, 2000))
    first, second = (parted(walk.astype(np.uint8)) for walk in walks)
    return Corpora(first, second)


def network(sizes: TextSizes = PERMUTED_TINY, seed: int = 0, far: float = 0.0) -> Any:
    import torch

    model = gpt(
        layers=sizes.layers,
        width=sizes.width,
        heads=sizes.heads,
        context=sizes.context,
        vocabulary=sizes.vocabulary,
        seed=seed,
        tied=sizes.tied,
    )
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for tensor in model.parameters():
            tensor += far * torch.from_numpy(rng.standard_normal(tuple(tensor.shape)).astype(np.float32))
    return model
