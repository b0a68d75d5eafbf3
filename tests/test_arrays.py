"""The backend switch: `backend()` with and without CuPy, with and without a GPU."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import array_api_compat as compat
import pytest

import fire_ref
from fire_ref.arrays import on_host, quiet

from .backends import available, backend


#: Every public function of one weight, called in the simplest way.
def test_numpy_is_always_there() -> None:
    assert compat.is_numpy_namespace(fire_ref.backend("numpy"))


@pytest.mark.parametrize("name", ["numpy", "read-only", "strict", "torch", "jax"])
def test_what_a_library_makes_without_a_gpu_is_on_the_host(name: str) -> None:
    with backend(name) as arrays:
        here = name != "jax" or available("jax").default_backend() == "cpu"
        assert on_host(arrays.make([[1.0]], arrays.widest)) is here


def test_what_lies_elsewhere_is_not() -> None:
    torch, strict = available("torch"), available("array_api_strict")
    assert not on_host(torch.ones(2, device="meta"))
    assert not on_host(strict.ones(2, device=strict.Device("device1")))


def test_an_array_of_jax_is_where_its_devices_are(monkeypatch: pytest.MonkeyPatch) -> None:
    class Sharded:
        def __init__(self, *devices: str) -> None:
            self.devices = lambda: set(devices)

    monkeypatch.setattr(compat, "is_jax_array", lambda array: isinstance(array, Sharded))
    assert on_host(Sharded("cpu:0", "TFRT_CPU_1"))
    assert not on_host(Sharded("cuda:0"))
    assert not on_host(Sharded("cpu:0", "cuda:0"))


def test_cupy_is_never_on_the_host() -> None:
    with backend("cupy") as arrays:
        assert not on_host(arrays.make([[1.0]]))


@pytest.mark.parametrize("name", ["torch", "NumPy", "", None, 1, ["numpy"]])
def test_an_unknown_backend_is_a_value_error(name: Any) -> None:
    with pytest.raises(ValueError, match=r"^backend: name must be 'numpy', 'cupy' or 'auto'; got .*\. Try .*\.$"):
        fire_ref.backend(name)


def test_cupy_is_given_where_a_gpu_is_and_a_clear_line_where_none_is() -> None:
    cupy = available("cupy")
    if cupy.cuda.is_available():
        assert compat.is_cupy_namespace(fire_ref.backend("cupy"))
        assert compat.is_cupy_namespace(fire_ref.backend("auto"))
        return
    with pytest.raises(fire_ref.BackendError) as caught:
        fire_ref.backend("cupy")
    message = str(caught.value)
    assert message.startswith(f"backend: 'cupy' cannot be used: CuPy {cupy.__version__} is installed but ")
    assert message.endswith(" Try backend('numpy').")
    assert "\n" not in message
    assert compat.is_numpy_namespace(fire_ref.backend("auto"))


def test_without_cupy_the_extras_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(fire_ref.BackendError) as caught:
        fire_ref.backend("cupy")
    message = str(caught.value)
    assert "not installed" in message
    assert 'pip install "fire_ref[cuda12]"' in message
    assert '"fire_ref[cuda13]"' in message
    assert "\n" not in message


def test_without_cupy_auto_is_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    assert compat.is_numpy_namespace(fire_ref.backend())


def pretend(monkeypatch: pytest.MonkeyPatch, count: Callable[[], int]) -> None:
    """Put a CuPy in place that finds no GPU, for the reason that `count` gives."""
    cuda = SimpleNamespace(is_available=lambda: False, runtime=SimpleNamespace(getDeviceCount=count))
    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(__version__="0.0", cuda=cuda))


def test_the_drivers_own_words_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise RuntimeError("cudaErrorNoDevice: no CUDA-capable device is detected")

    pretend(monkeypatch, fail)
    with pytest.raises(fire_ref.BackendError, match=r"CuPy 0\.0 .* no usable GPU \(cudaErrorNoDevice: no CUDA-cap"):
        fire_ref.backend("cupy")
    assert compat.is_numpy_namespace(fire_ref.backend("auto"))


def test_no_gpu_without_an_error_is_still_said(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, lambda: 0)
    with pytest.raises(fire_ref.BackendError, match=r"finds no GPU\. Try backend\('numpy'\)\.$"):
        fire_ref.backend("cupy")


@pytest.mark.parametrize(("kind", "less"), [("cuda", "tf32"), ("mkldnn", "bf16")])
def test_what_a_training_script_set_for_its_products_does_not_reach_inside(kind: str, less: str) -> None:
    torch = available("torch")
    products = getattr(torch.backends, kind).matmul
    before = products.fp32_precision
    try:
        products.fp32_precision = less
        with quiet(torch, torch.device("cpu")):
            assert products.fp32_precision == "ieee"
        assert products.fp32_precision == less
    finally:
        products.fp32_precision = before


def test_jax_multiplies_in_full_precision() -> None:
    jax = available("jax")
    with quiet(jax.numpy):
        assert jax.config.jax_default_matmul_precision == "highest"
    assert jax.config.jax_default_matmul_precision is None
