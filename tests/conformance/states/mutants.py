"""Wrong networks, one mistake each: what somebody's code makes of a small network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

import fire_ref

from .small import State, initial, network

#: Edits the right state: (before, after, initial) -> after.
Edit = Callable[[State, State, State], State]


@dataclass(frozen=True)
class Mutant:
    """
    A wrong network, and how it must be named.

    `codes`: those of errors, in any order; the first at `tensor`. `notes`: further codes that come with it.
    """

    name: str
    recipe: str
    codes: tuple[str, ...]
    tensor: str
    edit: Edit
    dialect: str | None = None
    method: str | None = None
    severity: str = "error"
    halves: bool = True

    def states(self, dtype: str = "float32", seed: int = 0) -> tuple[State, State, State | None]:
        """Make the network before, the wrong one after, and the initial values."""
        before, first = network(self.recipe, dtype, seed), initial(self.recipe, dtype)
        after, _ = fire_ref.reinitialize(before, self.recipe, method=self.method, initial=first)
        return before, self.edit(before, dict(after), first or {}), first


def steps(W: Any, k: int | None, gain: float | str = "fan", layout: str | None = None) -> Any:
    """Reinitialise one array by k steps, or exactly."""
    way: dict[str, Any] = {"method": "svd"} if k is None else {"method": "newton-schulz", "steps": k}
    return fire_ref.fire(W, gain=gain, layout=layout, **way)


def put(name: str, make: Callable[[Any], Any]) -> Edit:
    """Replace one tensor by something made of what it was."""
    return lambda before, after, _: {**after, name: make(before[name]).astype(before[name].dtype)}


def twist(name: str, make: Callable[[Any], Any]) -> Edit:
    """Replace one tensor by something made of what it became."""
    return lambda _, after, __: {**after, name: make(after[name]).astype(after[name].dtype)}


def cut(name: str, edges: Sequence[int], k: int | None, axis: int = 0, layout: str | None = None) -> Edit:
    """Reinitialise contiguous blocks one by one."""

    def make(W: Any) -> Any:
        parts = [np.take(W, range(a, b), axis=axis) for a, b in pairwise(edges)]
        return np.concatenate([steps(part, k, layout=layout) for part in parts], axis=axis)

    return put(name, make)


def shards(name: str, many: int, k: int | None, axis: int = 0) -> Edit:
    """Reinitialise equal shards one by one."""

    def make(W: Any) -> Any:
        return np.concatenate([steps(part, k) for part in np.split(W, many, axis=axis)], axis=axis)

    return put(name, make)


def halved(W: Any) -> Any:
    """Reinitialise the left and the right half by themselves."""
    return np.concatenate([steps(part, 5) for part in np.split(W, 2, axis=1)], axis=1)


def flattened(k: int) -> Callable[[Any], Any]:
    """Reinitialise a kernel as one matrix."""

    def make(W: Any) -> Any:
        flat = steps(W.reshape(len(W), -1), k, gain=1.0).reshape(W.shape)
        return flat * sqrt(W.shape[0] / W.shape[1]) / (W.shape[2] * W.shape[3])

    return make


def triangular(W: Any) -> Any:
    """Return Q of QR, or of LQ."""
    wide = W.astype(np.float64)
    Q = np.linalg.qr(wide)[0] if len(W) >= W.shape[1] else np.linalg.qr(wide.T)[0].T
    return Q * sqrt(W.shape[0] / W.shape[1])


def shared_norm(W: Any) -> Any:
    """Divide every tap by the norm of all of them."""
    taps = np.moveaxis(W.astype(np.float64).reshape(*W.shape[:2], -1), -1, 0)
    X = fire_ref.newton_schulz(taps / np.linalg.norm(taps), 10, normalization="none")
    return np.moveaxis(X, 0, -1).reshape(W.shape) * sqrt(W.shape[0] / W.shape[1]) / len(taps)


def without(name: str) -> Edit:
    """Lose a tensor."""
    return lambda _, after, __: {one: value for one, value in after.items() if one != name}


C_ATTN, WTE, HEAD = "transformer.h.0.attn.c_attn.weight", "transformer.wte.weight", "lm_head.weight"
C_FC, C_PROJ = "transformer.h.0.mlp.c_fc.weight", "transformer.h.0.mlp.c_proj.weight"
QKV = "model.layers.1.self_attn.qkv_proj.weight"
QUERY, DENSE = "bert.encoder.layer.0.attention.self.query.weight", "bert.encoder.layer.0.intermediate.dense.weight"
WORDS, EMBED = "bert.embeddings.word_embeddings.weight", "model.embed_tokens.weight"


def untouched(name: str) -> Edit:
    """Leave one tensor as it was."""
    return lambda before, after, _: {**after, name: before[name].copy()}


def tied(make: Callable[[Any], Any]) -> Edit:
    """Replace both names of the tied embedding."""
    return lambda before, after, _: {**after, WTE: (V := make(before[WTE]).astype(before[WTE].dtype)), HEAD: V.copy()}


def row_dead(value: float) -> Callable[[Any], Any]:
    """Put a number into the first row."""

    def make(W: Any) -> Any:
        V = W.copy()
        V[0, 0] = value
        return V

    return make


MUTANTS = (
    # targets
    Mutant("the embedding is taken, too", "llama", ("WRONG_TARGETS",), EMBED, put(EMBED, lambda W: steps(W, 5))),
    Mutant("the head is taken, too", "llama", ("WRONG_TARGETS",), HEAD, put(HEAD, lambda W: steps(W, 5))),
    Mutant("to_v is taken, too", "vit", ("WRONG_TARGETS",), "blocks.0.attn.to_v.weight",
           put("blocks.0.attn.to_v.weight", lambda W: steps(W, 10))),
    Mutant("an adapter was added", "official", ("WRONG_TARGETS",), "lora.weight",
           lambda _, after, __: {**after, "lora.weight": np.ones((2, 2))}),
    Mutant("a weight is missing", "official", ("WRONG_TARGETS",), "fc.weight", without("fc.weight")),
    Mutant("one layer is skipped", "llama", ("SKIPPED_SILENTLY",), "model.layers.0.self_attn.v_proj.weight",
           untouched("model.layers.0.self_attn.v_proj.weight")),
    Mutant("the values are skipped", "gpt", ("SKIPPED_SILENTLY",), C_ATTN,
           lambda before, after, _: {**after, C_ATTN: np.concatenate([after[C_ATTN][:48], before[C_ATTN][48:]])}),
    Mutant("convolutions are skipped", "official", ("SKIPPED_SILENTLY",), "conv.weight", untouched("conv.weight")),
    Mutant("nothing was written back", "official", ("NOOP",), "conv.weight", lambda before, _, __: dict(before)),
    Mutant("a multiple of W", "official", ("NOOP",), "fc.weight", put("fc.weight", lambda W: 0.25 * W)),
    # what is no weight
    Mutant("a bias is zeroed", "official", ("NON_WEIGHT_CHANGED",), "fc.bias", put("fc.bias", np.zeros_like)),
    Mutant("a norm is changed", "llama", ("NON_WEIGHT_CHANGED",), "model.norm.weight",
           put("model.norm.weight", np.ones_like)),
    Mutant("a bias is missing", "official", ("NON_WEIGHT_CHANGED",), "fc.bias", without("fc.bias")),
    Mutant("a buffer moved", "resnet", ("NON_WEIGHT_CHANGED",), "bn1.running_mean",
           put("bn1.running_mean", lambda m: m + 1)),
    Mutant("a counter moved", "resnet", ("NON_WEIGHT_CHANGED",), "bn1.num_batches_tracked",
           put("bn1.num_batches_tracked", lambda n: n + 1)),
    Mutant("a weight is transposed", "official", ("SHAPE_CHANGED",), "fc.weight",
           lambda _, after, __: {**after, "fc.weight": after["fc.weight"].T.copy()}),
    Mutant("a weight was saved in another dtype", "official", ("DTYPE_CHANGED",), "fc.weight",
           lambda _, after, __: {**after, "fc.weight": after["fc.weight"].astype(np.float16)}, halves=False),
    Mutant("a bias was saved in another dtype", "official", ("DTYPE_CHANGED",), "fc.bias",
           lambda _, after, __: {**after, "fc.bias": after["fc.bias"].astype(np.float16)}, halves=False),
    # ties
    Mutant("only the head was written", "gpt", ("TIED_SPLIT",), WTE, untouched(WTE)),
    Mutant("only the embedding was written", "gpt", ("TIED_SPLIT",), HEAD, untouched(HEAD)),
    Mutant("projected once under each name", "gpt", ("TIED_TWICE",), HEAD,
           tied(lambda W: steps(steps(W.astype(np.float64), 5), 5))),
    Mutant("twice the steps", "gpt", ("TIED_TWICE",), HEAD, tied(lambda W: steps(W, 10))),
    # fused
    Mutant("c_attn is one matrix", "gpt", ("FUSED_QKV_WHOLE",), C_ATTN, put(C_ATTN, lambda W: steps(W, 5))),
    Mutant("c_attn is one matrix, exactly", "gpt", ("FUSED_QKV_WHOLE",), C_ATTN,
           put(C_ATTN, lambda W: steps(W, None)), "paper", "svd"),
    Mutant("c_attn is one matrix, in Conv1D", "gpt-hf", ("FUSED_QKV_WHOLE",), C_ATTN,
           put(C_ATTN, lambda W: steps(W, 5, layout="IO"))),
    Mutant("four blocks", "gpt", ("QKV_BOUNDARY",), C_ATTN, cut(C_ATTN, (0, 18, 36, 54, 72), 5)),
    Mutant("off by two rows", "gpt", ("QKV_BOUNDARY",), C_ATTN, cut(C_ATTN, (0, 26, 48, 72), 5)),
    Mutant("off by one row, exactly", "gpt", ("QKV_BOUNDARY",), C_ATTN, cut(C_ATTN, (0, 24, 47, 72), None),
           "paper", "svd"),
    Mutant("cut by rows in Conv1D", "gpt-hf", ("QKV_BOUNDARY",), C_ATTN, cut(C_ATTN, (0, 8, 16, 24), 5, 0, "IO")),
    Mutant("equal thirds for grouped queries", "llama", ("QKV_BOUNDARY",), QKV, cut(QKV, (0, 16, 32, 48), 5)),
    Mutant("grouped queries of another size", "llama", ("QKV_BOUNDARY",), QKV, cut(QKV, (0, 24, 36, 48), 5)),
    Mutant("heads one by one", "bert", ("SHARD_LOCAL",), QUERY, shards(QUERY, 4, 5)),
    Mutant("a matrix in thirds", "bert", ("QKV_BOUNDARY",), QUERY, shards(QUERY, 3, 5)),
    # shards
    *(
        Mutant(f"{many} shards of {('rows', 'columns')[axis]}", "bert", ("SHARD_LOCAL",), DENSE,
               shards(DENSE, many, 5, axis))
        for many in (2, 4, 8)
        for axis in (0, 1)
    ),
    Mutant("2 exact shards", "bert", ("SHARD_LOCAL",), DENSE, shards(DENSE, 2, None), "paper", "svd"),
    Mutant("shards of a kernel", "official", ("SHARD_LOCAL",), "conv.weight", shards("conv.weight", 2, 10)),
    Mutant("column shards of c_attn", "gpt", ("SHARD_LOCAL",), C_ATTN,
           put(C_ATTN, lambda W: np.concatenate([halved(block) for block in np.split(W, 3)]))),
    # gains
    Mutant("in and out are swapped", "gpt-hf", ("LAYOUT_IN_OUT",), C_FC, put(C_FC, lambda W: steps(W, 5))),
    Mutant("in and out are swapped in flax", "official", ("LAYOUT_IN_OUT",), "fc.weight",
           put("fc.weight", lambda W: steps(W, 10, gain=sqrt(0.5)))),
    Mutant("no gain", "official", ("WRONG_GAIN",), "fc.weight", put("fc.weight", lambda W: steps(W, 10, gain=1.0))),
    Mutant("an odd gain", "official", ("WRONG_GAIN",), "fc.weight", put("fc.weight", lambda W: steps(W, 10, gain=1.7))),
    Mutant("the norm is kept", "official", ("WRONG_GAIN",), "fc.weight",
           put("fc.weight", lambda W: steps(W, 10, gain="norm"))),
    Mutant("negated", "official", ("SIGN_FLIPPED",), "fc.weight", twist("fc.weight", lambda V: -V)),
    Mutant("the side of the kernel", "official", ("GAIN_KERNEL_SIDE",), "conv.weight",
           twist("conv.weight", lambda V: 3 * V)),
    Mutant("no area", "official", ("MISSING_KERNEL_AREA",), "conv.weight", twist("conv.weight", lambda V: 9 * V)),
    # the map
    Mutant("four steps", "gpt", ("WRONG_STEPS",), C_FC, put(C_FC, lambda W: steps(W, 4))),
    Mutant("converged", "gpt", ("WRONG_STEPS",), C_FC, put(C_FC, lambda W: steps(W, None))),
    Mutant("called twice", "gpt", ("WRONG_STEPS",), C_FC,
           put(C_FC, lambda W: steps(steps(W.astype(np.float64), 5), 5))),
    Mutant("five steps for exact", "official", ("UNDER_ITERATED",), "fc.weight",
           put("fc.weight", lambda W: steps(W, 5)), "paper", "svd"),
    Mutant("the spectral norm", "gpt", ("NORMALISATION_KIND",), C_FC,
           put(C_FC, lambda W: 2 * fire_ref.newton_schulz(W.astype(np.float64), 5, normalization="spectral")),
           halves=False),
    Mutant("no norm", "gpt", ("NO_NORMALISATION",), C_PROJ,
           put(C_PROJ, lambda W: fire_ref.newton_schulz(W.astype(np.float64), 5, normalization="none") / 2),
           halves=False),
    Mutant("Muon's coefficients", "official", ("COEFFICIENT_TYPO",), "fc.weight",
           put("fc.weight", lambda W: sqrt(2) * fire_ref.newton_schulz(W.astype(np.float64), 5, coefficients="muon"))),
    Mutant("flattened", "official", ("CONV_FLATTENED",), "conv.weight", put("conv.weight", flattened(10))),
    Mutant("matrices of kh x kw", "official", ("CONV_KERNEL_AXES",), "conv.weight",
           put("conv.weight", lambda W: steps(W, 10, layout="abOI"))),
    Mutant("one norm for all taps", "official", ("BATCH_MIXED",), "conv.weight", put("conv.weight", shared_norm),
           halves=False),
    Mutant("QR", "official", ("WRONG_FACTOR_QR",), "fc.weight", put("fc.weight", triangular)),
    Mutant("LQ", "official", ("WRONG_FACTOR_QR",), "head.weight", put("head.weight", triangular)),
    Mutant("another isometry", "official", ("WRONG_FACTOR",), "fc.weight",
           put("fc.weight", lambda W: triangular(np.random.default_rng(7).standard_normal(W.shape))), "paper", "svd"),
    Mutant("permuted rows", "official", ("WRONG_FACTOR",), "fc.weight", twist("fc.weight", lambda V: V[::-1]), "paper",
           "svd"),
    Mutant("permuted rows, before it converged", "gpt", ("UNEXPLAINED",), C_FC, twist(C_FC, lambda V: V[::-1])),
    Mutant("computed in float16", "official", ("DTYPE_DOWNCAST",), "fc.weight",
           put("fc.weight", lambda W: steps(W, 10).astype(np.float16)), halves=False),
    # what is no number
    Mutant("NaN", "official", ("NONFINITE",), "fc.weight", twist("fc.weight", row_dead(np.nan))),
    Mutant("zero", "official", ("ZEROED",), "fc.weight", put("fc.weight", np.zeros_like)),
    # what is put back or copied
    Mutant("the linear layer is not reset", "dqn", ("SKIPPED_SILENTLY",), "q_network.fc.weight",
           lambda before, after, _: {**after, **{f"{net}.fc.weight": before["q_network.fc.weight"]
                                                 for net in ("q_network", "target_network")}}),
    Mutant("the convolution is reset, too", "dqn", ("WRONG_TARGETS",), "q_network.conv1.weight",
           lambda _, after, first: {**after, **{f"{net}.conv1.weight": first["q_network.conv1.weight"]
                                                for net in ("q_network", "target_network")}}),
    Mutant("the linear layer is projected", "dqn", ("WRONG_RESET",), "q_network.fc.weight",
           lambda before, after, _: {**after, **{f"{net}.fc.weight": steps(before["q_network.fc.weight"], 10)
                                                 for net in ("q_network", "target_network")}}),
    Mutant("the convolution's bias is reset", "dqn", ("NON_WEIGHT_CHANGED",), "q_network.conv1.bias",
           lambda _, after, first: {**after, "q_network.conv1.bias": first["q_network.conv1.bias"]}),
    Mutant("the target keeps its weights", "dqn", ("SKIPPED_SILENTLY",), "target_network.conv1.weight",
           untouched("target_network.conv1.weight")),
    Mutant("the target is projected by itself", "dqn", ("WRONG_COPY",), "target_network.conv1.weight",
           put("target_network.conv1.weight", lambda W: steps(W, 10))),
    Mutant("the target's bias is copied", "dqn", ("NON_WEIGHT_CHANGED",), "target_network.conv1.bias",
           lambda _, after, __: {**after, "target_network.conv1.bias": after["q_network.conv1.bias"]}),
)  # fmt: skip
