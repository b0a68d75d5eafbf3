"""Recipes for networks that the official code cannot take: layouts, fused weights, what is left."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref

from .official import allowed, official

State = dict[str, Any]


def is_five_steps(new: Any, weight: Any) -> bool:
    return bool(np.linalg.norm(new - official(weight, 5)) <= allowed(weight, weight.dtype.name, 5))


def gpt2(rng: np.random.Generator, n: int = 6, vocabulary: int = 15) -> State:
    """Name and store weights as Hugging Face's GPT-2 does: Conv1D weights are (in, out)."""
    shapes = {
        "transformer.wte.weight": (vocabulary, n),
        "transformer.wpe.weight": (9, n),
        "transformer.h.0.attn.c_attn.weight": (n, 3 * n),
        "transformer.h.0.attn.c_proj.weight": (n, n),
        "transformer.h.0.mlp.c_fc.weight": (n, 4 * n),
        "transformer.h.0.mlp.c_proj.weight": (4 * n, n),
    }
    state = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    return {**state, "transformer.h.0.attn.bias": np.ones((1, 1, 9, 9)), "lm_head.weight": state[next(iter(shapes))]}


def turned(state: State) -> State:
    """Store the same network as nanoGPT does: every weight (out, in)."""
    return {name: W.T.copy() if ".c_" in name else W for name, W in state.items()}


def test_gpt_hf_is_the_official_language_code_on_the_transposed_weights(rng: np.random.Generator) -> None:
    state = gpt2(rng)
    new, report = fire_ref.reinitialize(state, "gpt-hf")
    wanted, told = fire_ref.reinitialize(turned(state), "gpt")
    assert report.changed == told.changed
    for name, value in turned(new).items():
        assert np.linalg.norm(value - wanted[name]) <= 2 * allowed(wanted[name], "float64", 5), name
    fused = "transformer.h.0.attn.c_attn.weight"
    for before, after in zip(np.split(state[fused], 3, axis=1), np.split(new[fused], 3, axis=1), strict=True):
        assert is_five_steps(after.T, before.T)
    assert not is_five_steps(new[fused].T, state[fused].T), "the mutant: the fused matrix as one"
    up = "transformer.h.0.mlp.c_fc.weight"
    assert not is_five_steps(new[up], state[up]), "the mutant: (in, out) taken for (out, in)"


def llama(rng: np.random.Generator, kind: str, width: int = 8, kv: int = 2, hidden: int = 12) -> State:
    names: dict[str, tuple[int, int]]
    if kind == "hf":
        names = {
            "self_attn.q_proj": (width, width),
            "self_attn.k_proj": (kv, width),
            "self_attn.v_proj": (kv, width),
            "self_attn.o_proj": (width, width),
            "mlp.gate_proj": (hidden, width),
            "mlp.up_proj": (hidden, width),
            "mlp.down_proj": (width, hidden),
        }
    elif kind == "meta":
        names = {f"attention.w{x}": (kv if x in "kv" else width, width) for x in "qkvo"}
        names |= {f"feed_forward.w{x}": (width, hidden) if x == "2" else (hidden, width) for x in "123"}
    else:
        names = {
            "self_attn.qkv_proj": (width + 2 * kv, width),
            "self_attn.o_proj": (width, width),
            "mlp.gate_up_proj": (2 * hidden, width),
            "mlp.down_proj": (width, hidden),
        }
    state = {f"model.layers.0.{name}.weight": rng.standard_normal(shape) for name, shape in names.items()}
    table, head = ("tok_embeddings", "output") if kind == "meta" else ("embed_tokens", "lm_head")
    for name in (f"model.{table}.weight", f"{head}.weight"):
        state[name] = rng.standard_normal((20, width))
    return {**state, "model.layers.0.input_layernorm.weight": np.ones(width)}


@pytest.mark.parametrize("kind", ["hf", "meta"])
def test_llama_takes_attention_and_mlp_and_leaves_embeddings_and_head(kind: str, rng: np.random.Generator) -> None:
    state = llama(rng, kind)
    new, report = fire_ref.reinitialize(state, "llama")
    assert len(report.changed) == 7
    assert all("layers.0" in name and is_five_steps(new[name], state[name]) for name in report.changed)
    left = [name for name in report.skipped if state[name].ndim == 2]
    assert len(left) == 2
    assert {report.skipped[name] for name in left} == {"the token embedding or head, which this recipe leaves"}


def test_fused_llama_weights_are_cut_also_with_grouped_queries(rng: np.random.Generator) -> None:
    state = llama(rng, "fused")
    new, report = fire_ref.reinitialize(state, "llama")
    qkv, gate_up = "model.layers.0.self_attn.qkv_proj.weight", "model.layers.0.mlp.gate_up_proj.weight"
    for name, edges in (qkv, (8, 10)), (gate_up, (12,)):
        for before, after in zip(np.split(state[name], edges), np.split(new[name], edges), strict=True):
            assert is_five_steps(after, before)
        assert not is_five_steps(new[name], state[name])
    assert [row.name.partition("[")[2] for row in report.rows if row.name.startswith(qkv)] == [
        "rows 0:8]",
        "rows 8:10]",
        "rows 10:12]",
    ]
    assert [row.gain for row in report.rows[:3]] == [1.0, 0.5, 0.5], "each block has the gain of its own shape"


def test_a_fused_weight_of_other_sizes_is_refused_by_name(rng: np.random.Generator) -> None:
    state = {"model.layers.0.self_attn.qkv_proj.weight": rng.standard_normal((11, 8))}
    whole = r"must be cut as its rule says; got 11 rows in a square block of 8 and two equal ones\. Try other shares"
    with pytest.raises(ValueError, match=rf"^reinitialize: state\['model.layers.0.*qkv_proj.weight'\] {whole}"):
        fire_ref.reinitialize(state, "llama")


def test_bert_takes_dense_layers_and_leaves_embeddings_with_their_decoder(rng: np.random.Generator) -> None:
    shapes = {
        "bert.embeddings.word_embeddings.weight": (20, 6),
        "bert.embeddings.position_embeddings.weight": (9, 6),
        "bert.encoder.layer.0.attention.self.query.weight": (6, 6),
        "bert.encoder.layer.0.attention.output.dense.weight": (6, 6),
        "bert.encoder.layer.0.attention.output.LayerNorm.weight": (6,),
        "bert.encoder.layer.0.intermediate.dense.weight": (24, 6),
        "bert.pooler.dense.weight": (6, 6),
        "cls.predictions.transform.dense.weight": (6, 6),
    }
    state = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    state["cls.predictions.decoder.weight"] = state["bert.embeddings.word_embeddings.weight"].copy()
    new, report = fire_ref.reinitialize(state, "bert")
    assert set(report.changed) == {name for name in state if "dense" in name or "query" in name}
    assert all(is_five_steps(new[name], state[name]) for name in report.changed)
    assert report.skipped["cls.predictions.decoder.weight"].startswith("an embedding, or the decoder tied to it")
