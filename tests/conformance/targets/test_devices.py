"""Where arrays may lie, what is said where there is no GPU, and that they are put where they were asked for."""

from __future__ import annotations

import subprocess
import sys
import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fire_ref.conformance.requested import ARRAYS
from fire_ref.conformance.targets import devices
from fire_ref.conformance.targets.devices import DEVICES, OF_LIBRARY, fitting, placed, usable
from fire_ref.errors import BackendError

from ...backends import available
from ...house.paths import ROOT


def test_every_library_is_known() -> None:
    assert set(OF_LIBRARY) == set(ARRAYS)
    assert all(set(known) <= set(DEVICES) for known in OF_LIBRARY.values())


@pytest.mark.parametrize("arrays", ARRAYS)
def test_without_a_wish_the_library_decides(arrays: str) -> None:
    assert fitting(arrays, None) is None


@pytest.mark.parametrize(
    ("arrays", "device"),
    [("numpy", "cpu"), ("torch", "cpu"), ("torch", "cuda"), ("jax", "cpu"), ("jax", "cuda"), ("cupy", "cuda")],
)
def test_what_fits_is_taken(arrays: str, device: str) -> None:
    assert fitting(arrays, device) == device


@pytest.mark.parametrize(
    ("arrays", "device", "text"),
    [
        ("numpy", "cuda", "be 'cpu' with arrays='numpy'; got 'cuda'. Try arrays='torch' or 'jax' or 'cupy'."),
        ("mlx", "cuda", "be 'cpu' with arrays='mlx'; got 'cuda'. Try arrays='torch' or 'jax' or 'cupy'."),
        ("cupy", "cpu", "be 'cuda' with arrays='cupy'; got 'cpu'. Try arrays='numpy' or 'torch' or 'jax' or 'mlx'."),
        ("torch", "meta", "be one of 'cpu', 'cuda'; got 'meta'. Try 'cpu'."),
        ("torch", 0, "be one of 'cpu', 'cuda'; got 0. Try 'cpu'."),
    ],
)
def test_what_does_not_fit_is_one_sentence(arrays: str, device: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r"^verify: device must ") as caught:
        fitting(arrays, device)
    assert str(caught.value) == f"verify: device must {text}"


@pytest.mark.parametrize(("built", "why"), [(True, "finds no usable GPU"), (False, "was built without CUDA")])
def test_torch_without_a_gpu_says_why(built: bool, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> bool:
        warnings.warn("the driver is too old", stacklevel=1)
        return False

    cuda = SimpleNamespace(is_available=absent)
    backends = SimpleNamespace(cuda=SimpleNamespace(is_built=lambda: built))
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(__version__="9.9", cuda=cuda, backends=backends))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(BackendError, match=rf"^verify: device 'cuda' cannot be used: torch 9\.9 {why}\. Try dev"):
            usable("torch", "cuda")
        usable("torch", "cpu")
        usable("torch", None)
        cuda.is_available = lambda: True
        usable("torch", "cuda")


def test_jax_without_a_gpu_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def found(kind: str) -> list[str]:
        asked.append(kind)
        raise RuntimeError("Unknown backend:\n 'gpu' requested")

    jax = SimpleNamespace(__version__="9.9", devices=found)
    monkeypatch.setitem(sys.modules, "jax", jax)
    text = r"^verify: device 'cuda' cannot be used: JAX 9\.9 finds no GPU \(Unknown backend: 'gpu' requested\)\. Try"
    with pytest.raises(BackendError, match=text):
        usable("jax", "cuda")
    usable("jax", "cpu")
    usable("jax", None)
    assert asked == ["gpu"]
    jax.devices = lambda kind: [kind]
    usable("jax", "cuda")


@pytest.mark.parametrize("device", [None, "cuda"])
def test_cupy_without_a_gpu_says_why(device: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    cuda = SimpleNamespace(is_available=lambda: False, runtime=SimpleNamespace(getDeviceCount=lambda: 0))
    monkeypatch.setitem(sys.modules, "cupy", SimpleNamespace(__version__="0.0", cuda=cuda))
    with pytest.raises(BackendError, match=r"^backend: 'cupy' cannot be used: CuPy 0\.0 is installed but finds no GPU"):
        usable("cupy", device)
    cuda.is_available = lambda: True
    monkeypatch.setattr(devices, "backend", lambda name: name)
    usable("cupy", device)


def test_the_others_need_no_gpu() -> None:
    for arrays in ("numpy", "mlx"):
        usable(arrays, "cpu")
        usable(arrays, None)


@pytest.mark.parametrize("arrays", ARRAYS)
def test_without_a_wish_an_array_stays_where_it_is(arrays: str) -> None:
    array = object()
    assert placed(array, arrays, None) is array


def test_a_tensor_goes_where_it_was_asked_for() -> None:
    torch = available("torch")
    tensor = torch.arange(12.0).reshape(3, 4).T
    assert placed(tensor, "torch", "cpu") is tensor
    moved = placed(tensor, "torch", "meta")  # the only other device that is everywhere
    assert (moved.device.type, moved.stride(), moved.shape) == ("meta", (1, 4), (4, 3))


def test_jax_is_asked_for_its_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    jax = SimpleNamespace(
        devices=lambda kind: [f"{kind} 0", f"{kind} 1"], device_put=lambda array, device: (array, device)
    )
    monkeypatch.setitem(sys.modules, "jax", jax)
    assert placed(7, "jax", "cuda") == (7, "gpu 0")
    assert placed(7, "jax", "cpu") == (7, "cpu 0")


def test_numpy_has_one_place() -> None:
    array = np.ones(3)
    assert placed(array, "numpy", "cpu") is array


SECOND = """
import jax, fire_ref
from fire_ref import newton_schulz

real = jax.devices
jax.devices = lambda kind=None: real("cpu")[1:] if kind == "gpu" else real(kind)

def away(W):
    return jax.device_put(newton_schulz(W), real("cpu")[0])

for device in (None, "cpu", "cuda"):
    for target in (newton_schulz, away):
        report = fire_ref.verify(target, arrays="jax", device=device, quick=True, checks=["call.device"])
        places = {one.status for one in report.results if one.check == "call.device"} - {"skipped"}
        moved = [one.code for one in report.diagnoses if one.code == "DEVICE_CHANGED"]
        print(device, target.__name__, report.device, *sorted(places), *moved)
"""


def test_a_target_gets_its_arrays_there_and_must_answer_there() -> None:
    available("jax")
    flags = {"XLA_FLAGS": "--xla_force_host_platform_device_count=2", "JAX_PLATFORMS": "cpu"}
    path = {"PYTHONPATH": str(ROOT), "PATH": ""}
    ran = subprocess.run(
        [sys.executable, "-c", SECOND], capture_output=True, text=True, cwd=ROOT, env=flags | path, check=False
    )
    assert ran.stdout.splitlines() == [
        "None newton_schulz cpu pass",
        "None away cpu pass",
        "cpu newton_schulz cpu pass",
        "cpu away cpu pass",
        "cuda newton_schulz cpu:1 pass",
        "cuda away cpu:1 fail DEVICE_CHANGED",
    ], ran.stderr[-2000:]
