"""The transformer: torch's to rounding, nobody looks ahead, and token by token it is the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from figures import transformer
from figures.cross_entropy import nats
from figures.transformer import Array, Cache, Shape, State, logits
from fire_ref.tolerances import EPS

from ..backends import available

SHAPE = Shape(layers=2, heads=4, groups=2)
WIDTH, INNER, VOCABULARY, TIME = 16, 24, 11, 9


def made(rng: np.random.Generator, dtype: str = "float64", shape: Shape = SHAPE) -> State:
    shared = WIDTH * shape.groups // shape.heads
    rows = {"self_attn.q": (WIDTH, WIDTH), "self_attn.k": (shared, WIDTH), "self_attn.v": (shared, WIDTH)}
    rows |= {"self_attn.o": (WIDTH, WIDTH), "mlp.gate": (INNER, WIDTH), "mlp.up": (INNER, WIDTH)}
    rows |= {"mlp.down": (WIDTH, INNER)}
    state: dict[str, Array] = {
        "embed_tokens.weight": rng.standard_normal((VOCABULARY, WIDTH)),
        "norm.weight": 1 + 0.1 * rng.standard_normal(WIDTH),
    }
    for i in range(shape.layers):
        state |= {f"layers.{i}.{name}_proj.weight": 0.4 * rng.standard_normal(size) for name, size in rows.items()}
        for name in ("input", "post_attention"):
            state[f"layers.{i}.{name}_layernorm.weight"] = 1 + 0.1 * rng.standard_normal(WIDTH)
    return {name: value.astype(dtype) for name, value in state.items()}


@pytest.fixture
def tokens(rng: np.random.Generator) -> Array:
    return rng.integers(0, VOCABULARY, (3, TIME))


def in_torch(state: State, shape: Shape, tokens: Array) -> Array:
    """The same network, written for torch: complex rotations, torch's own attention, norms and activation."""
    import torch
    from torch.nn import functional

    W = {name: torch.tensor(value) for name, value in state.items()}
    size = WIDTH // shape.heads
    angles = torch.outer(torch.arange(tokens.shape[1]), 10000.0 ** (-torch.arange(0, size, 2).double() / size))
    turns = torch.polar(torch.ones_like(angles), angles).to(
        torch.complex64 if W["norm.weight"].dtype == torch.float32 else torch.complex128
    )

    def heads(x: Any, matrix: Any, turned: bool) -> Any:
        y = functional.linear(x, matrix).unflatten(-1, (-1, size)).transpose(1, 2)
        if not turned:
            return y
        return torch.view_as_real(torch.view_as_complex(y.unflatten(-1, (-1, 2)).contiguous()) * turns).flatten(-2)

    x = functional.embedding(torch.tensor(tokens), W["embed_tokens.weight"])
    for i in range(shape.layers):
        at = f"layers.{i}."
        y = functional.rms_norm(x, (WIDTH,), W[f"{at}input_layernorm.weight"], 1e-5)
        q, k, v = (heads(y, W[f"{at}self_attn.{one}_proj.weight"], one != "v") for one in "qkv")
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        x = x + functional.linear(mixed.transpose(1, 2).flatten(-2), W[f"{at}self_attn.o_proj.weight"])
        y = functional.rms_norm(x, (WIDTH,), W[f"{at}post_attention_layernorm.weight"], 1e-5)
        gate, up = (functional.linear(y, W[f"{at}mlp.{one}_proj.weight"]) for one in ("gate", "up"))
        x = x + functional.linear(functional.silu(gate) * up, W[f"{at}mlp.down_proj.weight"])
    y = functional.rms_norm(x, (WIDTH,), W["norm.weight"], 1e-5)
    return np.asarray(functional.linear(y, W["embed_tokens.weight"]))


def rounding(dtype: str, wanted: Array) -> float:
    """What may differ: a rounding for each term of a sum, in every layer, through weights of norm about 3."""
    return 10 * SHAPE.layers * INNER * EPS[dtype] * float(np.abs(wanted).max())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("groups", [1, 2, 4])
def test_it_is_torchs(dtype: str, groups: int, tokens: Array, rng: np.random.Generator) -> None:
    torch = available("torch")
    shape = SHAPE._replace(groups=groups)
    state = made(rng, dtype, shape)
    found, wanted = logits(state, shape, tokens), in_torch(state, shape, tokens)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, wanted, rtol=0, atol=rounding(dtype, wanted))
    targets = rng.integers(0, VOCABULARY, tokens.size)
    loss = torch.nn.functional.cross_entropy(torch.tensor(wanted).flatten(0, 1).double(), torch.tensor(targets))
    off = 2 * rounding(dtype, wanted)
    assert nats(found.reshape(-1, VOCABULARY), targets).mean() == pytest.approx(float(loss), rel=0, abs=off)


def without_positions(*_: int) -> Array:
    return np.ones((TIME, 2), complex)


def halves(x: Array, first: int) -> Array:
    """The rotation of the Hugging Face port: the pairs are (i, i + size / 2)."""
    turn = transformer.rotation(first, *x.shape[-2:])
    low, high = np.split(x, 2, axis=-1)
    return np.concatenate([low * turn.real - high * turn.imag, low * turn.imag + high * turn.real], axis=-1)


def centred(x: Array, scale: Array) -> Array:
    return np.asarray((x - x.mean(axis=-1, keepdims=True)) / x.std(axis=-1, keepdims=True) * scale)


def everything(time: int, before: int) -> Array:
    return np.ones((time, before + time), bool)


def one_ahead(time: int, before: int) -> Array:
    return np.tri(time, before + time, before + 1, dtype=bool)


MUTANTS: dict[str, tuple[str, Callable[..., Array]]] = {
    "no positions": ("rotation", without_positions),
    "the other pairs": ("_rotated", halves),
    "layer norm": ("_normed", centred),
    "relu": ("_silu", lambda x: np.maximum(x, 0)),
    "no mask": ("_seen", everything),
    "a mask that is one off": ("_seen", one_ahead),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_network_is_not_torchs(
    name: str, tokens: Array, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    available("torch")
    state = made(rng)
    wanted = in_torch(state, SHAPE, tokens)
    monkeypatch.setattr(transformer, *MUTANTS[name])
    assert np.abs(logits(state, SHAPE, tokens) - wanted).max() > 1e6 * rounding("float64", wanted)


def looks_ahead(state: State, tokens: Array) -> bool:
    """Whether another token changes what was expected before it."""
    other = tokens.copy()
    other[:, 6] = (other[:, 6] + 1) % VOCABULARY
    before, after = (logits(state, SHAPE, one) for one in (tokens, other))
    assert np.abs(before[:, 6:] - after[:, 6:]).max() > 0.1, "it changes what comes after"
    return not np.array_equal(before[:, :6], after[:, :6])


def test_nobody_looks_ahead(tokens: Array, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    state = made(rng)
    assert not looks_ahead(state, tokens)
    for mutant in (everything, one_ahead):
        monkeypatch.setattr(transformer, "_seen", mutant)
        assert looks_ahead(state, tokens)


def by_pieces(state: State, tokens: Array) -> Array:
    cache: Cache = {}
    parts = [tokens[:, :4], tokens[:, 4:5], tokens[:, 5:]]
    return np.concatenate([logits(state, SHAPE, part, cache) for part in parts], axis=1)


def test_it_is_continued_as_if_read_at_once(
    tokens: Array, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = made(rng)
    whole = logits(state, SHAPE, tokens)
    np.testing.assert_allclose(by_pieces(state, tokens), whole, rtol=0, atol=rounding("float64", whole))
    # A cache whose keys are turned as if every piece began the text.
    right = transformer._rotated
    monkeypatch.setattr(transformer, "_rotated", lambda x, first: right(x, 0))
    assert np.abs(by_pieces(state, tokens) - whole).max() > 1e6 * rounding("float64", whole)


def test_groups_are_shared_heads(tokens: Array, rng: np.random.Generator) -> None:
    state = dict(made(rng))
    whole = logits(state, SHAPE, tokens)
    size = WIDTH // SHAPE.heads
    for name in [name for name in state if "k_proj" in name or "v_proj" in name]:
        state[name] = state[name].reshape(SHAPE.groups, size, WIDTH).repeat(2, axis=0).reshape(WIDTH, WIDTH)
    again = logits(state, SHAPE._replace(groups=SHAPE.heads), tokens)
    np.testing.assert_allclose(again, whole, rtol=0, atol=rounding("float64", whole))


def test_large_activations_do_not_overflow() -> None:
    large = np.array([-1e30, -1e3, 0.0, 1e3], np.float32)
    np.testing.assert_array_equal(transformer._silu(large), np.array([0.0, 0.0, 0.0, 1e3], np.float32))
