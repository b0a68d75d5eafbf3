"""`verify_state`: right networks pass, wrong ones are named, files and modules are read, bad input is told."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from jsonschema import Draft202012Validator
from safetensors.numpy import save_file

import fire_ref
from fire_ref.conformance.report import Report, schema
from fire_ref.conformance.states.verification import verify_state

from ...backends import available
from .mutants import C_ATTN, MUTANTS, Mutant, steps
from .small import NETWORKS, initial, network

#: Limits and notes that right networks of some recipes have.
USUAL = {"UNDER_ITERATED", "STALE_BATCHNORM", "NOT_COPIED"}
#: What computes, and in which dtypes that is tried here.
METHODS = {None: ("float64", "float32", "bfloat16"), "svd": ("float16",)}
#: Mistakes that rounding to half precision could hide; one mutant for each.
BLURRED = {
    "FUSED_QKV_WHOLE",
    "QKV_BOUNDARY",
    "SHARD_LOCAL",
    "TIED_TWICE",
    "WRONG_STEPS",
    "WRONG_GAIN",
    "LAYOUT_IN_OUT",
    "CONV_FLATTENED",
    "WRONG_FACTOR_QR",
    "UNEXPLAINED",
}
IN_HALF = list({one.codes: one for one in MUTANTS if one.halves and one.codes[0] in BLURRED}.values())


def errors(report: Report) -> list[tuple[str, str]]:
    return [(one.code, one.tensor) for one in report.diagnoses if one.severity == "error"]


def check(mutant: Mutant, dtype: str) -> None:
    before, after, first = mutant.states(dtype)
    report = verify_state(before, after, recipe=mutant.recipe, dialect=mutant.dialect, initial=first)
    found = errors(report)
    assert tuple(code for code, _ in found) == mutant.codes, str(report)
    assert found[0][1] == mutant.tensor
    assert not report.passed
    assert {one.code for one in report.diagnoses} - {code for code, _ in found} <= USUAL


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_a_wrong_network_is_named(mutant: Mutant) -> None:
    check(mutant, "float32")


@pytest.mark.parametrize("mutant", IN_HALF, ids=lambda one: one.name)
def test_a_wrong_network_is_named_in_half_precision(mutant: Mutant) -> None:
    check(mutant, "bfloat16")


@pytest.mark.parametrize("recipe", NETWORKS)
@pytest.mark.parametrize(("method", "dtype"), [(m, d) for m, dtypes in METHODS.items() for d in dtypes])
def test_a_right_network_passes(recipe: str, method: str | None, dtype: str) -> None:
    before, first = network(recipe, dtype, seed=5), initial(recipe, dtype)
    after, done = fire_ref.reinitialize(before, recipe, method=method, initial=first)
    report = verify_state(before, after, recipe=recipe, dialect="paper" if method else None, initial=first)
    assert errors(report) == []
    assert report.passed
    assert (report.faithful.status, report.level, report.dtype) == ("yes", "state", dtype)
    assert {one.code for one in report.diagnoses} <= USUAL
    judged = {result.case.split("[")[0] for result in report.results if result.check == "value.faithful"}
    assert judged == {row.name.split("[")[0] for row in done.rows}
    if method:
        assert report.converged == report.faithful


@pytest.mark.parametrize(("k", "passed"), [(20, True), (19, False)])
def test_a_dialect_takes_the_place_of_what_the_rules_say(k: int, passed: bool) -> None:
    before = network("llama")
    after, _ = fire_ref.reinitialize(before, "llama", steps=k)
    taken = [name for name in before if not np.array_equal(before[name], after[name])]
    edges = {"qkv_proj": (32, 40), "gate_up_proj": (48,)}
    for name in taken:  # the dialect keeps the norm of every block
        parts = np.split(before[name], edges.get(name.split(".")[-2], ()))
        after[name] = np.concatenate([steps(part, k, gain="norm") for part in parts])
    report = verify_state(before, after, recipe="llama", dialect="norm-preserving")
    assert report.passed is passed
    assert report.dialect == "norm-preserving"
    assert "recipe llama" in report.target


def test_k_steps_are_not_the_exact_factor_and_are_faithful() -> None:
    before = network("gpt")
    after, _ = fire_ref.reinitialize(before, "gpt")
    found = verify_state(before, after, recipe="gpt")
    assert (found.faithful.status, found.converged.status, found.passed) == ("yes", "no", True)
    assert found.converged.steps_needed is not None
    assert found.converged.steps_needed > 5
    assert [(one.code, one.severity) for one in found.diagnoses] == [("UNDER_ITERATED", "limit")]
    assert found.fits[0] == "official-gpt"
    exact = verify_state(before, after, recipe="gpt", dialect="paper")
    assert not exact.passed
    assert {code for code, _ in errors(exact)} == {"UNDER_ITERATED"}


def test_the_boundary_that_fits_is_told_beside_the_declared_one() -> None:
    mutant = next(one for one in MUTANTS if one.name == "off by two rows")
    before, after, _ = mutant.states()
    (found,) = [one for one in verify_state(before, after, recipe="gpt").diagnoses if one.severity == "error"]
    assert "0:26, 26:48, 48:72" in found.evidence
    assert "declared 3 blocks of rows 0:24, 24:48, 48:72" in found.evidence


def test_two_mistakes_are_two() -> None:
    before = network("gpt")
    after, _ = fire_ref.reinitialize(before, "gpt")
    after[C_ATTN] = steps(before[C_ATTN], 5)
    after["transformer.wpe.weight"] = steps(before["transformer.wpe.weight"], 5)
    assert set(errors(verify_state(before, after, recipe="gpt"))) == {
        ("FUSED_QKV_WHOLE", C_ATTN),
        ("WRONG_TARGETS", "transformer.wpe.weight"),
    }


@pytest.mark.parametrize("name", ["off by two rows", "NaN", "a bias is zeroed"])
def test_the_json_is_what_the_schema_says(name: str) -> None:
    before, after, _ = next(one for one in MUTANTS if one.name == name).states()
    report = verify_state(before, after, recipe=next(one.recipe for one in MUTANTS if one.name == name))
    data = json.loads(report.to_json(), parse_constant=pytest.fail)
    assert list(Draft202012Validator(schema()).iter_errors(data)) == []
    assert data["diagnoses"][0]["tensor"] in report.to_html()
    assert data["diagnoses"][0]["tensor"] in str(report)


def test_many_notes_are_folded_and_all_are_in_the_json() -> None:
    before = network("resnet")
    more = {f"tower{i}.{name}": W for i in range(2) for name, W in network("resnet", seed=i).items()}
    after, _ = fire_ref.reinitialize(before | more, "resnet")
    report = verify_state(before | more, after, recipe="resnet")
    stale = [one for one in report.diagnoses if one.code == "STALE_BATCHNORM"]
    assert len(stale) == 9
    assert str(report).count("note STALE_BATCHNORM (") == 3
    assert "note STALE_BATCHNORM: 6 more" in str(report)


def saved(folder: Path, name: str, state: dict[str, Any], kind: str) -> Path:
    if kind == "npz":
        np.savez(folder / f"{name}.npz", **state)
        return folder / f"{name}.npz"
    if kind == "safetensors":
        save_file(state, folder / f"{name}.safetensors")
        return folder / f"{name}.safetensors"
    names = list(state)
    shards = {f"{name}-{i}.safetensors": names[i::2] for i in range(2)}
    for shard, inside in shards.items():
        save_file({one: state[one] for one in inside}, folder / shard)
    index = folder / f"{name}.safetensors.index.json"
    where = {one: shard for shard, inside in shards.items() for one in inside}
    index.write_text(json.dumps({"metadata": {}, "weight_map": where}))
    return index


@pytest.mark.parametrize("kind", ["npz", "safetensors", "index"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_files_are_read_and_their_counters_compared(tmp_path: Path, kind: str, dtype: str) -> None:
    if kind == "npz" and dtype == "bfloat16":
        dtype = "float16"  # which NumPy's own format knows
    before = network("resnet", dtype)
    after, _ = fire_ref.reinitialize(before, "resnet")
    paths = [saved(tmp_path, name, state, kind) for name, state in (("old", before), ("new", after))]
    report = verify_state(*paths, recipe="auto")
    assert report.passed
    assert report.target == str(paths[1])
    after["bn1.num_batches_tracked"] = np.array(7)
    wrong = verify_state(paths[0], saved(tmp_path, "worse", after, kind), recipe="resnet")
    assert errors(wrong) == [("NON_WEIGHT_CHANGED", "bn1.num_batches_tracked")]


def test_a_tied_tensor_that_a_file_keeps_once_is_no_loss() -> None:
    before = network("gpt")
    after, _ = fire_ref.reinitialize(before, "gpt")
    once = {name: V for name, V in after.items() if name != "lm_head.weight"}
    assert verify_state(before, once, recipe="gpt").passed
    alone = {name: W for name, W in before.items() if name != "lm_head.weight"}
    assert verify_state(alone, after, recipe="gpt").passed
    after["lm_head.weight"] = after["lm_head.weight"] * 2
    assert errors(verify_state(alone, after, recipe="gpt")) == [("WRONG_TARGETS", "lm_head.weight")]


def test_a_live_module_tells_what_its_layers_are() -> None:
    torch = available("torch")
    torch.manual_seed(3)

    def made() -> Any:
        net = torch.nn.ModuleDict({"table": torch.nn.Embedding(9, 6), "fc": torch.nn.Linear(6, 12)})
        net["head"] = torch.nn.Linear(6, 9, bias=False)
        net["head"].weight = net["table"].weight
        return net

    net = made()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    net.load_state_dict(fire_ref.reinitialize(net, "official")[0])
    assert verify_state(before, net, recipe="official").passed
    torch.nn.init.zeros_(net["fc"].bias)
    assert errors(verify_state(before, net, recipe="official")) == [("NON_WEIGHT_CHANGED", "fc.bias")]
    parted = made()
    parted["head"].weight = torch.nn.Parameter(parted["table"].weight.detach().clone())
    whole = made()
    parted.load_state_dict(fire_ref.reinitialize(whole, "official")[0])
    report = verify_state(whole, parted, recipe="official")
    assert [(one.code, one.severity) for one in report.diagnoses if one.tensor == "table.weight"] == [
        ("TIED_SPLIT", "note")
    ]


def test_a_tree_of_another_library_is_compared_on_the_host() -> None:
    jax = available("jax")
    before = network("simba")
    states = [before, *(fire_ref.reinitialize(before, recipe)[0] for recipe in ("simba", "simba-ortho"))]
    old, right, wrong = (jax.tree.map(jax.numpy.asarray, state) for state in states)
    assert verify_state(old, right, recipe="simba").passed
    assert {code for code, _ in errors(verify_state(old, wrong, recipe="simba"))} == {"WRONG_GAIN"}


def test_computing_in_half_precision_is_a_limit_and_no_error() -> None:
    torch = available("torch")
    before = network("gpt", "bfloat16")
    after, _ = fire_ref.reinitialize(before, "gpt")
    name = "transformer.h.0.mlp.c_fc.weight"
    X = torch.tensor(before[name].astype(np.float32)).bfloat16()
    X = X / X.norm()
    for _ in range(5):
        X = 1.5 * X - 0.5 * (X @ (X.T @ X))
    after[name] = (2 * X).float().numpy().astype(ml_dtypes.bfloat16)
    report = verify_state(before, after, recipe="gpt")
    told = [(one.code, one.severity, one.tensor) for one in report.diagnoses if one.code != "UNDER_ITERATED"]
    assert told == [("DTYPE_DOWNCAST", "limit", name)]
    assert report.passed


def test_a_zero_tap_may_be_completed_by_the_exact_method_and_not_become_nan() -> None:
    before = network("official")
    before["conv.weight"][:, :, 1, 1] = 0
    after, _ = fire_ref.reinitialize(before, "official", method="svd")
    assert verify_state(before, after, recipe="official", dialect="paper").passed
    after["conv.weight"][:, :, 1, 1] = np.nan
    report = verify_state(before, after, recipe="official", dialect="paper")
    assert errors(report) == [("ZERO_NAN", "conv.weight")]
    # Of k steps it is a documented property, and no network passes with it.
    steps_only = verify_state(before, after, recipe="official", dialect="official")
    assert ("ZERO_NAN", "limit") in [(one.code, one.severity) for one in steps_only.diagnoses]
    assert not steps_only.passed


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_huge_weights_are_judged_without_a_word_from_numpy() -> None:
    before = {name: W.astype(np.float64) * 1e200 for name, W in network("official").items()}
    after, _ = fire_ref.reinitialize(before, "official")
    assert verify_state(before, after, recipe="official").passed
    for times in (1e200, -1e300):
        wrong = after | {"fc.weight": after["fc.weight"] * times, "fc.bias": after["fc.bias"] / 2}
        report = verify_state(before, wrong, recipe="official")
        assert {tensor for _, tensor in errors(report)} == {"fc.weight", "fc.bias"}
        assert "nan" not in str(report)


def test_progress_is_told() -> None:
    before, seen = network("official"), []
    after, _ = fire_ref.reinitialize(before, "official")
    verify_state(before, after, recipe="official", progress=lambda *told: seen.append(told))
    assert [name for _, _, name in seen] == list(before)
    assert [done for done, _, _ in seen] == list(range(len(before)))


def test_memory_follows_the_largest_tensor(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    many = {f"layers.{i}.self_attn.q_proj.weight": rng.standard_normal((96, 96)) for i in range(16)}
    one = dict(list(many.items())[:2])
    peaks = []
    for name, before in (("few", one), ("many", many)):
        after, _ = fire_ref.reinitialize(before, "llama")
        paths = [saved(tmp_path, f"{name}-{i}", state, "safetensors") for i, state in enumerate((before, after))]
        del after
        tracemalloc.start()
        assert verify_state(*paths, recipe="llama").passed
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 4 * 96 * 96 * 8  # 14 more tensors, before and after, would be 28 of these


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"recipe": "gpt-5"}, "recipe must be one of 'official'"),
        ({"dialect": "fire"}, "dialect must be one of paper, official"),
        ({"after": {"other": np.eye(2)}}, "before and after must share names; got 'conv.weight' and so on before"),
        ({"before": {}}, "before must hold at least one tensor"),
        ({"before": 3}, "before must be a mapping"),
        ({"after": "nowhere.safetensors"}, "nowhere.safetensors must exist"),
        ({"after": "model.pt"}, "model.pt must exist"),
        ({"recipe": "vit"}, "before must hold what 'vit' takes"),
        ({"initial": {}}, "initial must be left out: recipe 'official' puts no tensor back"),
        ({"recipe": "dqn", "initial": None}, "initial must be given"),
        ({"optimizer": 3}, "optimizer must be a torch optimizer"),
        ({"optimizer": {"exp_avg.nothing": np.ones(2)}}, "optimizer must name tensors of the network"),
        ({"layout": "HW"}, "layout must be"),
        ({"progress": 3}, "progress must be callable"),
    ],
    ids=str,
)
def test_bad_input_is_one_sentence(arguments: dict[str, Any], message: str) -> None:
    before = network("official")
    given: dict[str, Any] = {"before": before, "after": dict(before), "recipe": "official"} | arguments
    with pytest.raises((ValueError, TypeError, OSError)) as caught:
        verify_state(given.pop("before"), given.pop("after"), **given)
    assert str(caught.value).startswith("verify_state: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_fits_no_dialect_lists_none() -> None:
    before = network("official")
    after, _ = fire_ref.reinitialize(before, "official", steps=3)
    assert verify_state(before, after, recipe="official").fits == ()
