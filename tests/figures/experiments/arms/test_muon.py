"""Muon: hidden matrices step along their orthogonalised momentum, all else as Adam says."""

from __future__ import annotations

from typing import Any

import pytest

import fire_ref
from figures.experiments.arms.muon import direction, hidden, optimizer

from ....backends import available
from ..faked import conv_moment, moment


def names(model: Any, weights: Any) -> list[str]:
    return [name for name, parameter in model.named_parameters() if any(parameter is one for one in weights)]


def test_hidden_is_what_lies_between_the_first_layer_and_the_last() -> None:
    torch = available("torch")
    model = moment().model
    assert names(model, hidden(model)) == ["2.weight", "4.weight"]
    model = conv_moment().model
    assert names(model, hidden(model)) == ["3.weight"]
    embedded = torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.Linear(4, 4), torch.nn.Linear(4, 5))
    embedded[0].weight = embedded[2].weight
    assert names(embedded, hidden(embedded)) == ["1.weight"]


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (8, 2, 3, 3), (40, 2, 3, 3)])
def test_a_step_is_orthogonal_with_its_scale_whatever_the_gradient(shape: tuple[int, ...]) -> None:
    torch = available("torch")
    gradient = torch.randn(shape)
    step = direction(torch.zeros(shape), gradient).flatten(1)
    s = torch.linalg.svdvals(step) / max(1.0, len(step) / step.shape[1]) ** 0.5
    # Muon's coefficients end between .68 and 1.13; what is tiny beside the rest is not there yet.
    assert float(s.max()) < 1.2
    assert float(s[: len(s) // 2].min()) > 0.65
    X = fire_ref.newton_schulz(gradient.flatten(1).double(), 5, coefficients="muon")
    assert torch.allclose(step.double(), max(1.0, len(X) / X.shape[1]) ** 0.5 * X, atol=1e-4)
    assert torch.allclose(direction(torch.zeros(shape), 1000 * gradient).flatten(1), step, atol=1e-4)


def test_the_momentum_is_nesterovs() -> None:
    torch = available("torch")
    momentum, gradients = torch.zeros(4, 4), [torch.randn(4, 4) for _ in range(3)]
    steps = [direction(momentum, gradient) for gradient in gradients]
    summed = 0.95**2 * gradients[0] + 0.95 * gradients[1] + gradients[2]
    assert torch.allclose(momentum, summed, atol=1e-6)
    ahead = fire_ref.newton_schulz(gradients[2] + 0.95 * summed, 5, coefficients="muon")
    assert torch.allclose(steps[2], ahead, atol=1e-4)
    assert torch.equal(direction(torch.zeros(3, 3), torch.zeros(3, 3)), torch.zeros(3, 3))


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_all_else_is_adam_and_a_schedule_reaches_both(make: Any) -> None:
    torch = available("torch")
    now, other = make(), make()
    mine = optimizer(now.model, 1e-3)
    rest = [p for p in other.model.parameters() if not any(p is one for one in hidden(other.model))]
    adam = torch.optim.Adam(rest, lr=1e-3, betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.LambdaLR(mine, lambda n: 0.5**n)
    assert [group["lr"] for group in mine.param_groups] == [1e-2, 1e-3]
    momenta = {id(one): torch.zeros_like(one) for one in hidden(other.model)}
    for n in range(3):
        for one, two in zip(now.model.parameters(), other.model.parameters(), strict=True):
            one.grad = torch.randn(one.shape, generator=torch.Generator().manual_seed(n))
            two.grad = one.grad.clone()
        mine.step()
        adam.param_groups[0]["lr"] = 1e-3 * 0.5**n
        adam.step()
        with torch.no_grad():
            for two in hidden(other.model):
                two -= 1e-2 * 0.5**n * direction(momenta[id(two)], two.grad)
        schedule.step()
        for one, two in zip(now.model.parameters(), other.model.parameters(), strict=True):
            assert torch.allclose(one, two, atol=1e-7)
    mine.zero_grad()
    assert all(one.grad is None for one in now.model.parameters())
    # What is kept of any parameter is found in one place.
    assert all(mine.state[one] for one in now.model.parameters())


def test_a_network_without_hidden_matrices_has_adam() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Linear(4, 2))
    assert isinstance(optimizer(model, 1e-3), torch.optim.Adam)
