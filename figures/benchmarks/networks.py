"""The weights of the paper's networks, by shape: those with two or four axes, which FIRE replaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, TypeAlias

import numpy as np

Shapes: TypeAlias = dict[str, tuple[int, ...]]

#: The stages of ResNet-18, two blocks each.
STAGES = (64, 128, 256, 512)
#: What nanoGPT rounds GPT-2's 50257 words up to.
WORDS = 50304


def resnet18(classes: int = 10, hidden: int = 512) -> Shapes:
    """
    Return the weights of the paper's ResNet-18.

    Parameters
    ----------
    classes : int
        CIFAR-10's.
    hidden : int
        Width of the one hidden layer of the head.

    Returns
    -------
    dict
        Name to shape: a 3 x 3 stem without a pool, eight blocks, two linear layers.
    """
    found: Shapes = {"stem": (STAGES[0], 3, 3, 3)}
    before = STAGES[0]
    for stage, width in enumerate(STAGES, 1):
        for block in (0, 1):
            here = f"layer{stage}.{block}"
            found[f"{here}.conv1"] = (width, before, 3, 3)
            found[f"{here}.conv2"] = (width, width, 3, 3)
            if before != width:
                found[f"{here}.shortcut"] = (width, before, 1, 1)
            before = width
    return found | {"head.0": (hidden, before), "head.1": (classes, hidden)}


def vit_tiny_qk(depth: int = 12, width: int = 192) -> Shapes:
    """Return the queries and keys of ViT-Tiny: what the official code takes of it."""
    return {f"blocks.{i}.{name}": (width, width) for i in range(depth) for name in ("to_q", "to_k")}


def nature_dqn(actions: int = 6) -> Shapes:
    """Return every weight of the Nature DQN; the official code resets its linear layers instead."""
    return {
        "conv1": (32, 4, 8, 8),
        "conv2": (64, 32, 4, 4),
        "conv3": (64, 64, 3, 3),
        "fc1": (512, 64 * 7 * 7),
        "fc2": (actions, 512),
    }


def gpt2(depth: int = 12, width: int = 768, words: int = WORDS) -> Shapes:
    """Return the weights of GPT-2 124M: c_attn in its three parts, and the head, which is the token embedding."""
    found: Shapes = {}
    for i in range(depth):
        found |= {f"h.{i}.attn.{part}": (width, width) for part in ("q", "k", "v", "c_proj")}
        found |= {f"h.{i}.mlp.c_fc": (4 * width, width), f"h.{i}.mlp.c_proj": (width, 4 * width)}
    return found | {"lm_head": (words, width)}


NETWORKS: Mapping[str, Any] = {
    "ResNet-18": resnet18,
    "ViT-Tiny q/k": vit_tiny_qk,
    "Nature-DQN": nature_dqn,
    "GPT-2 124M": gpt2,
    "one 12288 x 768": lambda: {"W": (12288, 768)},
    "one 4096 x 4096": lambda: {"W": (4096, 4096)},
}


def parameters(shapes: Shapes) -> int:
    """Return how many numbers the weights hold."""
    return sum(prod(shape) for shape in shapes.values())


def flops(shapes: Shapes, steps: int) -> int:
    """
    Count the arithmetic of the plain iteration: two products a step, of every matrix and every spatial tap.

    Parameters
    ----------
    shapes : dict
        The weights.
    steps : int
        k.

    Returns
    -------
    int
        4 k m n min(m, n), summed.
    """
    return sum(4 * steps * prod(shape) * min(shape[:2]) for shape in shapes.values())


def drawn(shapes: Shapes) -> Iterator[np.ndarray[Any, np.dtype[np.float32]]]:
    """
    Draw every weight: what a step costs does not depend on the values.

    Parameters
    ----------
    shapes : dict
        The weights.

    Yields
    ------
    array
        Gaussian of He's scale, float32, the same each time.
    """
    for place, shape in enumerate(shapes.values()):
        values = np.random.default_rng([2602_08040, place]).standard_normal(shape, dtype=np.float32)
        yield values * np.float32((2 / prod(shape[1:])) ** 0.5)
