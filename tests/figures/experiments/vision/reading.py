"""What any of the networks must be: the checks that their tests have in common."""

from __future__ import annotations

from typing import Any

import fire_ref
from figures.experiments.units import units

from ....backends import available


def same_by_seed(make: Any, *sizes: int) -> None:
    """The seed decides the weights, and the first ones are not the same in two networks."""
    torch = available("torch")
    one, again, other = (make(*sizes, seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(one[name], again[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


def last_layer_reads_features(model: Any, last: Any, images: Any, width: int) -> None:
    """Scores are the last layer's, of features of one row for each image."""
    torch = available("torch")
    model.eval()
    with torch.no_grad():
        found = model.features(images)
        assert found.shape == (len(images), width)
        assert torch.equal(last(found), model(images))


def units_are_read_by_one_layer(model: Any, images: Any) -> None:
    """
    Cut a unit off from the layer that reads it: then what makes it makes no difference, and before it did.

    Its activation has it on axis 1, of a transformer on the last.
    """
    torch = available("torch")
    # Statistics of these images: with those of the beginning a deep network hardly speaks.
    for part in model.modules():
        part.momentum = None
    with torch.no_grad():
        model.train()(images)
    model.eval()
    for unit in units(model):
        seen: list[Any] = []
        hook = unit.activation.register_forward_hook(lambda *given, seen=seen: seen.append(given[-1]))
        with torch.no_grad():
            before = model(images)
            hook.remove()
            (shown,) = seen
            count = len(unit.incoming.weight)
            theirs = 2 if shown.ndim == 3 else 1
            assert shown.shape[theirs] == count
            run = unit.outgoing.weight.shape[1] // count
            assert unit.outgoing.weight.shape[1] == run * count
            # The unit that does most, so that it does something.
            busy = int(shown.abs().sum(dim=[axis for axis in range(shown.ndim) if axis != theirs]).argmax())
            unit.outgoing.weight[:, busy * run : (busy + 1) * run] = 0
            cut = model(images)
            assert not torch.equal(cut, before)
            unit.incoming.weight[busy] += 1
            if unit.norm is not None:
                unit.norm.weight[busy] += 1
                unit.norm.bias[busy] += 1
            assert torch.equal(model(images), cut)


def taken_by_fire(model: Any, recipe: str) -> set[str]:
    """Return the weights that the recipe takes, having checked that they have changed and that no other has."""
    torch = available("torch")
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    new, report = fire_ref.reinitialize(model, recipe)
    assert {name for name in new if not torch.equal(new[name], before[name])} == set(report.changed)
    return set(report.changed)


def kernels_and_heads(model: Any) -> set[str]:
    """Return the names of all convolutions' and linear layers' weights."""
    nn = available("torch.nn")
    kinds = (nn.Conv2d, nn.Linear)
    return {f"{name}.weight" for name, part in model.named_modules() if isinstance(part, kinds)}


def count(model: Any) -> int:
    return sum(tensor.numel() for tensor in model.parameters())
