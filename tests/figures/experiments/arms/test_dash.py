"""DASH: what the loss wants larger stays, what it does not is shrunk, vector by vector."""

from __future__ import annotations

from typing import Any

import pytest

from figures.experiments.arms.dash import averaged, shrinking, shrunk
from figures.experiments.refusing import UnusableError

from ....backends import available
from ..faked import conv_moment, moment


def test_the_factor_is_the_cosine_with_the_negative_gradient_and_never_less_than_the_least() -> None:
    torch = available("torch")
    W = torch.tensor([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0], [0.0, 3.0]])
    # Along, across, against, and at an angle whose cosine is .6.
    gradient = torch.tensor([[-5.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.8, -0.6]])
    factors = torch.tensor([[1.0], [0.05], [0.05], [0.6]])
    assert torch.allclose(shrunk(W, gradient, 0.05), factors * W)


def test_a_kernel_is_compared_for_each_pair_of_channels_and_a_bias_as_a_whole() -> None:
    torch = available("torch")
    W, gradient = torch.randn(4, 3, 2, 2), torch.randn(4, 3, 2, 2)
    found = shrunk(W, gradient, 0.1)
    for o in range(4):
        for i in range(3):
            w, g = W[o, i].flatten(), -gradient[o, i].flatten()
            cosine = float(w @ g / w.norm() / g.norm())
            assert torch.allclose(found[o, i], max(cosine, 0.1) * W[o, i])
    b, g = torch.tensor([3.0, 4.0]), torch.tensor([-1.0, 0.0])
    assert torch.allclose(shrunk(b, g, 0.1), 0.6 * b)


def test_batches_are_averaged_exponentially_the_last_counts_most() -> None:
    torch = available("torch")
    batches = [{"w": torch.tensor([value])} for value in (1.0, 10.0, 100.0)]
    assert float(averaged(batches, 0.3)["w"]) == pytest.approx(0.3 * (0.7**2 * 1 + 0.7 * 10 + 100))


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_layers_are_shrunk_and_norms_and_statistics_stay(make: Any) -> None:
    torch = available("torch")
    now = make()
    # The loss wants every parameter larger, or smaller.
    for sign, factor in ((-1.0, 1.0), (1.0, 0.05)):
        gradient = {name: sign * tensor.detach() for name, tensor in now.model.named_parameters()}
        state = shrinking()(now._replace(gradients=lambda gradient=gradient: iter([gradient, gradient]))).state
        for name, tensor in now.model.state_dict().items():
            norm = make is conv_moment and name.split(".")[0] in ("1", "4")
            wanted = tensor if norm else factor * tensor
            assert torch.allclose(state[name], wanted, rtol=1e-5), name


def test_a_tied_weight_is_shrunk_under_all_its_names() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.Linear(4, 5, bias=False))
    model[0].weight = model[1].weight
    now = moment()._replace(model=model, gradients=lambda: [{"0.weight": model[1].weight.detach()}])
    state = shrinking()(now).state
    assert torch.allclose(state["0.weight"], 0.05 * model[1].weight)
    assert state["1.weight"] is state["0.weight"]


def test_without_data_to_look_at_it_says_so() -> None:
    available("torch")
    for now in (moment(), moment()._replace(gradients=lambda: iter(()))):
        with pytest.raises(UnusableError, match=r"dash must be given .*; got none") as told:
            shrinking()(now)
        assert "\n" not in str(told.value)
