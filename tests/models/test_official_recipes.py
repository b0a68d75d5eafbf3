"""The recipes of the official code's variants, against loops written from the description of each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, iterate_bound

from ..backends import available
from .official import Host, allowed, official

State = dict[str, Any]
VISION = ("official", "resnet", "vgg")


def near(new: Any, weight: Any, steps: int, eps: float = 0.0) -> bool:
    """Say whether a weight (O, I, ...) became what the official loop makes of it."""
    before, after = np.asarray(weight), np.asarray(new)
    assert eps == 0.0 or before.ndim == 2
    scale = 1.0 if eps == 0.0 else np.linalg.norm(before) / (np.linalg.norm(before) + eps)
    dtype = before.dtype.name
    wanted = official(before, steps) if eps == 0.0 else sac(before.T, steps, eps).T
    assert scale > 0
    return bool(np.linalg.norm(after.astype(np.float64) - wanted) <= allowed(before, dtype, steps))


def sac(kernel: Host, steps: int = 10, eps: float = 1e-8, scaler: str = "muon") -> Host:
    """Reinitialise a Dense kernel (in, out) as the JAX code does: X / (||X||_F + eps), then the scaler's gain."""
    X = kernel.astype(np.float64)
    X = X / (np.linalg.norm(X) + eps)
    for _ in range(steps):
        X = 1.5 * X - 0.5 * (X @ X.T @ X)
    return X * ((kernel.shape[1] / kernel.shape[0]) ** 0.5 if scaler == "muon" else 1.0)


def draw(rng: np.random.Generator, shapes: dict[str, tuple[int, ...]], dtype: str = "float32") -> State:
    return {name: rng.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


def nanogpt(rng: np.random.Generator, n: int = 8, vocabulary: int = 20) -> State:
    block = "transformer.h.0."
    state = draw(
        rng,
        {
            "transformer.wte.weight": (vocabulary, n),
            "transformer.wpe.weight": (16, n),
            f"{block}ln_1.weight": (n,),
            f"{block}attn.c_attn.weight": (3 * n, n),
            f"{block}attn.c_attn.bias": (3 * n,),
            f"{block}attn.c_proj.weight": (n, n),
            f"{block}mlp.c_fc.weight": (4 * n, n),
            f"{block}mlp.c_proj.weight": (n, 4 * n),
        },
    )
    mask = np.tril(np.ones((1, 1, 16, 16), dtype=np.float32))
    return {**state, f"{block}attn.bias": mask, "lm_head.weight": state["transformer.wte.weight"]}


def test_gpt_takes_five_steps_and_cuts_q_k_v(rng: np.random.Generator) -> None:
    state = nanogpt(rng)
    new, report = fire_ref.reinitialize(state, "gpt")
    fused = "transformer.h.0.attn.c_attn.weight"
    for name in ("transformer.h.0.attn.c_proj.weight", "transformer.h.0.mlp.c_fc.weight", "lm_head.weight"):
        assert near(new[name], state[name], 5), name
        assert not near(new[name], state[name], 10), "the mutant: ten steps, as in vision"
    for before, after in zip(np.split(state[fused], 3), np.split(new[fused], 3), strict=True):
        assert near(after, before, 5)
    assert not near(new[fused], state[fused], 5), "the mutant: the fused matrix as one"
    assert set(report.changed) == {name for name in state if name.startswith(("lm", "transformer.wte"))} | {
        name for name in state if name.endswith("weight") and ".c_" in name
    }
    assert report.skipped["transformer.h.0.attn.bias"] == "the causal mask, a buffer"
    assert report.skipped["transformer.wpe.weight"] == "the position embedding, no Linear layer"
    assert (report.method, report.steps) == ("newton-schulz", 5)


@pytest.mark.parametrize("kept", ["shared", "equal", "table", "head"])
def test_the_head_and_the_token_embedding_are_one_tensor(kept: str, rng: np.random.Generator) -> None:
    state = nanogpt(rng)
    table, head = "transformer.wte.weight", "lm_head.weight"
    if kept == "equal":
        state[head] = state[head].copy()
    state = {name: W for name, W in state.items() if name != {"table": head, "head": table}.get(kept)}
    new, report = fire_ref.reinitialize(state, "gpt")
    for name in {table, head} & set(state):
        assert near(new[name], state[name], 5)
        assert not near(new[name], state[name], 10), "the mutant: projected twice"
    if kept in ("shared", "equal"):
        assert new[table] is new[head]
        assert [row.name for row in report.rows].count(head) == 1
        assert report.done[table] == f"tied to {head}"


def test_a_head_that_is_not_tied_leaves_the_embedding_alone(rng: np.random.Generator) -> None:
    state = nanogpt(rng)
    state["lm_head.weight"] = rng.standard_normal((20, 8)).astype("float32")
    new, report = fire_ref.reinitialize(state, "gpt")
    assert new["transformer.wte.weight"] is state["transformer.wte.weight"]
    assert near(new["lm_head.weight"], state["lm_head.weight"], 5)
    assert [note for note in report.notes if "are two tensors, not one" in note]


def test_the_language_codes_convolutions_take_ten_steps_whatever_linear_layers_take(rng: np.random.Generator) -> None:
    state = {**nanogpt(rng), **draw(rng, {"stem.conv.weight": (6, 4, 3, 3)})}
    new, _ = fire_ref.reinitialize(state, "gpt")
    assert near(new["stem.conv.weight"], state["stem.conv.weight"], 10)
    assert not near(new["stem.conv.weight"], state["stem.conv.weight"], 5)
    new, report = fire_ref.reinitialize(state, "gpt", steps=3)  # asked for in so many words, every rule gives way
    assert near(new["stem.conv.weight"], state["stem.conv.weight"], 3)
    assert report.notes[0] == "3 steps overrode recipe 'gpt', whose rules say 5 and 10"


def test_a_live_language_model_has_every_linear_layer_taken() -> None:
    torch = available("torch")
    nn = torch.nn

    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.c_attn, self.c_proj = nn.Linear(8, 24), nn.Linear(8, 8)
            self.register_buffer("bias", torch.ones(1, 1, 4, 4))

    model = nn.ModuleDict({"wte": nn.Embedding(20, 8), "wpe": nn.Embedding(4, 8), "attn": Attention()})
    model["odd_name"], model["lm_head"] = nn.Linear(8, 6), nn.Linear(8, 20, bias=False)
    model["wte"].weight = model["lm_head"].weight
    new, report = fire_ref.reinitialize(model, "gpt")
    linear = {"attn.c_attn.weight", "attn.c_proj.weight", "odd_name.weight", "lm_head.weight", "wte.weight"}
    assert set(report.changed) == linear
    state = {name: value.numpy() for name, value in model.state_dict().items()}
    for name in ("attn.c_proj.weight", "odd_name.weight", "wte.weight"):
        assert near(new[name].numpy(), state[name], 5), name
    for before, after in zip(np.split(state["attn.c_attn.weight"], 3), new["attn.c_attn.weight"].split(8), strict=True):
        assert near(after.numpy(), before, 5)


def test_vit_takes_queries_and_keys_only(rng: np.random.Generator) -> None:
    names = ("to_q", "to_k", "to_v", "to_out", "net.0", "not_to_q")
    state = draw(rng, {f"layers.0.{name}.weight": (6, 6) for name in names} | {"to_q.bias": (6,)})
    new, report = fire_ref.reinitialize(state, "vit")
    assert report.changed == ("layers.0.to_q.weight", "layers.0.to_k.weight")
    assert all(near(new[name], state[name], 10) for name in report.changed)
    assert next(iter(report.skipped)) == "layers.0.to_v.weight", "a matrix left alone is listed first"


@pytest.mark.parametrize("recipe", VISION)
def test_vision_takes_kernels_and_heads_and_no_statistics(recipe: str, rng: np.random.Generator) -> None:
    shapes = {"conv1.weight": (6, 4, 3, 3), "fc.weight": (5, 6), "fc.bias": (5,), "bn1.running_mean": (6,)}
    state = draw(rng, shapes)
    new, report = fire_ref.reinitialize(state, recipe)
    assert report.changed == ("conv1.weight", "fc.weight")
    assert all(near(new[name], state[name], 10) for name in report.changed)
    assert not near(new["fc.weight"], state["fc.weight"], 5)


@pytest.mark.parametrize("recipe", VISION)
def test_of_a_live_network_the_kinds_of_layers_decide(recipe: str) -> None:
    nn = available("torch.nn")
    model = nn.ModuleDict({"weight": nn.Conv2d(3, 4, 3), "up": nn.ConvTranspose2d(4, 4, 2), "fc": nn.Linear(4, 2)})
    model["table"], model["norm"] = nn.Embedding(5, 4), nn.BatchNorm2d(4)
    _, report = fire_ref.reinitialize(model, recipe)
    assert report.changed == ("weight.weight", "fc.weight")


def test_names_tell_weights_only_where_the_recipe_looks_at_them(rng: np.random.Generator) -> None:
    state = draw(rng, {"fc.weight": (4, 4), "table": (4, 4)})
    assert fire_ref.reinitialize(state, "official")[1].changed == ("fc.weight", "table")
    assert fire_ref.reinitialize(state, "resnet")[1].changed == ("fc.weight",)


DQN = {"conv.weight": (6, 4, 3, 3), "conv.bias": (6,), "fc.weight": (5, 6), "fc.bias": (5,)}


def dqn(rng: np.random.Generator) -> State:
    online = draw(rng, {f"q_network.{name}": shape for name, shape in DQN.items()})
    return online | draw(rng, {f"target_network.{name}": shape for name, shape in DQN.items()})


def test_dqn_projects_kernels_resets_linear_layers_and_copies_to_the_target(rng: np.random.Generator) -> None:
    state, initial = dqn(rng), dqn(rng)
    new, report = fire_ref.reinitialize(state, "dqn", initial=initial)
    assert near(new["q_network.conv.weight"], state["q_network.conv.weight"], 10)
    for name in ("q_network.fc.weight", "q_network.fc.bias"):
        assert np.array_equal(new[name], initial[name])
        assert not np.shares_memory(new[name], initial[name])
        assert report.done[name] == "reset to its initial values"
    for name in ("conv.weight", "fc.weight", "fc.bias"):
        assert np.array_equal(new[f"target_network.{name}"], new[f"q_network.{name}"])
        assert new[f"target_network.{name}"] is not new[f"q_network.{name}"], "a copy, not a tie"
    assert new["q_network.conv.bias"] is state["q_network.conv.bias"]
    assert new["target_network.conv.bias"] is state["target_network.conv.bias"]
    told = "the target network's convolution bias, which the official code does not copy"
    assert report.skipped["target_network.conv.bias"] == told
    assert set(report.skipped) == {"q_network.conv.bias", "target_network.conv.bias"}


def test_dqn_needs_the_initial_network_and_says_so(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match=r"initial must be given: recipe 'dqn' puts 2 tensors back"):
        fire_ref.reinitialize(dqn(rng), "dqn")
    with pytest.raises(ValueError, match=r"initial must hold all that is put back, 'q_network.fc.weight' among it"):
        fire_ref.reinitialize(dqn(rng), "dqn", initial={"other": np.eye(2)})
    with pytest.raises(ValueError, match=r"initial must be left out: recipe 'vit' puts no tensor back"):
        fire_ref.reinitialize(dqn(rng), "vit", initial=dqn(rng))


def test_a_live_dqn_is_known_by_its_layers() -> None:
    torch = available("torch")
    nn = torch.nn

    def made() -> Any:
        return nn.Sequential(nn.Conv2d(4, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6, 5), nn.Embedding(3, 3))

    model, first = nn.ModuleDict({"q_network": made(), "target_network": made()}), nn.ModuleDict({"q_network": made()})
    new, report = fire_ref.reinitialize(model, "dqn", initial=first)
    assert near(new["q_network.0.weight"].numpy(), model["q_network"][0].weight.detach().numpy(), 10)
    assert torch.equal(new["q_network.3.weight"], first["q_network"][3].weight)
    assert torch.equal(new["target_network.3.bias"], first["q_network"][3].bias)
    assert "q_network.4.weight" in report.skipped, "an embedding is no linear layer"
    model.load_state_dict(new)


SIMBA = {"Dense_0": (4, 6), "encoder/Dense_1": (6, 6)}


@pytest.mark.parametrize(("recipe", "scaler"), [("simba", "muon"), ("simba-ortho", "ortho_init")])
def test_simba_takes_kernels_in_out_with_its_eps_and_either_scaler(
    recipe: str, scaler: str, rng: np.random.Generator
) -> None:
    tiny = 1e-9  # so small that eps is most of the divisor
    state = {name: {"kernel": rng.standard_normal(shape) * tiny, "bias": np.ones(3)} for name, shape in SIMBA.items()}
    new, report = fire_ref.reinitialize({"params": {"actor": state}}, recipe)
    for name, entry in state.items():
        wanted = sac(entry["kernel"], scaler=scaler)
        gap = np.linalg.norm(new["params"]["actor"][name]["kernel"] - wanted)
        bound = 4 * iterate_bound(6, EPS["float64"], 1.5**10) * 2
        assert gap <= bound
        assert np.linalg.norm(sac(entry["kernel"], eps=0.0, scaler=scaler) - wanted) > bound, "the mutant: no eps"
    assert new["params"]["actor"]["Dense_0"]["bias"] is state["Dense_0"]["bias"]
    assert len(report.changed) == 2


def test_simba_takes_the_kernels_of_an_ensemble_one_by_one(rng: np.random.Generator) -> None:
    kernels = rng.standard_normal((3, 4, 6))
    critic = {"VmapCritic_0": {"Dense_0": {"kernel": kernels}}}
    target = {"VmapCritic_0": {"Dense_0": {"kernel": rng.standard_normal((3, 4, 6))}}}
    new, report = fire_ref.reinitialize({"critic": critic, "target_critic": target}, "simba")
    found = new["critic"]["VmapCritic_0"]["Dense_0"]["kernel"]
    bound = 4 * iterate_bound(6, EPS["float64"], 1.5**10) * 2
    for before, after in zip(kernels, found, strict=True):
        assert np.linalg.norm(after - sac(before)) <= bound
    assert np.array_equal(new["target_critic"]["VmapCritic_0"]["Dense_0"]["kernel"], found)
    assert report.done["target_critic/VmapCritic_0/Dense_0/kernel"] == "copied from critic/VmapCritic_0/Dense_0/kernel"


def test_a_live_flax_network_with_an_ensemble() -> None:
    jax, linen = available("jax"), available("flax.linen")

    class Critic(linen.Module):
        @linen.compact
        def __call__(self, x: Any) -> Any:
            return linen.Dense(1)(linen.LayerNorm()(linen.relu(linen.Dense(6)(x))))

    twins = linen.vmap(Critic, variable_axes={"params": 0}, split_rngs={"params": True}, in_axes=None, axis_size=2)()
    x = jax.numpy.ones((3, 4))
    params = {"critic": twins.init(jax.random.key(0), x), "actor": Critic().init(jax.random.key(1), x)}
    new, report = fire_ref.reinitialize(params, "simba")
    assert jax.tree.structure(new) == jax.tree.structure(params)
    assert len(report.changed) == 4
    for (path, before), after in zip(jax.tree.leaves_with_path(params), jax.tree.leaves(new), strict=True):
        name = "/".join(str(key.key) for key in path)
        if name not in report.changed:
            assert after is before
            continue
        for one, other in zip(np.atleast_3d(before.T).T, np.atleast_3d(after.T).T, strict=True):
            wanted = sac(np.asarray(one))
            size = max(one.shape)
            bound = 4 * iterate_bound(size, EPS["float32"], 1.5**10) * max(1.0, (one.shape[1] / one.shape[0]) ** 0.5)
            assert np.linalg.norm(np.asarray(other) - wanted) <= bound, name
    assert twins.apply(new["critic"], x).shape == (2, 3, 1)


@pytest.mark.parametrize("name", ["official", "resnet", "vgg", "vit", "gpt", "dqn", "simba", "simba-ortho"])
def test_the_exact_factor_can_be_asked_for_and_the_report_says_that_it_overrode(
    name: str, rng: np.random.Generator
) -> None:
    state: State = {"official": {"fc": np.eye(3)}, "gpt": nanogpt(rng), "dqn": dqn(rng)}.get(
        name,
        {"a.to_q.weight": rng.standard_normal((4, 3)), "actor/Dense_0/kernel": rng.standard_normal((3, 4))},
    )
    initial = dqn(rng) if name == "dqn" else None
    new, report = fire_ref.reinitialize(state, name, method="svd", initial=initial)
    assert report.notes[0] == f"method 'svd' overrode recipe {name!r}, whose rules say newton-schulz"
    assert (report.method, report.steps) == ("svd", None)
    for row in report.rows:
        bound = (10 * max(min(row.shape[-2:]), 8) * EPS["float32"]) ** 2 * 2
        assert report.dfi_after[row.name] <= bound * row.matrices, row.name
    assert fire_ref.reinitialize(state, name, initial=initial)[1].notes[:1] != report.notes[:1]
    assert new.keys() == state.keys()
