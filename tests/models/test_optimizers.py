"""What a torch optimiser remembers of weights that are no more is forgotten, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest

import fire_ref
from fire_ref.models.optimizers import reset_optimizer

from ..backends import available

NAMES = ["0.weight", "0.bias", "2.weight", "2.bias"]


@pytest.fixture
def torch() -> Any:
    """Torch, seeded."""
    module = available("torch")
    module.manual_seed(2602)
    return module


def network(torch: Any) -> Any:
    return torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU(), torch.nn.Linear(3, 2))


def stepped(torch: Any, optimizer: Any, module: Any, times: int = 3) -> Any:
    for i in range(times):
        optimizer.zero_grad()
        module(torch.arange(8.0).reshape(2, 4) + i).square().sum().backward()
        optimizer.step()
    return optimizer


def remembered(optimizer: Any, module: Any) -> list[str]:
    named = module.named_parameters(remove_duplicate=False)
    return [name for name, parameter in named if optimizer.state.get(parameter)]


@pytest.mark.parametrize(
    ("kind", "options"),
    [("Adam", {}), ("AdamW", {"amsgrad": True}), ("SGD", {"momentum": 0.9}), ("RMSprop", {}), ("Adagrad", {})],
)
def test_only_the_state_of_what_changed_is_gone_and_training_goes_on(torch: Any, kind: str, options: Any) -> None:
    net = network(torch)
    optimizer = stepped(torch, getattr(torch.optim, kind)(net.parameters(), lr=1e-3, **options), net)
    groups = [dict(group) for group in optimizer.param_groups]
    kept = {name: dict(optimizer.state[dict(net.named_parameters())[name]]) for name in ("0.bias", "2.bias")}
    assert reset_optimizer(optimizer, net, ["0.weight", "2.weight"]) == ("0.weight", "2.weight")
    assert remembered(optimizer, net) == ["0.bias", "2.bias"]
    for name, state in kept.items():
        now = optimizer.state[dict(net.named_parameters())[name]]
        assert all(now[key] is value for key, value in state.items())
    assert [dict(group) for group in optimizer.param_groups] == groups
    if kind != "Adagrad":  # which fills its state when it is made, and has none to go on with
        stepped(torch, optimizer, net)
        assert remembered(optimizer, net) == NAMES


def test_the_next_step_is_that_of_a_new_optimiser(torch: Any) -> None:
    net = network(torch)
    adam = stepped(torch, torch.optim.Adam(net.parameters(), lr=0.1), net)
    reset_optimizer(adam, net, NAMES)
    twin = network(torch)
    twin.load_state_dict(net.state_dict())
    stepped(torch, adam, net, 1)
    stepped(torch, torch.optim.Adam(twin.parameters(), lr=0.1), twin, 1)
    for one, other in zip(net.parameters(), twin.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_network_is_reinitialised_and_its_optimiser_follows(torch: Any) -> None:
    net = network(torch)
    adam = stepped(torch, torch.optim.Adam(net.parameters()), net)
    new, report = fire_ref.reinitialize(net, "official")
    net.load_state_dict(new)
    assert reset_optimizer(adam, net, report.changed) == ("0.weight", "2.weight") == report.changed
    assert remembered(adam, net) == ["0.bias", "2.bias"]


def test_every_name_of_a_tied_parameter_is_told(torch: Any) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU(), torch.nn.Linear(4, 4))
    net[2].weight = net[0].weight
    adam = stepped(torch, torch.optim.Adam(net.parameters()), net)
    assert reset_optimizer(adam, net, ["0.weight", "2.weight"]) == ("0.weight", "2.weight")
    assert remembered(adam, net) == ["0.bias", "2.bias"]
    stepped(torch, adam, net)
    assert reset_optimizer(adam, net, ["2.weight"]) == ("2.weight",)
    assert remembered(adam, net) == ["0.bias", "2.bias"]


def test_nothing_to_forget_is_nothing_told(torch: Any) -> None:
    net = network(torch)
    adam = torch.optim.Adam(net.parameters())
    assert reset_optimizer(adam, net, NAMES) == (), "no step yet"
    stepped(torch, adam, net)
    assert reset_optimizer(adam, net, []) == ()
    assert remembered(adam, net) == NAMES
    assert reset_optimizer(adam, net, iter(NAMES)) == tuple(NAMES)
    assert reset_optimizer(adam, net, NAMES) == (), "twice"
    sgd = stepped(torch, torch.optim.SGD(net.parameters(), lr=0.1), net)
    sgd.state[net[0].weight] = {}
    assert reset_optimizer(sgd, net, NAMES) == (), "without momentum there is no state"


def test_buffers_and_parameters_of_another_optimiser_are_passed_over(torch: Any) -> None:
    net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 2))
    first, second = (stepped(torch, torch.optim.Adam(part.parameters()), net) for part in (net[0], net[2]))
    changed = ["0.weight", "1.running_mean", "1.num_batches_tracked", "2.weight"]
    assert reset_optimizer(first, net, changed) == ("0.weight",)
    assert remembered(second, net) == ["2.weight", "2.bias"]


@pytest.mark.parametrize(("wrap", "prefix"), [("compile", "_orig_mod."), ("DataParallel", "module.")])
def test_a_wrapped_module_has_wrapped_names(torch: Any, wrap: str, prefix: str) -> None:
    net = network(torch)
    adam = stepped(torch, torch.optim.Adam(net.parameters()), net)
    wrapped = torch.compile(net) if wrap == "compile" else torch.nn.DataParallel(net)
    report = fire_ref.reinitialize(wrapped, "official")[1]
    assert report.changed == (f"{prefix}0.weight", f"{prefix}2.weight")
    with pytest.raises(
        ValueError, match=r"^reset_optimizer: changed must be names of the module; got '0\.weight'\. Try"
    ):
        reset_optimizer(adam, wrapped, ["0.weight"])
    with pytest.raises(ValueError, match=r"; got '\w+\.0\.weight'\. Try report\.changed of the same network\.$"):
        reset_optimizer(adam, net, report.changed)
    assert remembered(adam, net) == NAMES, "nothing is lost by a refusal"
    assert reset_optimizer(adam, wrapped, report.changed) == report.changed
    assert remembered(adam, net) == ["0.bias", "2.bias"]


def test_an_optimiser_of_other_parameters_is_refused(torch: Any) -> None:
    """`load_state_dict(..., assign=True)` puts new parameters in place of those that the optimiser updates."""
    net = network(torch)
    adam = stepped(torch, torch.optim.Adam(net.parameters()), net)
    new, report = fire_ref.reinitialize(net, "official", method="svd")
    net.load_state_dict({name: value.clone() for name, value in new.items()}, assign=True)
    with pytest.raises(
        ValueError, match=r"^reset_optimizer: optimizer must update parameters of the module; got .*\. Try"
    ):
        reset_optimizer(adam, net, report.changed)
    assert reset_optimizer(torch.optim.Adam(net.parameters()), net, report.changed) == ()


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"module": {}}, TypeError, "module must be a torch.nn.Module; got dict"),
        ({"module": None}, TypeError, "module must be a torch.nn.Module; got NoneType"),
        ({"optimizer": None}, TypeError, "optimizer must be a torch.optim.Optimizer; got NoneType"),
        ({"optimizer": {"state": {}}}, TypeError, "optimizer must be a torch.optim.Optimizer; got dict"),
        ({"changed": "0.weight"}, TypeError, "changed must be names; got '0.weight'"),
        ({"changed": None}, TypeError, "changed must be names; got None"),
        ({"changed": 3}, TypeError, "changed must be names; got 3"),
        ({"changed": ["0.weight", "1.weight"]}, ValueError, "changed must be names of the module; got '1.weight'"),
        ({"changed": [["0.weight"]]}, ValueError, "changed must be names of the module; got"),
    ],
    ids=str,
)
def test_what_cannot_be_reset_is_refused_and_nothing_is_lost(
    torch: Any, wrong: dict[str, Any], error: type[Exception], said: str
) -> None:
    net = network(torch)
    adam = stepped(torch, torch.optim.Adam(net.parameters()), net)
    given = {"optimizer": adam, "module": net, "changed": ["0.weight"], **wrong}
    with pytest.raises(error, match=rf"^reset_optimizer: {re.escape(said)}.*\. Try .+\.$"):
        reset_optimizer(**given)
    assert remembered(adam, net) == NAMES


def test_the_report_itself_is_no_list_of_names(torch: Any) -> None:
    net = network(torch)
    report = fire_ref.reinitialize(net, "official")[1]
    with pytest.raises(TypeError, match=r"^reset_optimizer: changed must be names; .*\. Try report\.changed"):
        reset_optimizer(torch.optim.Adam(net.parameters()), net, report)  # type: ignore[arg-type]
