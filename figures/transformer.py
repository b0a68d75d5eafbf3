"""
A language model of LLaMA's shape, forwards, in NumPy: root-mean-square norms, rotary positions, SwiGLU, grouped heads.

    x <- x + O attention(norm(x));    x <- x + D (silu(G norm(x)) * U norm(x));    logits = E norm(x)

Arithmetic in the weights' dtype. Names of the state are those of the Hugging Face port; the rotary pairs are
neighbours, as in llama2.c (that port's own checkpoints hold the rows of q and k in another order).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
State: TypeAlias = Mapping[str, Array]
#: Keys and values of every layer at the positions read before, each (batch, groups, positions, size).
Cache: TypeAlias = dict[int, tuple[Array, Array]]

#: Added to the mean square, and the base of the rotary frequencies: LLaMA's.
EPS, BASE = 1e-5, 10000.0


class Shape(NamedTuple):
    """What the state does not tell: the layers, the heads of queries, and the groups that share keys and values."""

    layers: int
    heads: int
    groups: int


def logits(state: State, shape: Shape, tokens: Array, cache: Cache | None = None) -> Array:
    """
    Return what the network expects after every token.

    Parameters
    ----------
    state : mapping of str to ndarray
        All weights; embed_tokens.weight is the head, too.
    shape : Shape
        Of the network.
    tokens : ndarray of int, shape (batch, time)
        From the first on; with a cache, those that follow what was read into it.
    cache : dict, optional
        Empty at first; filled, so that a text can be continued token by token.

    Returns
    -------
    ndarray, shape (batch, time, vocabulary)
    """
    x = state["embed_tokens.weight"][tokens]
    for i in range(shape.layers):
        own = {name.removeprefix(f"layers.{i}."): W for name, W in state.items() if name.startswith(f"layers.{i}.")}
        x = x + _attention(own, shape, _normed(x, own["input_layernorm.weight"]), i, cache)
        inner = _normed(x, own["post_attention_layernorm.weight"])
        gate, up = (_applied(own[f"mlp.{name}_proj.weight"], inner) for name in ("gate", "up"))
        x = x + _applied(own["mlp.down_proj.weight"], _silu(gate) * up)
    return _applied(state["embed_tokens.weight"], _normed(x, state["norm.weight"]))


def _attention(own: State, shape: Shape, x: Array, layer: int, cache: Cache | None) -> Array:
    batch, time, width = x.shape
    before = cache[layer][0].shape[2] if cache is not None and layer in cache else 0
    q, k, v = (_headed(_applied(own[f"self_attn.{name}_proj.weight"], x), width // shape.heads) for name in "qkv")
    q, k = _rotated(q, before), _rotated(k, before)
    if cache is not None:
        if before:
            k, v = (np.concatenate(pair, axis=2) for pair in zip(cache[layer], (k, v), strict=True))
        cache[layer] = k, v
    # Head h of the queries reads group h // (heads / groups).
    k, v = (np.repeat(one, shape.heads // shape.groups, axis=1) for one in (k, v))
    scores = q @ k.swapaxes(-1, -2) / np.asarray(q.shape[-1] ** 0.5, x.dtype)
    scores = np.where(_seen(time, before), scores, -np.inf)
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = (shares / shares.sum(axis=-1, keepdims=True)) @ v
    return _applied(own["self_attn.o_proj.weight"], mixed.swapaxes(1, 2).reshape(batch, time, width))


def _seen(time: int, before: int) -> Array:
    # Nobody looks ahead: the query at before + i sees keys 0 .. before + i.
    return np.tri(time, before + time, before, dtype=bool)


def _applied(W: Array, x: Array) -> Array:
    # One product for all rows: of three axes, NumPy makes one for each text, and reads W again for each.
    return np.asarray(x.reshape(-1, x.shape[-1]) @ W.T).reshape(*x.shape[:-1], len(W))


def _headed(x: Array, size: int) -> Array:
    """Cut the last axis into heads of one size, and put them before time."""
    return x.reshape(*x.shape[:2], -1, size).swapaxes(1, 2)


def rotation(first: int, time: int, size: int) -> Array:
    """
    Return the unit complex numbers that turn the pairs of a head at each position.

    Parameters
    ----------
    first, time : int
        The first position, and how many.
    size : int
        Of a head.

    Returns
    -------
    ndarray of complex128, shape (time, size / 2)
    """
    frequencies = BASE ** (-np.arange(0, size, 2) / size)
    return np.asarray(np.exp(1j * np.outer(np.arange(first, first + time), frequencies)))


def _rotated(x: Array, first: int) -> Array:
    turn = rotation(first, *x.shape[-2:])
    cos, sin = turn.real.astype(x.dtype), turn.imag.astype(x.dtype)
    even, odd = x[..., ::2], x[..., 1::2]
    return np.stack([even * cos - odd * sin, even * sin + odd * cos], axis=-1).reshape(x.shape)


def _normed(x: Array, scale: Array) -> Array:
    square = (x * x).mean(axis=-1, keepdims=True, dtype=np.float64)
    return np.asarray(x * (1 / np.sqrt(square + EPS)).astype(x.dtype) * scale)


def _silu(x: Array) -> Array:
    # x / (1 + exp(-x)), which would overflow.
    half = x / 2
    return np.asarray(half * (1 + np.tanh(half)))
