"""An optimiser's state in every form, and what of it is stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import fire_ref
from fire_ref.conformance.states.moments import entries, stale
from fire_ref.conformance.states.verification import verify_state

from ...backends import available
from .small import network

NAME = "fc.weight"
M, ZERO = np.ones((3, 2)), np.zeros((3, 2))


@pytest.mark.parametrize(
    "state",
    [
        {NAME: {"exp_avg": M, "step": np.array(7)}},
        {f"exp_avg.{NAME}": M},
        {f"{NAME}.exp_avg": M},
        {f"state/{NAME}/exp_avg": M},
        {"state": {NAME: {"exp_avg": M}}},
        {"mu": {NAME: M}, "count": np.array(3)},
        {"state": {0: {"exp_avg": M}}, "param_groups": [{"params": [0], "param_names": [NAME]}]},
    ],
    ids=str,
)
def test_every_form_is_read(state: dict[str, Any]) -> None:
    names = [NAME, "fc.bias"]
    (found,) = stale("f", entries("f", state, None), names, [NAME])
    assert (found.code, found.severity, found.tensor) == ("STALE_OPTIMIZER", "limit", NAME)
    assert ("exp_avg" in found.evidence) or ("mu" in found.evidence)
    assert stale("f", entries("f", state, None), names, ["fc.bias"]) == []


@pytest.mark.parametrize("suffix", ["npz", "safetensors"])
def test_files_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"adam.{suffix}"
    state = {f"exp_avg.{NAME}": M, f"step.{NAME}": np.array(5.0), "exp_avg.fc.bias": np.ones(3)}
    np.savez(path, **state) if suffix == "npz" else save_file(state, path)
    assert [one.tensor for one in stale("f", entries("f", path, None), [NAME, "fc.bias"], [NAME])] == [NAME]


def test_zeros_counts_and_other_names_are_not_stale() -> None:
    fresh = {NAME: {"exp_avg": ZERO, "step": np.array(7)}, f"old_{NAME}": {"exp_avg": M}, f"{NAME}s": {"exp_avg": M}}
    names = [NAME, f"old_{NAME}", f"{NAME}s"]
    assert stale("f", entries("f", fresh, None), names, [NAME]) == []
    assert stale("f", [], names, [NAME]) == []


def test_the_longest_name_is_meant() -> None:
    names = ["fc.weight", "block.fc.weight"]
    state = {"exp_avg.block.fc.weight": M}
    assert stale("f", entries("f", state, None), names, ["fc.weight"]) == []
    assert len(stale("f", entries("f", state, None), names, ["block.fc.weight"])) == 1


def test_a_live_optimizer_before_and_after_it_is_reset() -> None:
    torch = available("torch")
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(6, 8), torch.nn.LayerNorm(8), torch.nn.Linear(8, 4))
    adam = torch.optim.Adam(net.parameters())
    net(torch.ones(2, 6)).square().sum().backward()
    adam.step()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    new, done = fire_ref.reinitialize(net, "official")
    net.load_state_dict(new)
    report = verify_state(before, net, recipe="official", optimizer=adam)
    found = [(one.tensor, one.severity) for one in report.diagnoses if one.code == "STALE_OPTIMIZER"]
    assert found == [("0.weight", "limit"), ("2.weight", "limit")]
    assert report.passed
    fire_ref.reset_optimizer(adam, net, done.changed)
    assert verify_state(before, net, recipe="official", optimizer=adam).diagnoses == ()


@pytest.mark.parametrize(
    ("optimizer", "message"),
    [
        (3, "optimizer must be a torch optimizer"),
        (
            {"state": {0: {"exp_avg": M}}, "param_groups": [{"params": [0]}]},
            "must name its parameters; got the number 0",
        ),
        ({"exp_avg.other": M}, "must name tensors of the network; got 'exp_avg.other'"),
    ],
)
def test_what_cannot_be_read_is_told(optimizer: Any, message: str) -> None:
    before = network("official")
    after, _ = fire_ref.reinitialize(before, "official")
    with pytest.raises((TypeError, ValueError), match=f"^verify_state: .*{message}"):
        verify_state(before, after, recipe="official", optimizer=optimizer)


def test_an_optimizer_needs_the_names_of_a_module() -> None:
    torch = available("torch")
    net = torch.nn.Linear(3, 2)
    with pytest.raises(ValueError, match=r"come with the module as `after`.*got dict"):
        entries("f", torch.optim.SGD(net.parameters()), {})
