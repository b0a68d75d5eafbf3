"""A checkpoint gives back the very state, of the very run; anything else is as if there were none."""

from __future__ import annotations

from pathlib import Path

from figures.experiments.checkpoints import SHARED, clear, forget, keep, kept, path

from ...backends import available
from .faked import configuration, moment


def test_the_state_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    torch = available("torch")
    state = moment().model.state_dict()
    for task in (0, 1):
        keep(tmp_path, configuration(), task, state)
    found = kept(tmp_path, configuration())
    assert found is not None
    assert (found.task, found.record) == (1, None)
    assert found.state.keys() == state.keys()
    assert all(torch.equal(torch.from_numpy(found.state[name]), tensor) for name, tensor in state.items())
    assert [one.name for one in tmp_path.iterdir()] == ["random-labels.base.0.safetensors"]


def test_another_run_or_damage_is_no_checkpoint(tmp_path: Path) -> None:
    available("torch")
    one, other = configuration(), configuration(width=9)
    assert kept(tmp_path, one) is None
    keep(tmp_path, one, 0, moment().model.state_dict())
    assert kept(tmp_path, other) is None
    whole = path(tmp_path, one).read_bytes()
    for content in (b"", whole[:50], whole[:-1], b"x" * 100):
        path(tmp_path, one).write_bytes(content)
        assert kept(tmp_path, one) is None


def test_one_that_is_changed_and_still_readable_is_no_checkpoint(tmp_path: Path) -> None:
    available("torch")
    one = configuration()
    keep(tmp_path, one, 0, moment().model.state_dict(), data="digits")
    assert kept(tmp_path, one, "digits") is not None
    assert kept(tmp_path, one, "other data") is None
    whole = bytearray(path(tmp_path, one).read_bytes())
    whole[-3] ^= 1
    path(tmp_path, one).write_bytes(whole)
    assert kept(tmp_path, one, "digits") is None


def test_a_finished_run_leaves_nothing(tmp_path: Path) -> None:
    available("torch")
    where = tmp_path / "checkpoints"
    for seed in (0, 1):
        keep(where, configuration(seed=seed), 0, moment().model.state_dict())
    forget(where, configuration(seed=0))
    assert kept(where, configuration(seed=1)) is not None
    forget(where, configuration(seed=1))
    assert list(where.iterdir()) == []  # another worker may be about to write there
    forget(where, configuration(seed=1))
    clear(where)
    assert not where.exists()


def test_what_is_shared_has_its_record_and_is_removed_apart(tmp_path: Path) -> None:
    available("torch")
    where = tmp_path / "checkpoints"
    shared, own = configuration(SHARED), configuration("base")
    keep(where, shared, 0, moment().model.state_dict(), {"online": 0.25})
    keep(where, own, 0, moment().model.state_dict())
    found = kept(where, shared)
    assert found is not None
    assert found.record == {"online": 0.25}
    clear(where)
    assert kept(where, shared) is None
    assert kept(where, own) is not None
    forget(where, own)
    clear(where)
    assert not where.exists()
