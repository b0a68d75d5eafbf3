"""Other projects' orthogonalisations that a plain call does not reach: array in, array out, no arithmetic of ours."""

from __future__ import annotations

import ast
import os
import random
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Any

import numpy as np


def jax_qdwh(w: Any) -> Any:
    """Call jax.scipy.linalg.polar by QDWH, from the side it wants: it refuses a wide matrix from the right."""
    wide = w.shape[-2] < w.shape[-1]
    return import_module("jax.scipy.linalg").polar(w, side="left" if wide else "right", method="qdwh")[0]


def torch_muon(w: Any) -> Any:
    """Call the private function of torch.optim.Muon with the optimizer's defaults."""
    muon = import_module("torch.optim._muon")
    triple = (muon.DEFAULT_A, muon.DEFAULT_B, muon.DEFAULT_C)
    return muon._zeropower_via_newtonschulz(w, triple, muon.DEFAULT_NS_STEPS, muon.EPS)


def torch_orthogonal(w: Any) -> Any:
    """Set the weight of a layer that torch keeps orthogonal, and read it."""
    torch = import_module("torch")
    layer = torch.nn.utils.skip_init(torch.nn.Linear, w.shape[1], w.shape[0], bias=False, dtype=w.dtype)
    with torch.no_grad():
        layer.weight.copy_(w)
        return torch.nn.utils.parametrizations.orthogonal(layer).weight.detach()


@cache
def _optax() -> Any:
    # Not compiled, each call traces its loop anew, which takes a third of a second.
    muon = import_module("optax.contrib._muon")
    return import_module("jax").jit(muon.orthogonalize_via_newton_schulz, static_argnames="ns_steps")


def optax_muon(w: Any, triple: tuple[float, float, float] | None = None, steps: int = 5) -> Any:
    """Call what optax.contrib.muon calls, compiled, with its default coefficients or others."""
    coefficients = import_module("optax.contrib._muon")._DEFAULT_NS_COEFFS if triple is None else triple
    return _optax()(w, import_module("jax.numpy").asarray(coefficients), ns_steps=steps)


@cache
def _keras() -> Any:
    # Keras asks once, when it is first imported; TensorFlow, which it would look for, is not what is verified.
    os.environ.setdefault("KERAS_BACKEND", "torch")
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (the legacy generator is what Keras draws from)
    try:
        return import_module("keras").optimizers.Muon()
    finally:  # importing it draws random numbers, which is none of the method's doing
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def keras_muon(w: Any) -> Any:
    """Call the method of keras.optimizers.Muon with the optimizer's steps; on torch unless KERAS_BACKEND says else."""
    muon = _keras()
    return muon.zeropower_via_newtonschulz5(w, muon.ns_steps)


@cache
def _mlx() -> Any:
    return import_module("mlx.optimizers").Muon(learning_rate=1e-3)


def mlx_muon(w: Any) -> Any:
    """Call the private method of mlx.optimizers.Muon with the optimizer's steps."""
    muon = _mlx()
    return muon._zeropower_via_newtonschulz5(w, muon.ns_steps)


def _alone(name: str) -> Any:
    # Import a module without the __init__ of its packages, which may need far more than the module does.
    parts = name.split(".")
    packages = [".".join(parts[:end]) for end in range(1, len(parts))]
    bare = [package for package in packages if package not in sys.modules]
    try:
        for package in bare:
            spec = find_spec(package)
            if spec is None:
                raise ModuleNotFoundError(f"No module named {package!r}", name=package)
            sys.modules[package] = module_from_spec(spec)
        return import_module(name)
    finally:  # an empty package must not be what a later import finds
        for package in bare:
            sys.modules.pop(package, None)


@cache
def _timm() -> Any:
    # All of timm needs torchvision, whose wheels on PyPI do not load beside a torch without CUDA.
    return _alone("timm.optim.muon")


def timm_muon(w: Any, preset: str = "original", steps: int = 5, **options: Any) -> Any:
    """Call what timm.optim.Muon calls, with one of its own sets of coefficients."""
    muon = _timm()
    return muon.zeropower_via_newtonschulz(w, steps, muon._COEFFICIENTS[preset], **options)


def timm_polar_express(w: Any) -> Any:
    """Call the same function with its eight Polar Express triples, in the dtype of `w`."""
    return timm_muon(w, "polar_express", 8, dtype=w.dtype)


def timm_cubic(w: Any) -> Any:
    """Call the same function with the cubic and ten steps of FIRE, in the dtype of `w`."""
    return _timm().zeropower_via_newtonschulz(w, 10, [(1.5, -0.5, 0.0)], dtype=w.dtype)


def keller_update(w: Any) -> Any:
    """Call the first update of muon-optimizer, gain included, as if `w` were the gradient."""
    return import_module("muon").muon_update(w, import_module("torch").zeros_like(w))


@cache
def _heavyball() -> Any:
    utils: Any = import_module("heavyball.utils")
    utils.compile_mode = None  # compiling takes seconds for each shape; these matrices take milliseconds
    return utils


def heavyball_orthogonal(w: Any, mode: str | None = None) -> Any:
    """Call heavyball's orthogonalisation, not compiled, in its default mode or another."""
    return _heavyball().inplace_orthogonal_(w, mode)


def heavyball_msign(w: Any) -> Any:
    """Call heavyball's Polar Express, not compiled."""
    return _heavyball().msign(w)


@cache
def _gram(name: str) -> Any:
    # Its kernels need a recent Nvidia GPU, and compiling takes longer than all calls together.
    return getattr(import_module("gram_newton_schulz"), name)(ns_use_kernels=False, compile_kwargs=None)


def gram_newton_schulz(w: Any) -> Any:
    """Call an instance of GramNewtonSchulz, without kernels and not compiled."""
    return _gram("GramNewtonSchulz")(w)


def gram_standard(w: Any) -> Any:
    """Call an instance of StandardNewtonSchulz of the same package."""
    return _gram("StandardNewtonSchulz")(w)


def orthogonium_bjorck(w: Any) -> Any:
    """Call a layer of orthogonium's Björck iteration, which leaves the scale to another layer."""
    return import_module("orthogonium.reparametrizers").BatchedBjorckOrthogonalization(w.shape)(w)


def geoopt_projection(w: Any) -> Any:
    """Project onto geoopt's Stiefel manifold."""
    return import_module("geoopt").Stiefel().projx(w)


def procrustes_orthogonal(w: Any) -> Any:
    """Call qc-procrustes for the rotation of the identity onto `w`; it pads to a square, so a corner is the answer."""
    rows, columns = w.shape
    eye = np.eye(rows, dtype=w.dtype)
    return import_module("procrustes").orthogonal(eye, w).t[:rows, :columns]


@cache
def _dreamer4() -> Any:
    # The module needs a torchvision that fits torch; the function needs torch only, so only it is run.
    spec = find_spec("dreamer4")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("No module named 'dreamer4'", name="dreamer4")
    path = Path(spec.submodule_search_locations[0]) / "dreamer4.py"
    body = ast.parse(path.read_text(encoding="utf-8")).body
    wanted: list[ast.stmt] = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == "apply_fire"]
    names: dict[str, Any] = {"torch": import_module("torch")}
    exec(compile(ast.Module(wanted, []), str(path), "exec"), names)
    return names["apply_fire"]


def dreamer4_fire(module: Any) -> None:
    """Apply dreamer4's FIRE to a torch module, in place."""
    _dreamer4()(module)
