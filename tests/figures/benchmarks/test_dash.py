"""DASH's pass: the paper's network, the smoothed gradient, the cosine of each neuron."""

from __future__ import annotations

import numpy as np

from figures.benchmarks import networks
from figures.benchmarks.dash import ALPHA, LEAST, extra_pass, resnet18, weights

from ...backends import available


def test_the_network_is_the_one_whose_shapes_are_listed() -> None:
    torch = available("torch")
    model = resnet18(torch)
    assert [tuple(W.shape) for W in weights(model)] == list(networks.resnet18().values())
    assert sum(W.numel() for W in model.parameters()) == 11_173_962 + 512 * 512 + 512
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_the_last_stage_sees_four_by_four() -> None:
    torch = available("torch")
    sizes = []
    model = resnet18(torch)
    for layer in model:
        layer.register_forward_hook(lambda _, __, out: sizes.append(tuple(out.shape[1:])))
    model(torch.zeros(1, 3, 32, 32))
    assert sizes[0] == (64, 32, 32)
    assert (512, 4, 4) in sizes


def test_each_neuron_is_shrunk_by_its_cosine_with_descent() -> None:
    torch = available("torch")
    torch.manual_seed(1)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(6, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3))
    images, labels = torch.randn(5, 6), torch.randint(3, (5,))
    found = extra_pass(torch, model, images, labels, batch=3)
    mean = [np.zeros(tuple(W.shape)) for W in weights(model)]
    for part in (slice(0, 3), slice(3, 5)):
        loss = torch.nn.functional.cross_entropy(model(images[part]), labels[part])
        for old, new in zip(mean, torch.autograd.grad(loss, weights(model)), strict=True):
            old *= 1 - ALPHA
            old += ALPHA * new.numpy()
    for factors, W, G in zip(found, weights(model), mean, strict=True):
        V = W.detach().numpy()
        cosine = -np.sum(V * G, 1) / np.linalg.norm(V, axis=1) / np.linalg.norm(G, axis=1)
        np.testing.assert_allclose(factors.numpy(), np.maximum(cosine, LEAST), atol=1e-5)
        assert V.shape[0] == len(factors)
    assert any((factors > LEAST).any() for factors in found)


def test_it_changes_nothing_and_leaves_no_gradient() -> None:
    torch = available("torch")
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2))
    before = [W.detach().clone() for W in model.parameters()]
    extra_pass(torch, model, torch.randn(3, 4), torch.zeros(3, dtype=torch.long))
    for W, old in zip(model.parameters(), before, strict=True):
        assert torch.equal(W, old)
        assert W.grad is None
