"""
A vision transformer (Dosovitskiy et al. 2020) for small images: ViT-Tiny as in the paper on FIRE.

Patches of 4 x 4 pixels, a class token, learned positions, twelve layers with the norm before each part, heads of 64,
GELU; queries, keys and values are three layers of their own, since the official code takes the first two.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ..seeded import seeded
from ..units import Unit

PATCH, DEPTH, HEAD = 4, 12, 64
#: How many times the stream the hidden layer is wide.
WIDER = 4
#: Deviation of the class token and the positions before training.
SMALL = 0.02


def vit_tiny(width: int, side: int, classes: int, seed: int) -> Any:
    """
    Return twelve layers of attention and of an MLP.

    Parameters
    ----------
    width : int
        Of the stream, a multiple of 64; 192 as published, which is three heads.
    side : int
        Of an image, a multiple of 4.
    classes : int
        To tell apart.
    seed : int
        Of the weights.

    Returns
    -------
    torch.nn.Module
        From images (b, 3, side, side) to scores (b, classes).
    """
    return seeded(lambda: _network()(width, side, classes), seed)


@cache
def _layer() -> Any:
    """Return the kind of layer, once torch can be imported."""
    from torch import nn

    class Layer(nn.Module):  # type: ignore[misc]  # torch is only known once it is imported
        def __init__(self, width: int) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.to_q, self.to_k, self.to_v = (nn.Linear(width, width, bias=False) for _ in range(3))
            self.to_out = nn.Linear(width, width)
            self.fc1, self.gelu, self.fc2 = nn.Linear(width, WIDER * width), nn.GELU(), nn.Linear(WIDER * width, width)

        def forward(self, x: Any) -> Any:
            x = x + self.attended(self.norm1(x))
            return x + self.fc2(self.gelu(self.fc1(self.norm2(x))))

        def attended(self, x: Any) -> Any:
            split = [to(x).unflatten(-1, (-1, HEAD)).transpose(1, 2) for to in (self.to_q, self.to_k, self.to_v)]
            return self.to_out(nn.functional.scaled_dot_product_attention(*split).transpose(1, 2).flatten(2))

    return Layer


@cache
def _network() -> Any:
    """Return the kind of network, once torch can be imported."""
    import torch
    from torch import nn

    class ViT(nn.Module):  # type: ignore[misc]  # torch is only known once it is imported
        def __init__(self, width: int, side: int, classes: int) -> None:
            super().__init__()
            self.patches = nn.Linear(3 * PATCH**2, width)
            self.token = nn.Parameter(SMALL * torch.randn(1, 1, width))
            self.positions = nn.Parameter(SMALL * torch.randn(1, (side // PATCH) ** 2 + 1, width))
            self.layers = nn.Sequential(*(_layer()(width) for _ in range(DEPTH)))
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

        def features(self, x: Any) -> Any:
            # (b, 3, side, side) -> (b, patches, 3 * PATCH * PATCH)
            cut = x.unflatten(3, (-1, PATCH)).unflatten(2, (-1, PATCH))
            patches = self.patches(cut.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2))
            stream = torch.cat([self.token.expand(len(x), -1, -1), patches], dim=1) + self.positions
            return self.norm(self.layers(stream)[:, 0])

        def forward(self, x: Any) -> Any:
            return self.head(self.features(x))

        def units(self) -> list[Unit]:
            return [Unit(layer.fc1, None, layer.gelu, layer.fc2) for layer in self.layers]

    return ViT
