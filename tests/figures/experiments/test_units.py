"""Hidden units: which layer makes them, and which reads them."""

from __future__ import annotations

from figures.experiments.network import mlp
from figures.experiments.units import Unit, units

from ...backends import available


def test_an_mlp_has_its_hidden_layers() -> None:
    torch = available("torch")
    model = mlp(6, 4, 3, 0)
    found = units(model)
    assert found == [Unit(model[i], None, model[i + 1], model[i + 2]) for i in (0, 2, 4)]
    assert all(isinstance(one.activation, torch.nn.ReLU) for one in found)


def test_a_network_may_name_its_own() -> None:
    torch = available("torch")

    class Named(torch.nn.Module):  # type: ignore[misc,name-defined]  # torch is imported late
        def units(self) -> list[Unit]:
            return [Unit(1, 2, 3, 4)]

    assert units(Named()) == [Unit(1, 2, 3, 4)]
