"""`audit`: what may be given to it, and what it answers."""

from __future__ import annotations

import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref import BackendError
from fire_ref.weights import digits_conv, digits_mlp

from ..backends import HALF, available
from .networks import State, ordinary, safetensors


def names(found: fire_ref.Audit) -> list[str]:
    return [row.name for row in found.rows]


@pytest.mark.parametrize("kind", ["npz", "compressed", "safetensors", "index"])
def test_a_file_is_audited_like_the_state_it_holds(kind: str, tmp_path: Path, rng: np.random.Generator) -> None:
    state = ordinary(rng)
    if kind == "safetensors":
        path = safetensors(tmp_path / "model.safetensors", state)
    elif kind == "index":
        parts = {"b.safetensors": list(state)[2:], "a.safetensors": list(state)[:2]}
        for shard, held in parts.items():
            safetensors(tmp_path / shard, {name: state[name] for name in held})
        path = tmp_path / "model.safetensors.index.json"
        where = ",".join(f'"{name}":"{shard}"' for shard, held in parts.items() for name in held)
        path.write_text(f'{{"weight_map":{{{where}}}}}')
    else:
        path = tmp_path / "model.npz"
        (np.savez if kind == "npz" else np.savez_compressed)(path, **state)
    found, wanted = fire_ref.audit(path), fire_ref.audit(state)
    assert found.rows == fire_ref.audit(str(path)).rows == wanted.rows
    assert (found.totals, found.sentences, found.skipped) == (wanted.totals, wanted.sentences, wanted.skipped)
    assert (found.source, wanted.source) == (str(path), "a dict")


def test_the_shipped_networks_are_the_default() -> None:
    found = fire_ref.audit()
    weights = {f"digits_mlp.{n}" for n, W in digits_mlp().items() if W.ndim > 1}
    weights |= {f"digits_conv.{n}" for n, W in digits_conv().items() if W.ndim > 1}
    assert set(names(found)) == weights
    assert all(name.endswith(".bias") for name in found.skipped)
    dfi = {row.name: row.dfi for row in found.rows}
    for row in fire_ref.audit(digits_mlp()).rows:
        assert dfi[f"digits_mlp.{row.name}"] == row.dfi
    assert "ship" in found.source


def test_a_module_is_audited_by_its_layers() -> None:
    torch = available("torch")
    torch.manual_seed(0)
    layers = {
        "table": torch.nn.Embedding(7, 4),
        "dense": torch.nn.Linear(4, 3),
        "conv": torch.nn.Conv2d(3, 4, 3),
        "norm": torch.nn.BatchNorm2d(4),
    }
    module = torch.nn.ModuleDict(layers)
    found = fire_ref.audit(module, recipe="official")
    assert {row.name: row.action for row in found.rows} == {
        "table.weight": "keep",
        "dense.weight": "fire",
        "conv.weight": "fire",
    }
    assert "Embedding" in found.rows[0].note
    assert set(found.skipped) == set(module.state_dict()) - set(names(found))
    assert fire_ref.audit(module).rows[0].action == "fire"
    assert fire_ref.audit(dict(module.state_dict()), recipe="official").rows[0].action == "fire"  # its kind is unknown
    assert {row.dtype for row in found.rows} == {"float32"}


def test_a_tied_tensor_has_one_row_and_the_owner_that_the_recipe_takes(rng: np.random.Generator) -> None:
    shared = rng.standard_normal((4, 4))
    found = fire_ref.audit({"a": shared, "b": shared, "view": shared[:], "copy": shared.copy(), "turned": shared.T})
    assert names(found) == ["a", "copy", "turned"]
    assert found.skipped == {"b": "tied to a", "view": "tied to a"}
    torch = available("torch")
    table, head = torch.nn.Embedding(5, 4), torch.nn.Linear(4, 5, bias=False)
    head.weight = table.weight
    found = fire_ref.audit(torch.nn.ModuleDict({"table": table, "head": head}), recipe="official")
    assert [(row.name, row.action) for row in found.rows] == [("head.weight", "fire")]
    assert found.skipped == {"table.weight": "tied to head.weight"}


def test_a_fused_weight_has_a_row_for_each_block_that_is_projected(rng: np.random.Generator) -> None:
    fused = rng.standard_normal((12, 4))
    state = {"h.0.attn.c_attn.weight": fused, "h.0.mlp.c_fc.weight": rng.standard_normal((16, 4)), "x": np.eye(3)}
    found = fire_ref.audit(state, recipe="gpt")
    assert names(found) == [
        *(f"h.0.attn.c_attn.weight[rows {i}:{i + 4}]" for i in (0, 4, 8)),
        *("h.0.mlp.c_fc.weight", "x"),
    ]
    assert [row.gain for row in found.rows] == [1.0, 1.0, 1.0, 2.0, 1.0]
    for row, block in zip(found.rows, np.split(fused, 3), strict=False):
        assert row == replace(fire_ref.audit({row.name: block}).rows[0], name=row.name)
    assert found.rows[4].note == "no rule of recipe 'gpt' takes it (2 axes)"
    assert fire_ref.audit(state, recipe="auto").rows == found.rows


def test_every_library_has_the_rows_of_numpy(arrays: Any, rng: np.random.Generator) -> None:
    W = rng.standard_normal((6, 4))
    (row,) = fire_ref.audit({"w": arrays.make(W, arrays.widest)}).rows
    (wanted,) = fire_ref.audit({"w": W.astype(arrays.widest)}).rows
    # Two libraries' SVDs in the wide dtype; the condition is below 10.
    assert row.dfi[5] == pytest.approx(wanted.dfi[5], rel=1e-12)
    assert (row.dtype, row.rank, row.steps_needed) == (wanted.dtype, wanted.rank, wanted.steps_needed)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
def test_every_float_is_audited_in_float64(dtype: str, tmp_path: Path, rng: np.random.Generator) -> None:
    W = rng.standard_normal((5, 3)).astype(HALF.get(dtype, dtype))
    (row,) = fire_ref.audit({"w": W}).rows
    (wide,) = fire_ref.audit({"w": W.astype(np.float64)}).rows
    assert row.dtype == dtype
    assert (row.s_max, row.dfi, row.sfe) == (wide.s_max, wide.dfi, wide.sfe)
    assert fire_ref.audit(safetensors(tmp_path / "w.safetensors", {"w": W})).rows == (row,)


def test_steps_are_sorted_and_told_once(rng: np.random.Generator) -> None:
    W = {"w": rng.standard_normal((4, 4))}
    assert fire_ref.audit(W).steps == (5, 10)
    assert fire_ref.audit(W, steps=3).steps == (3,)
    assert fire_ref.audit(W, steps=np.int64(3)).steps == (3,)
    found = fire_ref.audit(W, steps=[10, 2, 10, 0, 2])
    assert found.steps == (0, 2, 10)
    assert list(found.rows[0].dfi) == [0, 2, 10, "exact"]


def test_layouts_are_told_and_not_guessed(rng: np.random.Generator) -> None:
    state = {"dense": rng.standard_normal((4, 3)), "conv1d": rng.standard_normal((6, 4, 3))}
    assert names(fire_ref.audit(state)) == ["dense"]
    assert "3 axes" in fire_ref.audit(state).skipped["conv1d"]
    found = fire_ref.audit(state, layout="OIW,IO")
    assert [(row.layout, row.matrices, row.gain) for row in found.rows] == [
        ("IO", 1, pytest.approx((3 / 4) ** 0.5)),
        ("OIW", 3, pytest.approx((6 / 4) ** 0.5 / 3)),
    ]


def test_what_is_no_weight_is_skipped_with_a_reason(rng: np.random.Generator) -> None:
    odd = {"steps": 3, "table": np.arange(6).reshape(2, 3), "mask": np.ones((2, 2), bool), "empty": np.ones((0, 3))}
    parts = {"parts.weight_g": np.ones((2, 1)), "parts.weight_v": np.ones((2, 3))}
    found = fire_ref.audit(ordinary(rng) | odd | {"wave": np.ones((2, 2), complex)} | parts)
    assert names(found) == [name for name in ordinary(rng) if name.endswith(".weight")]
    assert set(found.skipped) == {*odd, *parts, "wave", "block.1.bias"}
    assert all(found.skipped.values())


def test_a_broken_tensor_has_a_row_and_the_others_their_numbers(rng: np.random.Generator) -> None:
    state = ordinary(rng)
    bad = state["head.weight"].copy()
    bad[2, 3] = -np.inf
    found = fire_ref.audit(state | {"head.weight": bad})
    row = found.rows[-1]
    assert (row.action, row.note) == ("refuse", "holds -inf at index (2, 3)")
    assert np.isnan(row.cond)
    assert row.rank is None
    assert found.rows[:-1] == fire_ref.audit(state).rows[:-1]


def test_the_operator_is_asked_for(rng: np.random.Generator) -> None:
    state = {"conv": rng.standard_normal((3, 2, 3, 3)), "dense": np.eye(3)}
    assert all(row.operator is None for row in fire_ref.audit(state).rows)
    conv, dense = fire_ref.audit(state, operator=6).rows
    assert conv.operator is not None
    assert conv.operator["before"].s_max > conv.operator["before"].s_min >= 0
    assert dense.operator is None


def test_the_input_stays_as_it_is(rng: np.random.Generator) -> None:
    state = ordinary(rng)
    before = {name: W.tobytes() for name, W in state.items()}
    for W in state.values():
        W.flags.writeable = False
    fire_ref.audit(state, operator=4)
    assert {name: W.tobytes() for name, W in state.items()} == before


def test_progress_is_told_in_entries_before_each_tensor(rng: np.random.Generator) -> None:
    told: list[tuple[str, int, int]] = []
    state = ordinary(rng)
    found = fire_ref.audit(state, watch=lambda *args: told.append(args))
    assert [name for name, _, _ in told] == names(found)
    sizes = [state[name].size for name in names(found)]
    assert [done for _, done, _ in told] == [sum(sizes[:i]) for i in range(len(sizes))]
    assert {everything for _, _, everything in told} == {sum(sizes)}


def test_a_file_is_read_tensor_by_tensor(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "model.safetensors", {f"w{i}": np.eye(4) for i in range(3)})
    seen: list[str] = []

    def cut_short(name: str, *_: int) -> None:
        seen.append(name)
        if name == "w1":
            path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(ValueError, match="left alone while it is read"):
        fire_ref.audit(path, watch=cut_short)
    assert seen == ["w0", "w1"]


@pytest.mark.parametrize("kind", ["npz", "safetensors"])
def test_twenty_tensors_need_the_memory_of_one(kind: str, tmp_path: Path, rng: np.random.Generator) -> None:
    size = 256 * 256 * 8
    peaks = []
    for count in (1, 1, 20):  # the first pays for what is imported and cached
        path = tmp_path / f"{count}.{kind}"
        state = {f"w{i}": rng.standard_normal((256, 256)) for i in range(count)}
        np.savez(path, **state) if kind == "npz" else safetensors(path, state)
        del state
        tracemalloc.start()
        fire_ref.audit(path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # Nineteen more rows of a few kB, spectra of 2 kB: less than one tensor, where keeping them would be nineteen.
    assert peaks[2] - peaks[1] < size
    assert peaks[1] > size  # or nothing was measured


@pytest.mark.parametrize("installed", [True, False])
def test_cuda_without_a_gpu_is_refused_before_the_work(installed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not installed:
        monkeypatch.setitem(sys.modules, "cupy", None)
    elif available("cupy").cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(BackendError, match="finds no" if installed else r"fire_ref\[cuda12\]"):
        fire_ref.audit("missing.safetensors", device="cuda")


@pytest.mark.parametrize(
    ("error", "told", "arguments"),
    [
        (TypeError, "state must be a mapping", {"state_or_path": 3}),
        (TypeError, "state must be a mapping", {"state_or_path": np.eye(3)}),
        (TypeError, r"state\['a'\] must have strings for names; got None", {"state_or_path": {"a": {None: np.eye(2)}}}),
        (ValueError, "state must hold at least one tensor", {"state_or_path": {}}),
        (FileNotFoundError, r"missing\.npz must exist", {"state_or_path": "missing.npz"}),
        (TypeError, "steps must be a whole number", {"steps": "5"}),
        (TypeError, "steps must be a whole number", {"steps": (5, 2.5)}),
        (TypeError, "steps must be a whole number", {"steps": True}),
        (ValueError, "steps must be a whole number >= 0", {"steps": (5, -1)}),
        (ValueError, "steps must name at least one", {"steps": ()}),
        (ValueError, "layout must", {"layout": "XY"}),
        (ValueError, "layout must be one layout for each", {"layout": "IO,OI"}),
        (TypeError, "layout must be a string", {"layout": 3}),
        (ValueError, "operator must be a whole number >= 1", {"operator": 0}),
        (TypeError, "operator must be a whole number", {"operator": 2.5}),
        (ValueError, "device must be one of 'cpu', 'cuda'", {"device": "tpu"}),
        (ValueError, "recipe must be one of 'official'", {"recipe": "unofficial"}),
        (TypeError, "recipe must be a name", {"recipe": 3}),
    ],
)
def test_a_bad_argument_is_refused_in_one_sentence(
    error: type[Exception], told: str, arguments: State, rng: np.random.Generator
) -> None:
    with pytest.raises(error, match=rf"^audit: {told}") as caught:
        fire_ref.audit(**({"state_or_path": ordinary(rng)} | arguments))
    assert "\n" not in str(caught.value)


def test_no_two_rows_share_a_name(rng: np.random.Generator) -> None:
    try:
        found = fire_ref.audit({1: rng.standard_normal((3, 3)), "1": rng.standard_normal((4, 4))})
    except (TypeError, ValueError):
        return
    assert len(set(names(found))) == len(found.rows) == len(found.spectra)


def test_a_weight_that_is_tied_to_what_is_no_weight_is_audited(rng: np.random.Generator) -> None:
    shared = rng.standard_normal((3, 3))
    found = fire_ref.audit({"net.parametrizations.weight.original": shared, "head.weight": shared, "again": shared})
    assert names(found) == ["head.weight"]
    assert found.skipped["again"] == "tied to head.weight"
