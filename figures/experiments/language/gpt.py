"""
A language model of nanoGPT's shape and names, so that the recipe "gpt" finds in it what it finds there.

    x <- x + proj(attention(ln(x)));    x <- x + proj(gelu(fc(ln(x))));    logits = head(ln(x))

Norms before, learned positions, no biases, no dropout, as nanoGPT trains it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ..seeded import seeded
from ..units import Unit

#: The deviation of initial weights; that of the two layers that write to the stream is over the root of their number.
SPREAD = 0.02


def gpt(
    *,
    layers: int,
    width: int,
    heads: int,
    context: int,
    vocabulary: int,
    seed: int,
    tied: bool = True,
    device: str = "cpu",
) -> Any:
    """
    Return a network, initialised as nanoGPT does it.

    Parameters
    ----------
    layers, width, heads : int
        Blocks, the width of the stream, and the heads of attention, which must divide it.
    context : int
        The most tokens it reads at once.
    vocabulary : int
        Of tokens.
    seed : int
        Of its weights, which are drawn on the CPU; torch's own generator is left as it was.
    tied : bool
        Whether the head is the embedding of tokens.
    device : str
        Where it goes.

    Returns
    -------
    torch.nn.Module
        Called with tokens (batch, time) it gives logits (batch * time, vocabulary), a row for each prediction, so that
        loss and accuracy are those of any classifier; ``features(tokens)`` gives what the head is given,
        ``units()`` the hidden units.
    """
    return seeded(lambda: _kind()(layers, width, heads, context, vocabulary, tied), seed).to(device)


@cache
def _block() -> Any:
    """Return the class of one block; torch is imported only when the first network is made."""
    from torch import nn

    class Attention(nn.Module):  # type: ignore[misc]  # torch is imported late
        """Causal attention; the rows of `c_attn` are those of queries, keys and values."""

        def __init__(self, width: int, heads: int) -> None:
            super().__init__()
            self.heads = heads
            self.c_attn = nn.Linear(width, 3 * width, bias=False)
            self.c_proj = nn.Linear(width, width, bias=False)

        def forward(self, x: Any) -> Any:
            batch, time, width = x.shape
            q, k, v = self.c_attn(x).view(batch, time, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
            y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.c_proj(y.transpose(1, 2).reshape(batch, time, width))

    class Perceptron(nn.Module):  # type: ignore[misc]
        def __init__(self, width: int) -> None:
            super().__init__()
            self.c_fc = nn.Linear(width, 4 * width, bias=False)
            self.gelu = nn.GELU()
            self.c_proj = nn.Linear(4 * width, width, bias=False)

        def forward(self, x: Any) -> Any:
            return self.c_proj(self.gelu(self.c_fc(x)))

    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self, width: int, heads: int) -> None:
            super().__init__()
            self.ln_1, self.attn = nn.LayerNorm(width, bias=False), Attention(width, heads)
            self.ln_2, self.mlp = nn.LayerNorm(width, bias=False), Perceptron(width)

        def forward(self, x: Any) -> Any:
            x = x + self.attn(self.ln_1(x))
            return x + self.mlp(self.ln_2(x))

    return Block


@cache
def _kind() -> Any:
    """Return the network's class."""
    from torch import nn

    Block = _block()

    class GPT(nn.Module):  # type: ignore[misc]
        def __init__(self, layers: int, width: int, heads: int, context: int, vocabulary: int, tied: bool) -> None:
            super().__init__()
            self.transformer = nn.ModuleDict(
                {
                    "wte": nn.Embedding(vocabulary, width),
                    "wpe": nn.Embedding(context, width),
                    "h": nn.ModuleList(Block(width, heads) for _ in range(layers)),
                    "ln_f": nn.LayerNorm(width, bias=False),
                }
            )
            self.lm_head = nn.Linear(width, vocabulary, bias=False)
            if tied:
                self.transformer.wte.weight = self.lm_head.weight
            for name, weight in self.named_parameters():
                if weight.ndim == 2:
                    nn.init.normal_(weight, std=SPREAD / ((2 * layers) ** 0.5 if "c_proj" in name else 1))

        def features(self, tokens: Any) -> Any:
            t = self.transformer
            x = t.wte(tokens) + t.wpe.weight[: tokens.shape[1]]
            for block in t.h:
                x = block(x)
            return t.ln_f(x).flatten(0, 1)

        def forward(self, tokens: Any) -> Any:
            return self.lm_head(self.features(tokens))

        def units(self) -> list[Unit]:
            inner = [block.mlp for block in self.transformer.h]
            return [Unit(one.c_fc, None, one.gelu, one.c_proj) for one in inner]

    return GPT
