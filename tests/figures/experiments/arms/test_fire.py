"""FIRE is the library's, on every weight of the live module, and it is looked at afterwards."""

from __future__ import annotations

from typing import Any

import pytest

import fire_ref
from figures.experiments.arms import fire
from figures.experiments.refusing import NotFireError
from fire_ref.testing import assert_fire

from ....backends import available
from ..faked import conv_moment, matrices, moment


@pytest.mark.parametrize("make", [moment, conv_moment])
@pytest.mark.parametrize(("change", "dialect"), [(fire.steps(10), "official"), (fire.exact, "paper")])
def test_the_librarys_own_judgement_agrees(change: Any, dialect: str, make: Any) -> None:
    available("torch")
    now = make()
    found = change(now)
    weights = {name: W for name, W in now.model.state_dict().items() if W.ndim in (2, 4)}
    assert found.checked == len(weights)
    for name, W in weights.items():
        assert_fire(W, found.state[name], dialect)


@pytest.mark.parametrize("make", [moment, conv_moment])
@pytest.mark.parametrize("k", [0, 1, 2, 3, 5, 20])
def test_k_steps_are_k(k: int, make: Any) -> None:
    torch = available("torch")
    now = make()
    new = matrices(now.model, fire.steps(k)(now).state)
    for name, (W, c) in matrices(now.model).items():
        X = fire_ref.newton_schulz(W.double(), k)
        assert torch.allclose(new[name][0].double() / c, X, atol=1e-4)
        if k < 5:
            assert not torch.allclose(new[name][0] / c, fire_ref.polar_factor(W), atol=1e-2)


@pytest.mark.parametrize("make", [moment, conv_moment])
@pytest.mark.parametrize("k", [5, 10])
def test_muons_steps_are_muons(k: int, make: Any) -> None:
    torch = available("torch")
    now = make()
    found = fire.muon_steps(k)(now)
    new = matrices(now.model, found.state)
    assert found.checked == sum(W.ndim in (2, 4) for W in now.model.state_dict().values())
    for name, (W, c) in matrices(now.model).items():
        X = fire_ref.newton_schulz(W.double(), k, coefficients="muon")
        assert new[name][0].dtype == W.dtype
        assert torch.allclose(new[name][0].double() / c, X, atol=1e-5)


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_rescaled_steps_have_the_norm_of_the_exact_one_and_their_own_direction(make: Any) -> None:
    torch = available("torch")
    now = make()
    found = fire.rescaled(5)(now)
    new = matrices(now.model, found.state)
    assert found.checked
    for name, (W, c) in matrices(now.model).items():
        V, X = new[name][0], fire_ref.newton_schulz(W, 5)
        assert float(V.norm()) == pytest.approx(float(fire_ref.fire(W, gain=c).norm()), rel=1e-5)
        assert torch.allclose(V / V.norm(), X / X.norm(), atol=1e-6)


@pytest.mark.parametrize("change", [fire.steps(5), fire.exact, fire.muon_steps(5), fire.rescaled(5)])
def test_the_recipe_says_which(change: Any) -> None:
    torch = available("torch")
    model = torch.nn.Module()
    model.to_q, model.to_v = torch.nn.Linear(4, 4), torch.nn.Linear(4, 4)
    found = change(moment()._replace(model=model, recipe="vit"))
    assert found.checked == 1
    assert torch.equal(found.state["to_v.weight"], model.to_v.weight)
    assert not torch.allclose(found.state["to_q.weight"], model.to_q.weight)


@pytest.mark.parametrize("make", [moment, conv_moment])
def test_something_else_in_its_place_stops_the_run(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    available("torch")
    real, iterated = fire_ref.reinitialize, fire_ref.newton_schulz

    def fewer(model: object, recipe: str, *, steps: int = 10, **_: object) -> object:
        return real(model, recipe, steps=steps - 1)

    monkeypatch.setattr(fire_ref, "reinitialize", fewer)
    monkeypatch.setattr(fire_ref, "newton_schulz", lambda W, k, **more: iterated(W, k - 1, **more))
    told = {
        "FIRE with k = 10": fire.steps(10),
        "exact FIRE": fire.exact,
        "FIRE with k = 5, muon": fire.muon_steps(5),
        "FIRE with k = 5, rescaled": fire.rescaled(5),
    }
    for text, change in told.items():
        with pytest.raises(NotFireError, match=rf"fire: \d\.weight must become {text}; got one .* from it"):
            change(make())
