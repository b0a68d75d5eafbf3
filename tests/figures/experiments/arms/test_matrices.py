"""Which matrices FIRE takes, with which gain: the library's reinitialisation is held against it."""

from __future__ import annotations

from typing import Any

import pytest

import fire_ref
from figures.experiments.arms.matrices import replaced, stacks, taken

from ....backends import available
from ..faked import conv_moment, matrices, moment


def fused() -> Any:
    """A block as nanoGPT names it, with a token embedding tied to the head."""
    torch = available("torch")
    model = torch.nn.Module()
    model.wte, model.wpe = torch.nn.Embedding(11, 4), torch.nn.Embedding(5, 4)
    model.c_attn, model.c_proj = torch.nn.Linear(4, 12), torch.nn.Linear(4, 4)
    model.lm_head = torch.nn.Linear(4, 11, bias=False)
    model.wte.weight = model.lm_head.weight
    return model


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_every_weight_and_every_tap_is_a_matrix_with_its_gain(make: Any) -> None:
    torch = available("torch")
    now = make()
    state = now.model.state_dict()
    wanted = list(matrices(now.model).values())
    found = [(W, c) for stack, c in stacks(state, taken(now.model, now.recipe)) for W in stack]
    assert len(found) == len(wanted)
    for (W, c), (V, d) in zip(found, wanted, strict=True):
        assert torch.equal(W, V)
        assert c == pytest.approx(d)


def test_the_gain_is_fires() -> None:
    available("torch")
    now = conv_moment()
    for name, kernel in now.model.state_dict().items():
        if kernel.ndim == 4:
            weight = next(weight for weight in taken(now.model, now.recipe) if weight.names == (name,))
            ((_, c),) = weight.stacks(kernel)
            V = fire_ref.fire(kernel)[:, :, 1, 2]
            assert c == pytest.approx(float(V.norm()) / min(V.shape) ** 0.5)


@pytest.mark.parametrize("recipe", ["official", "resnet", "gpt"])
def test_it_takes_what_the_library_takes(recipe: str) -> None:
    available("torch")
    for model in (moment().model, conv_moment().model, fused()):
        if recipe == "resnet" and not hasattr(model, "units"):
            continue
        names = [name for weight in taken(model, recipe) for name in weight.names]
        assert set(names) == set(fire_ref.reinitialize(model, recipe, rows=False)[1].changed)
        assert len(names) == len(set(names))


def test_a_recipe_takes_some_and_leaves_others() -> None:
    torch = available("torch")
    model = torch.nn.Module()
    model.to_q, model.to_v = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)
    assert [weight.names for weight in taken(model, "vit")] == [("to_q.weight",)]
    assert [weight.names for weight in taken(model, "official")] == [("to_q.weight",), ("to_v.weight",)]


def test_a_fused_weight_is_its_blocks_and_a_tied_one_is_taken_once() -> None:
    torch = available("torch")
    model = fused()
    state = model.state_dict()
    found = {weight.names[0]: weight for weight in taken(model, "gpt")}
    assert sorted(names for weight in found.values() for names in weight.names) == [
        "c_attn.weight",
        "c_proj.weight",
        "lm_head.weight",
        "wte.weight",
    ]
    assert len(found) == 3
    blocks = found["c_attn.weight"].stacks(state["c_attn.weight"])
    assert [tuple(stack.shape) for stack, _ in blocks] == [(1, 4, 4)] * 3
    assert [gain for _, gain in blocks] == [1.0] * 3
    assert torch.equal(torch.cat([stack[0] for stack, _ in blocks]), state["c_attn.weight"])
    ((_, whole),) = found["c_proj.weight"].stacks(state["c_proj.weight"])
    assert whole == 1.0


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_what_is_replaced_is_the_matrices_and_nothing_else(make: Any) -> None:
    torch = available("torch")
    now = make()
    before = now.model.state_dict()
    # Another factor for every entry: a transposed tap or one in another's place would show.
    state = replaced(now, lambda W, c: (W * c * torch.arange(W.numel()).reshape(W.shape)).contiguous()).state
    assert list(state) == list(before)
    for name, tensor in state.items():
        assert tensor.is_contiguous()
        if tensor.ndim not in (2, 4):
            assert tensor is before[name] or torch.equal(tensor, before[name])
    wanted = matrices(now.model)
    counts: dict[str, int] = {}
    for name, (V, _) in matrices(now.model, state).items():
        W, c = wanted[name]
        first = counts.get(tensor_name := name.split("[")[0], 0)
        counts[tensor_name] = first + W.numel()
        assert torch.allclose(V, W * c * (first + torch.arange(W.numel())).reshape(W.shape), rtol=1e-5)


def test_a_tied_weight_stays_tied() -> None:
    torch = available("torch")
    model = fused()
    now = moment()._replace(model=model, recipe="gpt")
    state = replaced(now, lambda W, _: 2 * W).state
    assert state["wte.weight"] is state["lm_head.weight"]
    assert torch.equal(state["wte.weight"], 2 * model.wte.weight)
    assert torch.equal(state["wpe.weight"], model.wpe.weight)
