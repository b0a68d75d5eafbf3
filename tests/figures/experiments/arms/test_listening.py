"""What is heard is the last training batch, unit by unit; who only looks is not heard."""

from __future__ import annotations

import pytest

from figures.experiments.arms.listening import Listener, fired, strength
from figures.experiments.units import Unit, units

from ....backends import available
from ..faked import conv_moment, moment


def test_units_lie_on_axis_1_and_of_a_transformer_on_the_last() -> None:
    torch = available("torch")
    activation = torch.nn.Identity()
    listener = Listener([Unit(None, None, activation, None)], strength)
    for shape, axis in (((5, 3), 1), ((5, 3, 2, 4), 1), ((5, 2, 3), 2)):
        X = torch.randn(shape, requires_grad=True)
        activation(X)
        (heard,) = listener.heard
        wanted = X.detach().abs().movedim(axis, 0).reshape(3, -1).mean(dim=1)
        assert torch.allclose(heard, wanted)
        assert not heard.requires_grad


def test_every_layer_is_heard_until_the_end_and_evaluations_are_not() -> None:
    torch = available("torch")
    for model, X in ((moment().model, torch.rand(9, 20)), (conv_moment().model, torch.rand(9, 3, 6, 6))):
        layers = units(model)
        listener = Listener(layers, strength)
        assert listener.heard == [None] * len(layers)
        model(X)
        first = list(listener.heard)
        assert [len(one) for one in first] == [len(layer.incoming.weight) for layer in layers]
        with torch.no_grad():
            model(2 * X)
        assert all(one is other for one, other in zip(first, listener.heard, strict=True))
        model(2 * X + 1)
        assert not any(torch.equal(one, other) for one, other in zip(first, listener.heard, strict=True))
        listener.close()
        last = list(listener.heard)
        model(X)
        assert all(one is other for one, other in zip(last, listener.heard, strict=True))


def test_a_unit_has_fired_if_it_was_positive_anywhere() -> None:
    torch = available("torch")
    outputs = torch.tensor([[[[0.0, 0.0]], [[0.0, 0.1]], [[-1.0, 0.0]]]])
    assert fired(outputs, (0, 2, 3)).tolist() == [False, True, False]
    assert strength(outputs, (0, 2, 3)).tolist() == [0.0, pytest.approx(0.05), 0.5]
