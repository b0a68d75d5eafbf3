"""The network: nanoGPT's names, its initial weights, that it reads no future, and what FIRE takes in it."""

from __future__ import annotations

import numpy as np
import pytest

import fire_ref
from figures.experiments.language.gpt import gpt
from figures.experiments.units import units

from ....backends import available

SMALL = {"layers": 4, "width": 128, "heads": 4, "context": 64, "vocabulary": 256, "seed": 0}
TINY = {"layers": 2, "width": 16, "heads": 2, "context": 12, "vocabulary": 24, "seed": 0}
BLOCK = ("ln_1", "attn.c_attn", "attn.c_proj", "ln_2", "mlp.c_fc", "mlp.c_proj")


@pytest.mark.parametrize("tied", [True, False])
def test_names_are_those_of_nanogpt(tied: bool) -> None:
    available("torch")
    state = gpt(**TINY, tied=tied).state_dict()
    blocks = {f"transformer.h.{i}.{name}.weight" for i in range(2) for name in BLOCK}
    assert set(state) == blocks | {
        "transformer.wte.weight", "transformer.wpe.weight", "transformer.ln_f.weight", "lm_head.weight"
    }  # fmt: skip
    assert state["transformer.h.0.attn.c_attn.weight"].shape == (48, 16)
    assert (state["transformer.wte.weight"].data_ptr() == state["lm_head.weight"].data_ptr()) == tied


def test_the_small_one_has_eight_hundred_thousand_parameters() -> None:
    available("torch")
    assert sum(one.numel() for one in gpt(**SMALL).parameters()) == 4 * (12 * 128**2 + 256) + (256 + 64) * 128 + 128


def test_initial_weights_have_nanogpts_deviations() -> None:
    available("torch")
    for name, weight in gpt(**SMALL, tied=False).named_parameters():
        if weight.ndim == 1:
            assert (weight == 1).all()
        else:
            wanted = 0.02 / 8**0.5 if name.endswith("c_proj.weight") else 0.02
            # Six deviations of a deviation's own.
            assert float(weight.detach().std()) == pytest.approx(wanted, rel=6 / (2 * weight.numel()) ** 0.5)


def test_the_seed_decides_and_torchs_own_generator_stays() -> None:
    torch = available("torch")
    before = torch.random.get_rng_state()
    one, same, other = (gpt(**{**TINY, "seed": seed}).state_dict() for seed in (0, 0, 1))
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["transformer.wpe.weight"], other["transformer.wpe.weight"])


def test_a_prediction_sees_what_came_before_it_and_nothing_after() -> None:
    torch = available("torch")
    model = gpt(**TINY)
    tokens = torch.arange(12)[None] % 24
    changed = tokens.clone()
    changed[0, 5] = 20
    one, other = (model(some).detach() for some in (tokens, changed))
    assert one.shape == (12, 24)
    np.testing.assert_allclose(one[:5], other[:5], atol=1e-6)
    # Itself and those after it, over the whole context.
    assert all(float((one[place] - other[place]).abs().max()) > 1e-5 for place in range(5, 12))


def test_places_are_told_apart() -> None:
    torch = available("torch")
    told = gpt(**TINY)(torch.zeros((1, 12), dtype=torch.int64)).detach()
    assert float((told[0] - told[1]).abs().max()) > 1e-4


def test_it_is_the_network_of_the_definition() -> None:
    torch = available("torch")
    model = gpt(**{**TINY, "layers": 1}).double()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.5)
    state = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    tokens = np.array([3, 1, 4, 1, 5])

    def norm(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
        middle = x - x.mean(axis=1, keepdims=True)
        return middle / np.sqrt((middle**2).mean(axis=1, keepdims=True) + 1e-5) * weight

    from scipy.special import erf, softmax

    block = {name: state[f"transformer.h.0.{name}.weight"] for name in BLOCK}
    x = state["transformer.wte.weight"][tokens] + state["transformer.wpe.weight"][:5]
    q, k, v = np.split(norm(x, block["ln_1"]) @ block["attn.c_attn"].T, 3, axis=1)
    heads = []
    for part in (slice(0, 8), slice(8, 16)):
        scores = q[:, part] @ k[:, part].T / 8**0.5
        heads.append(softmax(np.where(np.tri(5) > 0, scores, -np.inf), axis=1) @ v[:, part])
    x = x + np.concatenate(heads, axis=1) @ block["attn.c_proj"].T
    hidden = norm(x, block["ln_2"]) @ block["mlp.c_fc"].T
    x = x + (hidden * (1 + erf(hidden / 2**0.5)) / 2) @ block["mlp.c_proj"].T
    features = norm(x, state["transformer.ln_f.weight"])
    given = torch.from_numpy(tokens[None])
    np.testing.assert_allclose(model.features(given).detach(), features, atol=1e-10)
    np.testing.assert_allclose(model(given).detach(), features @ state["lm_head.weight"].T, atol=1e-10)


def test_hidden_units_lie_between_the_two_layers_of_a_perceptron() -> None:
    torch = available("torch")
    model = gpt(**TINY)
    found = units(model)
    assert len(found) == 2
    for unit, block in zip(found, model.transformer.h, strict=True):
        assert unit.incoming is block.mlp.c_fc
        assert unit.outgoing is block.mlp.c_proj
        assert unit.norm is None
        seen = []
        unit.activation.register_forward_hook(lambda _layer, _given, told, seen=seen: seen.append(told))
        model(torch.zeros((1, 3), dtype=torch.int64))
        assert seen[0].shape == (1, 3, 64)


@pytest.mark.parametrize("tied", [True, False])
def test_the_recipe_takes_what_the_official_code_takes(tied: bool) -> None:
    available("torch")
    model = gpt(**TINY, tied=tied)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    new, report = fire_ref.reinitialize(model, "gpt")
    layers = {f"transformer.h.{i}.{name}.weight" for i in range(2) for name in BLOCK if not name.startswith("ln")}
    assert set(report.changed) == layers | {"lm_head.weight"} | ({"transformer.wte.weight"} if tied else set())
    for name in before.keys() - set(report.changed):
        np.testing.assert_array_equal(new[name], before[name])
    # Queries, keys and values by themselves; a gain of one for square blocks, two for c_fc, one half for its c_proj.
    W, got = (state["transformer.h.1.attn.c_attn.weight"].numpy() for state in (before, new))
    for rows in (slice(0, 16), slice(16, 32), slice(32, 48)):
        np.testing.assert_allclose(got[rows], fire_ref.newton_schulz(W[rows], 5), atol=1e-5)
    for name, gain in (("transformer.h.0.mlp.c_fc", 2), ("transformer.h.0.mlp.c_proj", 0.5), ("lm_head", 1.5**0.5)):
        W = before[f"{name}.weight"].numpy()
        np.testing.assert_allclose(new[f"{name}.weight"], gain * fire_ref.newton_schulz(W, 5), atol=1e-5)
    if tied:
        np.testing.assert_array_equal(new["transformer.wte.weight"], new["lm_head.weight"])
