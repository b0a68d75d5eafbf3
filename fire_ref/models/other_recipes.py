"""Recipes for networks that the official code cannot take, or takes wrongly; its language settings where they fit."""

from __future__ import annotations

from .official_recipes import FUSED, MASK, PART, WEIGHT
from .recipe import Recipe
from .rule import Rule
from .split import COLUMNS, ROWS, SQUARE, Split

_MATRIX = frozenset({2})
_STEPS = 5  # as the official language code

OTHER_RECIPES = (
    Recipe(
        "gpt-hf",
        "GPT-2 as Hugging Face stores it: Conv1D layers are (in, out), c_attn is cut by columns; k = 5 and the tied "
        "token embedding as in the official language code, which skips every Conv1D",
        (
            MASK,
            Rule(rf"{PART}wpe{WEIGHT}", "leave", reason="the position embedding, no linear layer"),
            Rule(rf"{PART}c_attn{WEIGHT}", axes=_MATRIX, layout="IO", split=Split(COLUMNS, FUSED), steps=_STEPS),
            Rule(rf"{PART}(c_proj|c_fc){WEIGHT}", axes=_MATRIX, layout="IO", steps=_STEPS),
            Rule(rf"{PART}lm_head{WEIGHT}", axes=_MATRIX, layout="OI", steps=_STEPS),
        ),
        tied=(("lm_head.weight", "wte.weight"),),
    ),
    Recipe(
        "llama",
        "LLaMA and its kin: q, k, v, o, gate, up, down, under the names of Hugging Face or Meta; k = 5 as the official "
        "language code; fused qkv_proj with grouped queries and gate_up_proj are cut; embeddings and head are left",
        (
            Rule(
                rf"{PART}(embed_tokens|tok_embeddings|lm_head|output){WEIGHT}",
                "leave",
                axes=_MATRIX,
                reason="the token embedding or head, which this recipe leaves",
            ),
            Rule(rf"{PART}qkv_proj{WEIGHT}", axes=_MATRIX, split=Split(ROWS, SQUARE), steps=_STEPS),
            Rule(rf"{PART}gate_up_proj{WEIGHT}", axes=_MATRIX, split=Split(ROWS, (1, 1)), steps=_STEPS),
            Rule(rf"{PART}(q|k|v|o|gate|up|down)_proj{WEIGHT}", axes=_MATRIX, steps=_STEPS),
            Rule(rf"{PART}(attention[./]w[qkvo]|feed_forward[./]w[123]){WEIGHT}", axes=_MATRIX, steps=_STEPS),
        ),
    ),
    Recipe(
        "bert",
        "BERT and its kin: query, key, value, every dense layer, pooler; k = 5 as the official language code; "
        "embeddings and what is tied to them are left",
        (
            Rule(
                rf"{PART}(\w+_embeddings|decoder){WEIGHT}",
                "leave",
                axes=_MATRIX,
                reason="an embedding, or the decoder tied to it, which this recipe leaves",
            ),
            Rule(rf"{PART}(query|key|value|dense|classifier|seq_relationship){WEIGHT}", axes=_MATRIX, steps=_STEPS),
        ),
    ),
)
