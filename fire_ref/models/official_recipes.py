"""The recipes of the official code's variants, with their steps, their eps and their quirks."""

from __future__ import annotations

from .recipe import Recipe
from .rule import Rule
from .split import ROWS, Split

#: How the name of a weight ends, in torch and in trees.
WEIGHT = r"[./](weight|kernel)$"
#: How the part of a name before that begins.
PART = r"(^|[./])"
FUSED = (1, 1, 1)
MASK = Rule(PART + r"(masked_)?bias$", "leave", axes=frozenset({3, 4}), reason="the causal mask, a buffer")

_LAYERS = frozenset({"Linear", "Conv2d"})
_LINEAR, _CONV = frozenset({"Linear"}), frozenset({"Conv2d"})
_STATISTICS = Rule(r"(running|moving)_|num_batches_tracked", "leave", reason="BatchNorm's statistics")
_VISION = (
    _STATISTICS,
    Rule(axes=frozenset({2, 4}), owners=_LAYERS, unowned=False),
    Rule(WEIGHT, axes=frozenset({2, 4}), owners=frozenset()),
)
#: A network that carries its target with it: `target_network.fc.weight` beside `q_network.fc.weight`.
_TARGET = r"^((?:.*[./])?)(?:target|target_network|target_net|target_q_network|q_target)"
_ONLINE = tuple(rf"\1{name}\2" for name in ("q_network", "q_net", "online_network", "online", "policy_net", "q"))


def _simba(name: str, gain: str | float, scaler: str) -> Recipe:
    dense = rf"{PART}\w*Dense\w*[./]kernel$"
    return Recipe(
        name,
        f"official SAC code (JAX, SimBa), its scaler {scaler!r}: every Dense kernel, (in, out), ensembles too; "
        "X / (||X||_F + 1e-8), k = 10; the target critic gets the critic's",
        (
            Rule(r"^((?:.*[./])?)target_critic([./].+)$", "copy", source=(r"\1critic\2",)),
            Rule(dense, axes=frozenset({2}), layout="IO", gain=gain, eps=1e-8),
            Rule(dense, axes=frozenset({3}), layout="bIO", gain=gain, eps=1e-8),
        ),
    )


OFFICIAL_RECIPES = (
    Recipe(
        "official",
        "official vision code, `fire.py`: every nn.Linear and nn.Conv2d weight, heads included, k = 10; of tensors "
        "whose layers are not known, everything with 2 or 4 axes",
        (Rule(axes=frozenset({2, 4}), owners=_LAYERS),),
    ),
    Recipe("resnet", "official vision code, by the names of weights: convolutions and heads, k = 10", _VISION),
    Recipe("vgg", "official vision code, by the names of weights: convolutions and heads, k = 10", _VISION),
    Recipe(
        "vit",
        "official vision code for ViT: modules called to_q or to_k only, k = 10",
        (Rule(rf"{PART}to_[qk]{WEIGHT}", axes=frozenset({2}), owners=_LINEAR),),
    ),
    Recipe(
        "gpt",
        "official language code (nanoGPT): every nn.Linear, k = 5, c_attn cut by rows into q, k, v; lm_head is tied to "
        "wte, so the token embedding is taken, too; convolutions take ten steps whatever is asked for linear layers",
        (
            MASK,
            Rule(rf"{PART}wpe{WEIGHT}", "leave", reason="the position embedding, no Linear layer"),
            Rule(rf"{PART}c_attn{WEIGHT}", axes=frozenset({2}), owners=_LINEAR, split=Split(ROWS, FUSED), steps=5),
            Rule(axes=frozenset({2}), owners=_LINEAR, unowned=False, steps=5),
            Rule(rf"{PART}(c_proj|c_fc|lm_head){WEIGHT}", axes=frozenset({2}), owners=frozenset(), steps=5),
            Rule(WEIGHT, axes=frozenset({4}), owners=_CONV, steps=10),
        ),
        tied=(("lm_head.weight", "wte.weight"),),
    ),
    Recipe(
        "dqn",
        "official RL code, DQN: Conv2d projected, k = 10; Linear weights and biases back to the initial network's; the "
        "target network gets all of it but the convolutions' biases",
        (
            Rule(
                rf"{_TARGET}[./](?:.+[./])?bias$",
                "leave",
                beside=4,
                reason="the target network's convolution bias, which the official code does not copy",
            ),
            Rule(rf"{_TARGET}([./].+)$", "copy", source=_ONLINE),
            Rule(WEIGHT, axes=frozenset({4}), owners=_CONV),
            Rule(WEIGHT, "reset", axes=frozenset({2}), owners=_LINEAR),
            Rule(r"[./]bias$", "reset", beside=2),
        ),
    ),
    _simba("simba", "fan", "muon"),
    _simba("simba-ortho", 1.0, "ortho_init"),
)
