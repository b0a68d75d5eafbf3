from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.known import KNOWN, Known, callables, installed

INSTALLED = [known.name for known in installed()]


def given(known: Known, values: np.ndarray[Any, np.dtype[Any]]) -> Any:
    if known.arrays == "torch":
        torch = importlib.import_module("torch")
        return torch.from_numpy(values.copy()).to(getattr(torch, known.dtype))
    if known.arrays in ("jax", "mlx"):
        library = importlib.import_module({"jax": "jax.numpy", "mlx": "mlx.core"}[known.arrays])
        return library.array(values.astype(known.dtype))
    return values.astype(known.dtype)


def answer(known: Known, w: Any) -> Any:
    module, name = known.target.split(":")
    target = getattr(importlib.import_module(module), name)
    if known.adapter == "linear":
        nn = importlib.import_module("torch.nn")
        layer = nn.Linear(w.shape[1], w.shape[0])
        layer.weight = nn.Parameter(w.clone())
        target(layer, **known.kwargs)
        return layer.weight.detach()
    y = target(w, **known.kwargs)
    return y if known.result is None else y[known.result]


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5)], ids=str)
@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.name)
def test_an_array_comes_back(known: Known, shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    if known.name not in INSTALLED:
        pytest.skip(f"{known.package} (or {known.arrays}) is not installed")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    # spectral norm below 1.73, so that the one without a normalisation answers as well
    w = given(known, np.random.default_rng(0).standard_normal(shape) / 8)
    y = answer(known, w)
    assert type(y) is type(w)
    assert tuple(y.shape) == shape
    host = np.asarray(y.float() if known.arrays == "torch" else y, dtype=np.float64)
    assert np.isfinite(host).all()
    assert np.linalg.norm(host) > 0.1


def test_a_module_is_loaded_without_its_packages(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "needy" / "inner"
    inner.mkdir(parents=True)
    for package in (tmp_path / "needy", inner):
        (package / "__init__.py").write_text("raise RuntimeError('needs everything')\n")
    (inner / "leaf.py").write_text("from .beside import ANSWER\n")
    (inner / "beside.py").write_text("ANSWER = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert callables._alone("needy.inner.leaf").ANSWER == 42
    assert "needy" not in sys.modules
    assert "needy.inner" not in sys.modules


@pytest.mark.parametrize("name", ["no_such_package.leaf", "fire_ref.no_such_package.leaf"])
def test_a_package_that_is_absent_is_named(name: str) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        callables._alone(name)
    assert "fire_ref" in sys.modules


@pytest.mark.skipif("keras.optimizers.Muon" not in INSTALLED, reason="keras (or torch) is not installed")
def test_importing_keras_leaves_the_random_state() -> None:
    code = (
        "import random, numpy as np, torch\n"
        "from fire_ref.conformance.known.callables import keras_muon\n"
        "state = lambda: (random.getstate(), np.random.get_state()[1].tobytes(), torch.get_rng_state().tolist())\n"
        "before = state(); keras_muon(torch.ones(3, 2)); print(before == state())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("True")
