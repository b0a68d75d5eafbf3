"""Live torch modules: which layer holds each tensor, and a module reinitialised through its state_dict."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.models.modules import KINDS, is_module, module_tensors

from ..backends import available
from .official import official

PART = "a part of a parametrized weight, which the layer computes anew"
OTHER = "no rule of recipe 'official' takes it"
BUFFER = f"{OTHER} (a buffer or a parameter of its own)"


@pytest.fixture
def nn() -> Any:
    """torch.nn, seeded."""
    available("torch").manual_seed(2602)
    return available("torch.nn")


def taken(model: Any) -> set[str]:
    """Return the names that the official code rewrites: isinstance of Linear or Conv2d, the parameter `weight`."""
    nn = available("torch.nn")
    found = set()
    for path, layer in model.named_modules(remove_duplicate=False):
        if isinstance(layer, (nn.Linear, nn.Conv2d)) and "weight" in dict(layer.named_parameters(recurse=False)):
            found.add(f"{path}.weight" if path else "weight")
    return found


def every_kind(nn: Any) -> Any:
    """Build a network of every kind of layer, which runs on a batch of 8 x 8 images."""
    torch = available("torch")

    class Residual(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Sequential(nn.Linear(6, 6), nn.GELU(), nn.Sequential(nn.Linear(6, 6, bias=False)))
            self.attention = nn.MultiheadAttention(6, 2, batch_first=True)
            self.scale = nn.Parameter(torch.ones(6, 6))
            self.register_buffer("mask", torch.zeros(3, 3))

        def forward(self, x: Any) -> Any:
            x = x + self.attention(x, x, x, need_weights=False)[0] @ self.scale
            return x + self.inner(x)

    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ConvTranspose2d(4, 4, 3, padding=1),
        nn.Conv2d(4, 4, (3, 1), groups=2, bias=False),
        nn.Flatten(2),
        nn.Conv1d(4, 3, 5),
        nn.Linear(44, 6),
        nn.LayerNorm(6),
        Residual(),
        nn.Linear(6, 5),
    )


def test_what_is_taken_is_what_the_official_code_takes(nn: Any) -> None:
    torch, model = available("torch"), every_kind(nn)
    new, report = fire_ref.reinitialize(model, "official")
    assert set(report.changed) == taken(model)
    assert list(new) == list(model.state_dict())
    assert set(report.skipped) == set(new) - set(report.changed)
    for name, value in model.state_dict().items():
        if name in report.changed:
            assert not torch.equal(new[name], value)
        else:
            assert new[name].data_ptr() == value.data_ptr()
    attention = "8.attention.in_proj_weight"
    assert report.skipped["2.weight"] == f"{OTHER} (ConvTranspose2d)"
    assert report.skipped[attention] == f"{OTHER} (MultiheadAttention.in_proj_weight)"
    assert report.skipped["8.scale"] == f"{OTHER} (Residual.scale)"
    assert report.skipped["8.mask"] == BUFFER
    assert report.skipped["5.weight"].startswith(f"{OTHER} (Conv1d)")
    assert "dtype int64" in report.skipped["1.num_batches_tracked"]
    assert "8.attention.out_proj.weight" in report.changed


def test_a_module_is_untouched_until_its_new_state_is_loaded_and_then_runs(nn: Any) -> None:
    torch, model = available("torch"), every_kind(nn)
    image = torch.ones(2, 2, 8, 8).cumsum(-1)
    model(image).square().mean().backward()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    live = dict(model.named_parameters())
    grads = {name: parameter.grad.clone() for name, parameter in live.items()}
    live["0.weight"].requires_grad_(False)
    versions = {name: value._version for name, value in model.state_dict().items()}
    new, report = fire_ref.reinitialize(model, "official")
    assert {name: value._version for name, value in model.state_dict().items()} == versions
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(value.requires_grad for value in new.values())
    assert str(model.load_state_dict(new)) == "<All keys matched successfully>"
    for name, parameter in model.named_parameters():
        assert parameter is live[name]
        assert parameter.requires_grad is (name != "0.weight")
        assert torch.equal(parameter.grad, grads[name])
        expected = official(before[name].numpy()) if name in report.changed else before[name].numpy()
        np.testing.assert_allclose(parameter.detach().numpy(), expected, atol=2e-4 if name in report.changed else 0)
    assert torch.isfinite(model.eval()(image)).all()


def test_tied_weights_are_taken_once_and_stay_tied(nn: Any) -> None:
    torch = available("torch")
    for first in ("wte", "head"):
        parts = {"wte": nn.Embedding(7, 4), "head": nn.Linear(4, 7, bias=False), "other": nn.Embedding(7, 4)}
        parts["head"].weight = parts["wte"].weight
        model = nn.ModuleDict({first: parts[first], **parts})
        new, report = fire_ref.reinitialize(model, "official")
        assert set(report.changed) == {"wte.weight", "head.weight"}
        assert [row.name for row in report.rows] == ["head.weight"], "the name that the recipe takes"
        assert new["wte.weight"] is new["head.weight"]
        assert report.skipped["other.weight"] == f"{OTHER} (Embedding)"
        model.load_state_dict(new)
        assert model["wte"].weight is model["head"].weight
        assert torch.equal(model["wte"](torch.tensor([3])), new["wte.weight"][3:4])


def test_one_layer_in_two_places_is_taken_once(nn: Any) -> None:
    layer = nn.Linear(4, 4)
    new, report = fire_ref.reinitialize(nn.Sequential(layer, nn.ReLU(), layer), "official")
    assert report.changed == ("0.weight", "2.weight")
    assert len(report.rows) == 1
    assert new["0.weight"] is new["2.weight"]


def test_parametrized_weights_are_left_with_a_reason_and_the_module_loads(nn: Any) -> None:
    torch, utils = available("torch"), available("torch.nn.utils")
    with pytest.warns(FutureWarning):
        old = utils.weight_norm(nn.Linear(3, 4))
    model = nn.Sequential(
        old,
        utils.parametrizations.weight_norm(nn.Linear(4, 4)),
        utils.spectral_norm(nn.Linear(4, 3)),
        utils.parametrizations.spectral_norm(nn.Linear(3, 3)),
        nn.Linear(3, 2),
    )
    new, report = fire_ref.reinitialize(model, "official")
    assert report.changed == ("4.weight",)
    # What the official code makes of them: the parameter `weight` is not there, or is computed anew.
    assert {f"{name}.weight" for name in "0123"} & set(new) == set()
    parts = {name for name, why in report.skipped.items() if why == PART}
    assert parts == {name for name, value in new.items() if value.ndim == 2 and name != "4.weight"}
    model.load_state_dict(new)
    assert torch.isfinite(model(torch.ones(1, 3))).all()


def test_a_mask_of_pruning_is_a_buffer_and_left(nn: Any) -> None:
    pruned = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    available("torch.nn.utils.prune").random_unstructured(pruned[0], "weight", 0.5)
    report = fire_ref.reinitialize(pruned, "official")[1]
    assert report.changed == ("1.weight",)
    assert report.skipped["0.weight_orig"] == PART


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_known_also_as_a_subclass(nn: Any, kind: str) -> None:
    parent = getattr(nn, kind)
    child = type("Mine", (parent,), {})
    sizes = (3, 2) if kind in ("Linear", "Embedding") else (3, 2, 1)
    for layer in (parent(*sizes), child(*sizes)):
        assert {t.name: t.owner for t in module_tensors(layer)}["weight"] == kind
        inside = {t.name: t.owner for t in module_tensors(nn.Sequential(nn.Sequential(layer)))}
        assert inside["0.0.weight"] == kind
    bias = {t.name: t.owner for t in module_tensors(child(*sizes))}.get("bias", "Mine.bias")
    assert bias == "Mine.bias"


def test_a_bare_layer_and_a_wrapped_one_are_modules_too(nn: Any) -> None:
    for model, name in (
        (nn.Linear(3, 2), "weight"),
        (nn.DataParallel(nn.Linear(3, 2)), "module.weight"),
        (nn.ModuleList([nn.Linear(3, 2)]), "0.weight"),
    ):
        assert fire_ref.reinitialize(model, "official")[1].changed == (name,)


def test_every_name_of_a_shared_layer_has_its_owner(nn: Any) -> None:
    layer = nn.Conv2d(2, 2, 1)
    owners = {t.name: t.owner for t in module_tensors(nn.Sequential(layer, layer))}
    assert owners["0.weight"] == owners["1.weight"] == "Conv2d"
    assert owners["0.bias"] == owners["1.bias"] == "Conv2d.bias"


def test_an_extra_state_is_kept_as_it_is(nn: Any) -> None:
    class Counting(nn.Linear):
        def get_extra_state(self) -> Any:
            return {"seen": 3}

        def set_extra_state(self, state: Any) -> None:
            self.restored = state

    model = nn.Sequential(Counting(3, 2))
    new, report = fire_ref.reinitialize(model, "official")
    assert report.skipped["0._extra_state"] == "dict, no array"
    model.load_state_dict(new)
    assert model[0].restored == {"seen": 3}


def test_a_layer_that_has_no_weights_yet_is_left_or_refused_in_one_sentence(nn: Any) -> None:
    model = nn.Sequential(nn.LazyLinear(3), nn.Linear(3, 2))
    new, report = fire_ref.reinitialize(model, "official")
    assert report.changed == ("1.weight",)
    assert "no values yet" in report.skipped["0.weight"]
    assert "0.weight" in new


def test_weights_on_the_meta_device_are_refused_by_name(nn: Any) -> None:
    with pytest.raises(TypeError, match=r"^reinitialize: .*weight.* must .*; got a tensor on the meta device.*\. Try"):
        fire_ref.reinitialize(nn.Linear(3, 3, device="meta"), "official")


def test_a_module_without_a_weight_to_take_is_refused(nn: Any) -> None:
    with pytest.raises(ValueError, match=r"^reinitialize: state must hold a weight that 'official' takes; got 2 "):
        fire_ref.reinitialize(nn.LayerNorm(4), "official")
    with pytest.raises(ValueError, match=r"^reinitialize: state must hold at least one tensor; got none"):
        fire_ref.reinitialize(nn.ReLU(), "official")


def test_an_audit_of_a_module_measures_what_it_keeps_too(nn: Any) -> None:
    model = every_kind(nn)
    found = fire_ref.audit(model, recipe="official")
    assert {row.name for row in found.rows if row.action == "fire"} == taken(model)
    kept = {row.name: row.note for row in found.rows if row.action == "keep"}
    assert kept["2.weight"] == f"{OTHER} (ConvTranspose2d)"
    assert all(row.action == "fire" for row in fire_ref.audit(model).rows)


def test_what_is_no_module_is_known_without_importing_torch() -> None:
    code = "import sys; from fire_ref.models.modules import is_module; print(is_module(3), 'torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["False", "False"]


def test_a_class_of_modules_is_no_module(nn: Any) -> None:
    assert is_module(nn.Linear(2, 2))
    assert not is_module(nn.Linear)
    assert not is_module({"weight": nn.Parameter(available("torch").eye(2))})
