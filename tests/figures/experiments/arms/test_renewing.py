"""A new unit: drawn as PyTorch draws, silent to the next layer, without a past; all others are as they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from figures.experiments.arms.renewing import read, renew
from figures.experiments.units import units

from ....backends import available
from ..faked import conv_moment, moment


def trained(make: Any) -> tuple[Any, Any]:
    """Return a network and its optimiser with a past in everything."""
    torch = available("torch")
    model = make().model
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, amsgrad=True)
    for parameter in model.parameters():
        parameter.grad = torch.rand(parameter.shape) + 0.5
    optimizer.step()
    return model, optimizer


@pytest.mark.parametrize(("make", "place"), [(moment, 1), (conv_moment, 0), (conv_moment, 1)])
def test_everything_of_the_units_is_new_and_nothing_else(make: Any, place: int) -> None:
    torch = available("torch")
    model, optimizer = trained(make)
    layers = units(model)
    layer, who, nobody = layers[place], torch.tensor([1, 4]), torch.tensor([], dtype=torch.int64)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    past = {id(p): {k: v.clone() for k, v in optimizer.state[p].items()} for p in model.parameters()}
    renew(layers, [who if one is layer else nobody for one in layers], optimizer, np.random.default_rng(2))

    rows = {id(layer.incoming.weight), id(layer.incoming.bias)}
    wanted = {id(layer.outgoing.weight): 0.0}
    if layer.norm is not None:
        rows |= {id(layer.norm.weight), id(layer.norm.bias)}
        assert layer.norm.weight[who].tolist() == layer.norm.running_var[who].tolist() == [1.0, 1.0]
        assert layer.norm.bias[who].tolist() == layer.norm.running_mean[who].tolist() == [0.0, 0.0]
    run = layer.outgoing.weight.shape[1] // len(layer.incoming.weight)
    assert run == (4 if (make, place) == (conv_moment, 1) else 1)
    columns = [unit * run + j for unit in (1, 4) for j in range(run)]
    assert read(layer, who).tolist() == columns
    bound = layer.incoming.weight[0].numel() ** -0.5
    for name, parameter in model.named_parameters():
        new = torch.zeros(parameter.shape, dtype=torch.bool)
        if id(parameter) in rows:
            new[who] = True
            assert (parameter[who] != before[name][who]).any() or "weight" not in name
        if id(parameter) in wanted:
            new[:, columns] = True
            assert (parameter[:, columns] == 0).all()
        assert torch.equal(parameter[~new], before[name][~new])
        for key, kept in optimizer.state[parameter].items():
            if key == "step":
                assert float(kept) == 1
            else:
                assert (kept[new] == 0).all()
                assert torch.equal(kept[~new], past[id(parameter)][key][~new])
    for drawn in filter(lambda one: one is not None, (layer.incoming.weight, layer.incoming.bias)):
        assert float(drawn.detach()[who].abs().max()) <= bound
    assert float(layer.incoming.weight.detach()[who].abs().max()) > 0.8 * bound
    statistics = {name: buffer for name, buffer in model.named_buffers() if not torch.equal(buffer, before[name])}
    assert len(statistics) == (0 if layer.norm is None else 2)
    for name, buffer in statistics.items():
        assert (buffer != before[name]).nonzero().flatten().tolist() == [1, 4]


def test_it_is_drawn_as_pytorch_draws() -> None:
    torch = available("torch")
    model = moment(width=600).model
    layers = units(model)
    who = [torch.arange(600) for _ in layers]
    renew(layers, who, torch.optim.Adam(model.parameters()), np.random.default_rng(1))
    fresh = torch.nn.Linear(20, 600)
    for one, other in ((layers[0].incoming.weight, fresh.weight), (layers[0].incoming.bias, fresh.bias)):
        assert float(one.detach().std()) == pytest.approx(float(other.detach().std()), rel=0.1)


def test_a_weight_between_two_new_units_is_zero() -> None:
    torch = available("torch")
    model, optimizer = trained(moment)
    layers = units(model)
    renew(layers, [torch.tensor([3]), torch.tensor([5]), torch.tensor([])], optimizer, np.random.default_rng(2))
    assert layers[1].incoming.weight[5, 3].tolist() == 0
    assert (layers[1].incoming.weight[5] != 0).sum() == 11


def test_the_next_layer_hears_nothing_of_new_units() -> None:
    torch = available("torch")
    for make, shape in ((moment, (9, 20)), (conv_moment, (9, 3, 6, 6))):
        model, optimizer = trained(make)
        model.eval()
        X, layers = torch.rand(shape), units(model)
        who = [torch.tensor([0, 2])] + [torch.tensor([], dtype=torch.int64)] * (len(layers) - 1)
        renew(layers, who, optimizer, np.random.default_rng(2))
        first = model(X)
        with torch.no_grad():
            layers[0].incoming.weight[[0, 2]] *= -3
        assert torch.allclose(model(X), first, atol=1e-6)
