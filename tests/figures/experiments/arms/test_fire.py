"""FIRE is the library's, on every weight of the live module, and it is looked at afterwards."""

from __future__ import annotations

import pytest

import fire_ref
from figures.experiments.arms import fire
from figures.experiments.refusing import NotFireError
from fire_ref.testing import assert_fire

from ....backends import available
from ..faked import moment


@pytest.mark.parametrize(("change", "dialect"), [(fire.steps(10), "official"), (fire.exact, "paper")])
def test_the_librarys_own_judgement_agrees(change: object, dialect: str) -> None:
    available("torch")
    now = moment(width=10)
    found = change(now)  # type: ignore[operator]
    assert found.checked == 4
    for name, W in now.model.state_dict().items():
        if W.ndim == 2:
            assert_fire(W, found.state[name], dialect)


def test_five_steps_are_five() -> None:
    torch = available("torch")
    now = moment()
    state = fire.steps(5)(now).state
    for name, W in now.model.state_dict().items():
        if W.ndim == 2:
            wanted = fire_ref.fire(W, method="newton-schulz", steps=5)
            assert torch.allclose(state[name], wanted, atol=1e-5)
            assert not torch.allclose(state[name], fire_ref.fire(W), atol=1e-2)


def test_something_else_in_its_place_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    available("torch")
    real = fire_ref.reinitialize

    def fewer(model: object, recipe: str, *, steps: int = 10, **_: object) -> object:
        return real(model, recipe, steps=steps - 1)

    monkeypatch.setattr(fire_ref, "reinitialize", fewer)
    for change, told in ((fire.steps(10), "FIRE with k = 10"), (fire.exact, "exact FIRE")):
        with pytest.raises(NotFireError, match=rf"fire: \d\.weight must become {told}; got one .* from it"):
            change(moment())
