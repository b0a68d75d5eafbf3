"""Values arrive in each library bit by bit, in the layout that was asked for, and never share memory."""

from __future__ import annotations

import itertools
import sys
from contextlib import nullcontext
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fire_ref.conformance.targets.answers import library_of, to_host
from fire_ref.conformance.targets.libraries import to_library, usable
from fire_ref.conformance.targets.outcome import FORMS, Setup
from fire_ref.errors import BackendError, MissingExtraError

from ...backends import available

DTYPES = {"float64": np.float64, "float32": np.float32, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}
PACKAGES = {"mlx": "mlx.core"}


def prepared(arrays: str, dtype: str) -> None:
    """Skip what cannot be had here, and switch JAX's x64 on for float64."""
    library = available(PACKAGES.get(arrays, arrays))
    if arrays == "cupy" and not library.cuda.is_available():
        pytest.skip("CuPy finds no GPU")
    if (arrays, dtype) in (("cupy", "bfloat16"), ("mlx", "float64")):
        pytest.skip("refused")


def sample(dtype: str, shape: tuple[int, ...] = (3, 4)) -> Any:
    values = np.linspace(-3, 7, int(np.prod(shape))).reshape(shape).astype(DTYPES[dtype])
    if values.size > 2:
        values.flat[0], values.flat[1] = np.nan, -0.0
    return values


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("arrays", ["numpy", "torch", "jax", "cupy", "mlx"])
def test_values_survive_both_ways(arrays: str, dtype: str) -> None:
    prepared(arrays, dtype)
    with available("jax").enable_x64(True) if (arrays, dtype) == ("jax", "float64") else nullcontext():
        for form, shape in itertools.product(FORMS, [(3, 4), (2, 3, 4), (5,), (), (0, 3), (1, 1)]):
            values = sample(dtype, shape)
            array = to_library(values, arrays, form)
            assert library_of(array) == arrays
            back = to_host(array)
            assert back.values is not None
            assert (back.values.dtype, back.dtype) == (values.dtype, dtype)
            assert back.values.shape == back.shape == shape
            there = values == values  # MLX gives a NaN other bits
            assert np.array_equal(there, back.values == back.values)
            assert back.values[there].tobytes() == values[there].tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
def test_layouts_of_numpy(dtype: str) -> None:
    values = sample(dtype, (2, 3, 4))
    strided = to_library(values, "numpy", "strided")
    assert not strided.flags.c_contiguous
    assert not strided.flags.f_contiguous
    assert np.isnan(strided.base.astype(np.float64)).sum() == strided.base.size - values.size + 1
    fortran = to_library(values, "numpy", "fortran")
    assert fortran.strides[-2] == fortran.itemsize
    assert to_library(values[0], "numpy", "fortran").flags.f_contiguous
    assert not to_library(values, "numpy", "read-only").flags.writeable
    assert to_library(values, "numpy").flags.c_contiguous


def test_layouts_of_torch() -> None:
    available("torch")
    for dtype in DTYPES:
        values = sample(dtype)
        assert to_library(values, "torch", "strided").stride() == (18, 2)
        assert to_library(values, "torch", "fortran").stride() == (1, 3)
        assert to_library(values, "torch", "plain").stride() == (4, 1)


@pytest.mark.parametrize("arrays", ["numpy", "torch"])
@pytest.mark.parametrize("form", ["plain", "strided", "fortran"])
def test_writing_to_the_array_leaves_the_values_alone(arrays: str, form: str) -> None:
    available(arrays)
    values = sample("float32")
    before = values.tobytes()
    array = to_library(values, arrays, form)
    array[...] = 0
    assert values.tobytes() == before


@pytest.mark.parametrize("arrays", ["numpy", "torch", "jax"])
def test_what_is_here_is_usable(arrays: str) -> None:
    available(arrays)
    usable(Setup(arrays, "float32"))
    usable(Setup(arrays, "bfloat16"))


@pytest.mark.parametrize(
    ("setup", "text"),
    [
        (Setup("tensorflow"), "verify: arrays must be one of numpy, torch, jax, cupy, mlx; got 'tensorflow'."),
        (Setup("numpy", "int8"), "verify: dtype must be one of bfloat16, float16, float32, float64; got 'int8'."),
    ],
)
def test_unknown_names_are_refused(setup: Setup, text: str) -> None:
    with pytest.raises(ValueError, match="verify:") as caught:
        usable(setup)
    assert text in str(caught.value)


def test_float64_needs_x64_in_jax() -> None:
    jax = available("jax")
    with jax.enable_x64(True):
        usable(Setup("jax", "float64"))
    with (
        jax.enable_x64(False),
        pytest.raises(ValueError, match=r"while JAX's x64 is off; got 'float64'\. Try jax.config"),
    ):
        usable(Setup("jax", "float64"))


@pytest.mark.parametrize(("arrays", "extra"), [("torch", "peers"), ("jax", "peers"), ("cupy", "cuda12")])
def test_an_absent_library_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch, arrays: str, extra: str) -> None:
    absent(monkeypatch, arrays)
    with pytest.raises(MissingExtraError, match=rf"needs {arrays}, which is not installed.*fire_ref\[{extra}\]"):
        usable(Setup(arrays))


def test_mlx_has_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    absent(monkeypatch, "mlx")
    with pytest.raises(ValueError, match=r"got 'mlx', which is not installed\. Try pip install mlx"):
        usable(Setup("mlx"))


def absent(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", [])


def test_a_broken_library_is_called_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    absent_finders = list(sys.meta_path)
    absent(monkeypatch, "mlx")
    monkeypatch.setattr(sys, "meta_path", absent_finders)
    (tmp_path / "mlx").mkdir()
    (tmp_path / "mlx" / "core.py").write_text("raise ImportError('libmlx.so: no such file')", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(ValueError, match=r"got 'mlx', which is broken \(libmlx.so: no such file\)"):
        usable(Setup("mlx"))
    for name in ("mlx", "mlx.core"):
        sys.modules.pop(name, None)


def test_cupy_without_a_gpu_is_refused() -> None:
    cupy = available("cupy")
    if cupy.cuda.is_available():
        with pytest.raises(ValueError, match="a dtype that cupy has"):
            usable(Setup("cupy", "bfloat16"))
    else:
        with pytest.raises(BackendError, match=r"^backend: 'cupy' cannot be used: "):
            usable(Setup("cupy"))


def test_a_device_that_the_library_lacks_is_refused_before_it_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    absent(monkeypatch, "cupy")
    with pytest.raises(ValueError, match=r"^verify: device must be 'cuda' with arrays='cupy'; got 'cpu'"):
        usable(Setup("cupy", device="cpu"))
    with pytest.raises(MissingExtraError, match="needs cupy"):
        usable(Setup("cupy", device="cuda"))


def test_a_gpu_is_looked_for_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = available("torch")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    usable(Setup("torch"))
    usable(Setup("torch", device="cpu"))
    with pytest.raises(BackendError, match=r"^verify: device 'cuda' cannot be used: torch "):
        usable(Setup("torch", device="cuda"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_each_form_is_made_on_the_device(form: str, dtype: str) -> None:
    available("torch")
    values = sample(dtype)
    here, there = to_library(values, "torch", form, "cpu"), to_library(values, "torch", form, "meta")
    assert (here.device.type, there.device.type) == ("cpu", "meta")
    assert (there.shape, there.stride(), there.dtype) == (here.shape, here.stride(), here.dtype)
    assert here.stride() == to_library(values, "torch", form).stride()
    back = to_host(here).values
    assert back is not None
    assert back.tobytes() == values.tobytes()
