"""jit, vmap, autograd and ownership: the same numbers under transformation, and nothing done to the input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fire_ref
from fire_ref.tolerances import EPS, distance_bound, iterate_bound

from .backends import Backend, available, backend
from .test_operands import CALLS, leaves

PURE: dict[str, Callable[[Any], Any]] = {
    "sfe": lambda W: fire_ref.sfe(W, 0.5 * W, check=False),
    "dfi": lambda W: fire_ref.dfi(W, check=False),
    "dfi by columns": lambda W: fire_ref.dfi(W, side="columns", gain=2.0, check=False),
    "polar_factor": lambda W: fire_ref.polar_factor(W, check=False),
    "polar_factor fast": lambda W: fire_ref.polar_factor(W, method="fast", check=False),
    "newton_schulz": lambda W: fire_ref.newton_schulz(W, 5, check=False),
    "newton_schulz spectral": lambda W: fire_ref.newton_schulz(W, 5, normalization="spectral", check=False),
    "newton_schulz muon": lambda W: fire_ref.newton_schulz(W, 5, coefficients="muon", check=False),
    "spectral_response": lambda W: fire_ref.spectral_response(W / 8, 5, check=False),
    "fire": lambda W: fire_ref.fire(W, check=False),
    "fire mean": lambda W: fire_ref.fire(W, gain="mean", check=False),
    "fire by steps": lambda W: fire_ref.fire(W, method="newton-schulz", steps=5, gain="norm", check=False),
}
WEIGHT = np.array([[2.0, 1.0, 0.0], [0.0, 1.5, -1.0], [1.0, 0.5, 2.0], [-1.0, 0.0, 1.0]])
CORNER = np.zeros_like(WEIGHT)
CORNER[0, 0] = 1.0
STACK = np.stack([WEIGHT, WEIGHT[::-1] + 1.0, -2.0 * WEIGHT])


@pytest.fixture(params=["jax", "jax-x64"])
def jax_arrays(request: pytest.FixtureRequest) -> Any:
    """JAX without and with float64."""
    with backend(request.param) as opened:
        yield opened


def slack(eps: float) -> float:
    """Bound the relative difference of two right answers."""
    condition = float(np.linalg.cond(STACK).max())
    return 2 * max(distance_bound(3, eps, condition), iterate_bound(3, eps, condition))


def same(found: Any, wanted: Any, arrays: Backend) -> None:
    """Check type, dtype, shape and values."""
    assert found.dtype == wanted.dtype
    assert found.shape == wanted.shape
    one, other = arrays.host(found), arrays.host(wanted)
    assert np.isfinite(other).all()
    assert np.linalg.norm(one - other) <= slack(EPS[arrays.widest]) * max(1.0, float(np.linalg.norm(other)))


@pytest.mark.parametrize("name", PURE)
def test_jit_gives_the_eager_result(jax_arrays: Backend, name: str) -> None:
    W = jax_arrays.make(WEIGHT)
    same(available("jax").jit(PURE[name])(W), PURE[name](W), jax_arrays)


@pytest.mark.parametrize("name", PURE)
def test_vmap_gives_the_eager_results(jax_arrays: Backend, name: str) -> None:
    jax = available("jax")
    W = jax_arrays.make(STACK)
    wanted = jax.numpy.stack([PURE[name](W[i]) for i in range(len(STACK))])
    same(jax.vmap(PURE[name])(W), wanted, jax_arrays)
    same(jax.jit(jax.vmap(PURE[name]))(W), wanted, jax_arrays)


@pytest.mark.parametrize("name", PURE)
def test_a_transformed_function_needs_no_retrace_for_zero_or_nan(jax_arrays: Backend, name: str) -> None:
    jax = available("jax")
    traces: list[int] = []

    def counted(W: Any) -> Any:
        traces.append(1)
        return PURE[name](W)

    compiled = jax.jit(counted)
    for values in (WEIGHT, 0 * WEIGHT, WEIGHT * np.nan):
        jax.block_until_ready(compiled(jax_arrays.make(values)))
    assert len(traces) == 1


def test_the_decomposition_runs_under_jit_and_its_rank_is_an_array(jax_arrays: Backend) -> None:
    W = jax_arrays.make(WEIGHT)
    found = available("jax").jit(lambda W: fire_ref.polar_decomposition(W, check=False))(W)
    wanted = fire_ref.polar_decomposition(W)
    for one, other in zip(found[:3], wanted[:3], strict=True):
        same(one, other, jax_arrays)
    assert found.rank.shape == ()
    assert int(found.rank) == wanted.rank == 3


def test_a_derivative_passes_through_the_iteration() -> None:
    jax = available("jax")
    W = jax.numpy.asarray(WEIGHT, dtype="float32")
    slope = jax.grad(lambda t: fire_ref.newton_schulz(W.at[0, 0].add(t), 1, check=False)[0, 0])(0.0)
    difference = 2.0**-20
    moved = [fire_ref.newton_schulz(WEIGHT + t * CORNER, 1)[0, 0] for t in (difference, -difference)]
    # central difference: its own error is of order difference^2, far below float32
    assert abs(float(slope) - (moved[0] - moved[1]) / (2 * difference)) <= slack(EPS["float32"])


ON_THE_HOST = ("steps_needed", "predict", "relax", "front", "excess")


@pytest.mark.parametrize("name", ON_THE_HOST)
@pytest.mark.parametrize("check", [True, False])
def test_what_works_on_host_values_takes_no_tracer(name: str, check: bool) -> None:
    jax = available("jax")
    arguments = {"relax": {"weight": 1.0}}.get(name, {})
    W = jax.numpy.asarray(WEIGHT, dtype="float32")
    given = (W, W) if name == "excess" else (W,)
    with pytest.raises(TypeError, match=rf"^{name}: W must hold values; got a JAX tracer\. Try calling it outside"):
        jax.jit(lambda *given: getattr(fire_ref, name)(*given, check=check, **arguments))(*given)


@pytest.mark.parametrize("name", [name for name in CALLS if name not in ON_THE_HOST])
def test_a_tracer_with_check_is_a_type_error_that_says_so(name: str) -> None:
    jax = available("jax")
    for transform in (jax.jit, jax.vmap, jax.grad):
        with pytest.raises(
            TypeError,
            match=rf"^{name}: [Ws] must hold values while check=True; got a JAX tracer\. Try check=False",
        ):
            transform(lambda W: CALLS[name](W))(jax.numpy.asarray(STACK, dtype="float32"))


def test_a_second_argument_that_is_traced_is_named() -> None:
    jax = available("jax")
    W = jax.numpy.asarray(WEIGHT, dtype="float32")
    with pytest.raises(TypeError, match="sfe: V must hold values while check=True"):
        jax.jit(lambda V: fire_ref.sfe(W, V))(W)


@pytest.mark.parametrize("name", PURE)
def test_torch_vmap_gives_the_eager_results(name: str) -> None:
    torch = available("torch")
    with backend("torch") as arrays:
        W = arrays.make(STACK)
        wanted = torch.stack([torch.as_tensor(PURE[name](W[i])) for i in range(len(STACK))])
        same(torch.func.vmap(PURE[name])(W), wanted, arrays)


# Autograd


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", ["leaf", "parameter", "computed"])
def test_a_tensor_that_requires_grad_is_computed_without_and_left_as_it_was(name: str, kind: str) -> None:
    torch = available("torch")
    leaf = torch.tensor(WEIGHT, requires_grad=True)
    W = {"leaf": leaf, "parameter": torch.nn.Parameter(torch.tensor(WEIGHT)), "computed": leaf * 1.0}[kind]
    history, version = W.grad_fn, W._version
    results = [leaf for leaf in leaves(CALLS[name](W)) if isinstance(leaf, torch.Tensor)]
    assert not any(result.requires_grad for result in results)
    assert all(result.grad_fn is None for result in results)
    assert not any(isinstance(result, torch.nn.Parameter) for result in results)
    assert W.requires_grad
    assert W.grad_fn is history
    assert W._version == version
    assert leaf.grad is None
    assert torch.is_grad_enabled()
    if kind == "computed":
        W.sum().backward()  # the graph of the input still works
        assert torch.equal(leaf.grad, torch.ones_like(leaf))


def test_the_values_are_those_of_a_detached_tensor() -> None:
    torch = available("torch")
    W = torch.tensor(WEIGHT, requires_grad=True)
    assert torch.equal(fire_ref.polar_factor(W), fire_ref.polar_factor(W.detach()))


# Ownership


@pytest.mark.parametrize("library", ["numpy", "torch", "strict"])
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_nothing_modifies_its_input(library: str, name: str, dtype: str) -> None:
    with backend(library) as arrays:
        values = WEIGHT if name == "fire" else STACK
        W = arrays.make(values, dtype)
        CALLS[name](W)
        assert np.array_equal(arrays.host(W), values)
        assert W.dtype == arrays.make([0.0], dtype).dtype


@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize("method", ["svd", "fast", "newton-schulz"])
@pytest.mark.parametrize("gain", ["fan", "norm", "mean", 1.0])
def test_fire_modifies_no_kernel(library: str, method: str, gain: str | float) -> None:
    kernel = np.arange(1.0, 49.0).reshape(4, 3, 2, 2) % 11
    with backend(library) as arrays:
        for layout in ("OIHW", "IOHW", "HWIO"):
            W = arrays.make(kernel)
            fire_ref.fire(W, method=method, gain=gain, layout=layout)
            assert np.array_equal(arrays.host(W), kernel)


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_states_are_left_as_they_were(library: str) -> None:
    with backend(library) as arrays:
        state = {"weight": arrays.make(WEIGHT), "bias": arrays.make([1.0, 2.0])}
        kept = dict(state)
        fire_ref.relax(state, weight=1.0)
        fire_ref.front(state, points=3)
        fire_ref.excess(state, state)
        assert list(state) == list(kept)
        assert all(state[name] is kept[name] for name in kept)
        assert np.array_equal(arrays.host(state["weight"]), WEIGHT)
        assert arrays.host(state["bias"]).tolist() == [1.0, 2.0]


FRESH: dict[str, Callable[[Any], Any]] = {
    "polar_factor": lambda W: fire_ref.polar_factor(W),
    "polar_factor fast": lambda W: fire_ref.polar_factor(W, method="fast"),
    "no step": lambda W: fire_ref.newton_schulz(W, 0, normalization="none"),
    "first iterate": lambda W: next(iter(fire_ref.newton_schulz_iterates(W, 1, normalization="none"))),
    "fire without steps": lambda W: fire_ref.fire(W, method="newton-schulz", steps=0, normalization="none", gain=1.0),
    "relax by nothing": lambda W: fire_ref.relax(W, weight=0.0),
    "relax to any condition": lambda W: fire_ref.relax(W, condition=np.inf),
}


@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize("name", FRESH)
def test_a_result_shares_no_memory_with_the_input(library: str, name: str) -> None:
    with backend(library) as arrays:
        W = arrays.make(WEIGHT)
        V = FRESH[name](W)
        V += 1.0
        assert np.array_equal(arrays.host(W), WEIGHT)


@pytest.mark.parametrize("normalization", ["frobenius", "none"])
def test_a_yielded_iterate_is_never_written_again(arrays: Backend, normalization: str) -> None:
    seen, copies = [], []
    for X in fire_ref.newton_schulz_iterates(arrays.make(WEIGHT / 8, arrays.widest), 4, normalization=normalization):
        seen.append(X)
        copies.append(arrays.host(X).copy())
    assert len(seen) == 5
    for X, copy in zip(seen, copies, strict=True):
        assert np.array_equal(arrays.host(X), copy)


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_writing_to_an_iterate_does_not_disturb_the_next(library: str) -> None:
    with backend(library) as arrays:
        W = arrays.make(WEIGHT)
        last = None
        for X in fire_ref.newton_schulz_iterates(W, 3):
            last = arrays.host(X).copy()
            X *= 0.0
        assert last is not None
        assert np.array_equal(last, arrays.host(fire_ref.newton_schulz(W, 3)))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", ["newton_schulz", "fire", "newton_schulz_iterates"])
def test_autocast_does_not_reach_inside(name: str, dtype: str) -> None:
    torch = available("torch")
    W = torch.tensor(WEIGHT, dtype=getattr(torch, dtype))
    arguments: dict[str, Any] = {"method": "newton-schulz"} if name == "fire" else {"steps": 7}

    def call() -> Any:
        found = getattr(fire_ref, name)(W, **arguments)
        return list(found)[-1] if name == "newton_schulz_iterates" else found

    plain = call()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(call(), plain)


@pytest.mark.filterwarnings("ignore")  # dynamo remarks on the caches of array-api-compat
@pytest.mark.parametrize("name", ["newton_schulz", "spectral_response", "sfe", "dfi", "polar_factor", "fire"])
def test_torch_captures_the_whole_graph(name: str) -> None:
    torch = available("torch")
    W = torch.tensor(WEIGHT)

    def call(W: Any) -> Any:
        if name == "sfe":
            return fire_ref.sfe(W, 2 * W, check=False)
        return getattr(fire_ref, name)(W, check=False)

    torch.compiler.reset()
    captured = torch.compile(call, backend="eager", fullgraph=True)
    assert torch.equal(captured(W), call(W))


def test_a_tensor_under_vmap_with_check_is_a_type_error_that_says_so() -> None:
    torch = available("torch")
    W = torch.tensor(STACK)
    with pytest.raises(
        TypeError, match=r"^dfi: W must hold values while check=True; .* Try check=False under jit, vmap"
    ):
        torch.func.vmap(fire_ref.dfi)(W)
    for function in (fire_ref.predict, fire_ref.steps_needed, fire_ref.front):
        with pytest.raises(TypeError, match=r"W must hold values; got a transformed tensor\. Try calling it outside"):
            torch.func.vmap(lambda w, function=function: function(w, check=False))(W)
    one_by_one = torch.stack([fire_ref.dfi(w) for w in W])
    assert torch.allclose(torch.func.vmap(lambda w: fire_ref.dfi(w, check=False))(W), one_by_one)
