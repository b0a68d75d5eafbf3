"""A small network for each recipe, as its users keep it: names, shapes, ties and buffers, not the sizes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from fire_ref.conformance.precision import numpy_dtype

State: TypeAlias = dict[str, Any]


class Maker:
    """Draws tensors of one dtype; weights at the scale of a trained network, no two alike."""

    def __init__(self, seed: int, dtype: str) -> None:
        self.rng, self.dtype = np.random.default_rng(seed), numpy_dtype(dtype)

    def weight(self, *shape: int) -> Any:
        scale = self.rng.uniform(0.5, 2.0) / np.sqrt(shape[1])
        return (scale * self.rng.standard_normal(shape)).astype(self.dtype)

    def vector(self, size: int) -> Any:
        return self.rng.standard_normal(size).astype(self.dtype)

    def norm(self, name: str, size: int) -> State:
        found = {f"{name}.{kind}": self.vector(size) for kind in ("weight", "bias", "running_mean")}
        return {
            **found,
            f"{name}.running_var": np.abs(self.vector(size)),
            f"{name}.num_batches_tracked": np.array(1234),
        }


def official(make: Maker) -> State:
    return {
        "conv.weight": make.weight(12, 6, 3, 3),
        "conv.bias": make.vector(12),
        "fc.weight": make.weight(48, 24),
        "fc.bias": make.vector(48),
        "head.weight": make.weight(10, 48),
    }


def resnet(make: Maker) -> State:
    return {
        "conv1.weight": make.weight(16, 3, 3, 3),
        **make.norm("bn1", 16),
        "layer1.0.conv1.weight": make.weight(16, 16, 3, 3),
        **make.norm("layer1.0.bn1", 16),
        "layer1.0.downsample.0.weight": make.weight(32, 16, 1, 1),
        **make.norm("layer1.0.downsample.1", 32),
        "fc.weight": make.weight(10, 32),
        "fc.bias": make.vector(10),
    }


def vgg(make: Maker) -> State:
    return {
        "features.0.weight": make.weight(16, 3, 3, 3),
        "features.0.bias": make.vector(16),
        "features.3.weight": make.weight(24, 16, 3, 3),
        "classifier.0.weight": make.weight(32, 24),
        "classifier.0.bias": make.vector(32),
    }


def vit(make: Maker) -> State:
    blocks = {f"blocks.0.attn.to_{x}.weight": make.weight(24, 24) for x in "qkv"}
    return {"patch.weight": make.weight(24, 12), **blocks, "mlp.0.weight": make.weight(48, 24), "pos": make.vector(24)}


def gpt(make: Maker) -> State:
    n, table = 24, make.weight(64, 24)
    return {
        "transformer.wte.weight": table,
        "transformer.wpe.weight": make.weight(16, n),
        "transformer.h.0.ln_1.weight": make.vector(n),
        "transformer.h.0.attn.c_attn.weight": make.weight(3 * n, n),
        "transformer.h.0.attn.c_attn.bias": make.vector(3 * n),
        "transformer.h.0.attn.c_proj.weight": make.weight(n, n),
        "transformer.h.0.mlp.c_fc.weight": make.weight(4 * n, n),
        "transformer.h.0.mlp.c_proj.weight": make.weight(n, 4 * n),
        "lm_head.weight": table.copy(),
    }


def gpt_hf(make: Maker) -> State:
    layers = (".c_attn.weight", ".c_proj.weight", ".c_fc.weight")
    return {name: np.ascontiguousarray(W.T) if name.endswith(layers) else W for name, W in gpt(make).items()}


def llama(make: Maker) -> State:
    d, kv, ff = 32, 8, 48
    return {
        "model.embed_tokens.weight": make.weight(64, d),
        "model.layers.0.self_attn.q_proj.weight": make.weight(d, d),
        "model.layers.0.self_attn.k_proj.weight": make.weight(kv, d),
        "model.layers.0.self_attn.v_proj.weight": make.weight(kv, d),
        "model.layers.0.self_attn.o_proj.weight": make.weight(d, d),
        "model.layers.0.mlp.gate_proj.weight": make.weight(ff, d),
        "model.layers.0.mlp.up_proj.weight": make.weight(ff, d),
        "model.layers.0.mlp.down_proj.weight": make.weight(d, ff),
        "model.layers.1.self_attn.qkv_proj.weight": make.weight(d + 2 * kv, d),
        "model.layers.1.mlp.gate_up_proj.weight": make.weight(2 * ff, d),
        "model.norm.weight": make.vector(d),
        "lm_head.weight": make.weight(64, d),
    }


def bert(make: Maker) -> State:
    d, layer = 24, "bert.encoder.layer.0."
    table = make.weight(64, d)
    return {
        "bert.embeddings.word_embeddings.weight": table,
        "bert.embeddings.position_embeddings.weight": make.weight(16, d),
        **{f"{layer}attention.self.{name}.weight": make.weight(d, d) for name in ("query", "key", "value")},
        f"{layer}attention.self.query.bias": make.vector(d),
        f"{layer}attention.output.dense.weight": make.weight(d, d),
        f"{layer}intermediate.dense.weight": make.weight(4 * d, d),
        f"{layer}output.dense.weight": make.weight(d, 4 * d),
        "bert.pooler.dense.weight": make.weight(d, d),
        "cls.predictions.decoder.weight": table.copy(),
    }


def dqn(make: Maker) -> State:
    one = {
        "conv1.weight": make.weight(16, 4, 4, 4),
        "conv1.bias": make.vector(16),
        "fc.weight": make.weight(32, 16),
        "fc.bias": make.vector(32),
    }
    target = {name: make.weight(*W.shape) if W.ndim > 1 else make.vector(len(W)) for name, W in one.items()}
    return {f"q_network.{name}": W for name, W in one.items()} | {f"target_network.{n}": W for n, W in target.items()}


def simba(make: Maker) -> State:
    critic = {
        "Dense_0": {"kernel": make.weight(2, 24, 32), "bias": make.weight(2, 32)},
        "Dense_1": {"kernel": make.weight(2, 32, 16)},
    }
    target = {"Dense_0": {"kernel": make.weight(2, 24, 32), "bias": make.weight(2, 32)}}
    target["Dense_1"] = {"kernel": make.weight(2, 32, 16)}
    actor = {
        "Dense_0": {"kernel": make.weight(24, 48), "bias": make.vector(48)},
        "LayerNorm_0": {"scale": make.vector(48)},
    }
    return {"actor": actor, "critic": critic, "target_critic": target}


NETWORKS: dict[str, Callable[[Maker], State]] = {
    "official": official,
    "resnet": resnet,
    "vgg": vgg,
    "vit": vit,
    "gpt": gpt,
    "gpt-hf": gpt_hf,
    "llama": llama,
    "bert": bert,
    "dqn": dqn,
    "simba": simba,
    "simba-ortho": simba,
}


def network(recipe: str, dtype: str = "float32", seed: int = 0) -> State:
    """Make the network of a recipe."""
    return NETWORKS[recipe](Maker(seed, dtype))


def initial(recipe: str, dtype: str = "float32") -> State | None:
    """Make the initial values that a recipe needs, if it does."""
    return network(recipe, dtype, seed=99) if recipe == "dqn" else None
