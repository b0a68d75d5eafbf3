"""Parseval's penalty: none on orthonormal rows, and the definition on all others, whichever Gram it is summed over."""

from __future__ import annotations

from typing import Any

import pytest

from figures.experiments.arms.parseval import deviation, penalty

from ....backends import available
from ..faked import conv_moment, moment


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (5, 5)])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_it_is_what_is_defined(shape: tuple[int, int], scale: float) -> None:
    torch = available("torch")
    W = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    literal = (W @ W.T - scale * torch.eye(len(W))).norm() ** 2
    found = deviation(W, scale)
    assert float(found.detach()) == pytest.approx(float(literal.detach()))
    (one,), (other,) = torch.autograd.grad(found, W), torch.autograd.grad(literal, W)
    assert torch.allclose(one, other)


def test_orthonormal_rows_cost_nothing_and_long_or_short_ones_do() -> None:
    torch = available("torch")
    Q = torch.linalg.qr(torch.randn(6, 4, dtype=torch.float64))[0].T
    assert float(deviation(Q)) == pytest.approx(0, abs=1e-20)
    assert float(deviation(2**0.5 * Q, 2.0)) == pytest.approx(0, abs=1e-20)
    assert float(deviation(2 * Q)) == pytest.approx(4 * 9)


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_the_penalty_is_over_layers_and_their_flattened_kernels_only(make: Any) -> None:
    torch = available("torch")
    now = make()
    weights = [tensor.detach() for tensor in now.model.state_dict().values() if tensor.ndim in (2, 4)]
    total = sum(
        float((M @ M.T - torch.eye(len(M))).norm()) ** 2 for M in (W.reshape(len(W), -1).double() for W in weights)
    )
    value = penalty(now.model, now.initial)
    assert float(value.detach()) == pytest.approx(1e-3 * total, rel=1e-5)
    value.backward()
    for tensor in now.model.parameters():
        assert (tensor.grad is not None) is (tensor.ndim > 1)


def test_a_tied_weight_is_punished_once() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Linear(4, 4))
    model[1].weight = model[0].weight
    assert float(penalty(model, {}).detach()) == pytest.approx(1e-3 * float(deviation(model[0].weight.detach())))
