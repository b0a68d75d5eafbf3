"""The catalogue: every implementation on PyPI that a live run verifies, with the verdicts expected of it."""

from __future__ import annotations

from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from .record import Known

_OURS = "fire_ref.conformance.known.callables"
#: Newton-Schulz in float32 behind an eps: a tiny matrix does not become an isometry, and ||W||_F overflows at 1e20.
_RANGE = ("EPS_FLOOR", "OVERFLOW")
#: Likewise, and always answered in bfloat16 or float16.
_HALF = (*_RANGE, "DTYPE_CHANGED")

#: What the members of a group share.
_exact = partial(Known, level="matrix", dialect="paper")
_muon = partial(Known, level="matrix", dialect="muon", arrays="torch", dtype="float32", converged="no", codes=_HALF)
_scheduled = partial(Known, level="matrix", arrays="torch", dtype="float32", converged="no", codes=_RANGE)
_fire = partial(
    Known, level="matrix", arrays="torch", dtype="float32", dialect="official", converged="no", codes=_RANGE
)
_wrong = partial(Known, level="matrix", arrays="torch", dtype="float64", dialect="paper", faithful="no", converged="no")

_EXACT = (
    _exact(
        "scipy.linalg.polar",
        "scipy",
        "scipy.linalg:polar",
        arrays="numpy",
        dtype="float64",
        computes="the polar factor, by SVD",
        result=0,
        note="takes stacks since SciPy 1.16; refuses NaN and inf; completes a zero matrix to an isometry",
    ),
    _exact(
        "procrustes.orthogonal",
        "qc-procrustes",
        f"{_OURS}:procrustes_orthogonal",
        arrays="numpy",
        dtype="float64",
        computes="the polar factor, by SVD of the padded square",
        note="takes one matrix; refuses NaN and inf",
    ),
    _exact(
        "jax.scipy.linalg.polar (svd)",
        "jax",
        "jax.scipy.linalg:polar",
        arrays="jax",
        dtype="float32",
        computes="the polar factor, by SVD",
        result=0,
        kwargs={"method": "svd"},
        note="NaN goes through; float16 and bfloat16 are not implemented",
    ),
    _exact(
        "jax.scipy.linalg.polar (qdwh)",
        "jax",
        f"{_OURS}:jax_qdwh",
        arrays="jax",
        dtype="float32",
        computes="the polar factor, by QDWH",
        note="refuses a wide matrix from the right, its default side; leaves a zero or subnormal matrix at zero",
    ),
    _exact(
        "geoopt.Stiefel.projx",
        "geoopt",
        f"{_OURS}:geoopt_projection",
        arrays="torch",
        dtype="float32",
        computes="the polar factor, by SVD",
        note="takes stacks and wide matrices; NaN is a LinAlgError; float16 and bfloat16 are not implemented",
    ),
)

_MUON = (
    _muon(
        "torch.optim.Muon",
        "torch",
        f"{_OURS}:torch_muon",
        computes="five steps in bfloat16, norm at least 1e-7",
        note="private; takes one matrix; divides a bfloat16 argument in place",
    ),
    _muon(
        "torch.optim.Muon (bfloat16)",
        "torch",
        f"{_OURS}:torch_muon",
        dtype="bfloat16",
        computes="five steps in bfloat16, norm at least 1e-7",
        codes=(*_RANGE, "INPUT_MUTATED"),
        note="private; divides its argument by the norm in place",
    ),
    _muon(
        "muon-optimizer",
        "muon-optimizer",
        "muon:zeropower_via_newtonschulz5",
        computes="five steps in bfloat16, norm plus 1e-7",
        kwargs={"steps": 5},
        note="the module is called muon, as another package on PyPI is",
    ),
    _muon(
        "muon-optimizer (update)",
        "muon-optimizer",
        f"{_OURS}:keller_update",
        level="weight",
        computes="the first update: five steps in bfloat16, gain sqrt(max(1, rows / columns)) of the last two axes",
        faithful="no",
        codes=(*_HALF, "INPUT_MUTATED", "SHAPE_CHANGED", "GAIN_FROM_KERNEL_DIMS"),
        note="writes to the gradient; answers a kernel flattened to (o, i kh kw), with the gain of (kh, kw)",
    ),
    _muon(
        "pytorch_optimizer",
        "pytorch-optimizer",
        "pytorch_optimizer.optimizer.utils:zero_power_via_newton_schulz_5",
        computes="five steps in bfloat16, norm at least 1e-7",
        note="`dtype` and `weights` can be chosen",
    ),
    _muon(
        "pytorch_optimizer (Gram)",
        "pytorch-optimizer",
        "pytorch_optimizer.optimizer.utils:zero_power_via_gram_newton_schulz",
        computes="five steps in float16 on the Gram matrix, norm at least 1e-7",
        note="the norm is taken in float32; the Gram matrix is formed anew after two steps",
    ),
    _muon(
        "timm.optim.Muon (original)",
        "timm",
        f"{_OURS}:timm_muon",
        computes="five steps in bfloat16, norm at least 1e-7",
        note="loaded without the rest of timm, which needs torchvision",
    ),
    _muon(
        "keras.optimizers.Muon",
        "keras",
        f"{_OURS}:keras_muon",
        computes="five steps in the dtype given, norm plus 1e-7",
        codes=_RANGE,
        note="on torch, as KERAS_BACKEND is set to unless it has a value",
    ),
    _muon(
        "mlx.optimizers.Muon",
        "mlx",
        f"{_OURS}:mlx_muon",
        arrays="mlx",
        computes="five steps in the dtype given, norm plus 1e-7",
        codes=_RANGE,
        note="private; takes one matrix; on Linux mlx-cpu is needed too",
    ),
    _muon(
        "optax.contrib.muon",
        "optax",
        f"{_OURS}:optax_muon",
        arrays="jax",
        computes="five steps in the dtype given, norm plus 1e-8",
        codes=_RANGE,
        note="private; takes one matrix unless told its axes",
    ),
)

_SCHEDULED = (
    _scheduled(
        "timm.optim.Muon",
        "timm",
        f"{_OURS}:timm_muon",
        dialect="muon-scheduled",
        computes="five different steps in bfloat16, norm at least 1e-7",
        kwargs={"preset": "quintic"},
        codes=_HALF,
        note="the coefficients that timm's optimizer has by default",
    ),
    _scheduled(
        "timm (polar_express)",
        "timm",
        f"{_OURS}:timm_polar_express",
        dialect="polar-express-cushioned",
        computes="eight different steps, norm at least 1e-7",
    ),
    _scheduled(
        "heavyball",
        "heavyball",
        f"{_OURS}:heavyball_orthogonal",
        dialect="muon-scheduled",
        computes="five different steps in bfloat16, norm at least 1e-7",
        codes=(*_RANGE, "NONDETERMINISTIC"),
        note="rounds to bfloat16 at random, once, before the first step; float64 stays float64",
    ),
    _scheduled(
        "heavyball.msign",
        "heavyball",
        f"{_OURS}:heavyball_msign",
        dtype="float64",
        dialect="polar-express-1.01",
        computes="ten steps in float64, norm at least 1e-7",
        codes=("EPS_FLOOR",),
        note="singular values from 3e-4 ||W||_F up reach 1; float32 is rounded to bfloat16 at random",
    ),
    _scheduled(
        "GramNewtonSchulz",
        "gram-newton-schulz",
        f"{_OURS}:gram_newton_schulz",
        dialect="polar-express-1.05",
        computes="five different steps in float16 on the Gram matrix, norm plus 1e-7",
        note="the norm is taken in float32; a square matrix takes the ordinary way",
    ),
    _scheduled(
        "StandardNewtonSchulz",
        "gram-newton-schulz",
        f"{_OURS}:gram_standard",
        dialect="polar-express-1.05",
        computes="five different steps in float16, norm plus 1e-7",
    ),
)

_FIRE = (
    _fire(
        "optax (cubic, ten steps)",
        "optax",
        f"{_OURS}:optax_muon",
        arrays="jax",
        computes="ten cubic steps in the dtype given, norm plus 1e-8",
        kwargs={"triple": (1.5, -0.5, 0.0), "steps": 10},
    ),
    _fire(
        "timm (cubic, ten steps)",
        "timm",
        f"{_OURS}:timm_cubic",
        computes="ten cubic steps, norm at least 1e-7",
    ),
    _fire(
        "SAC_pytorch.apply_fire",
        "SAC-pytorch",
        "SAC_pytorch.SAC:apply_fire",
        level="weight",
        dialect="norm-preserving",
        computes="twenty cubic steps, rescaled to the norm of W",
        adapter="linear",
        in_place=True,
        codes=("OVERFLOW",),
        note="every parameter with two axes, embeddings too; never a kernel; a zero matrix is left alone",
    ),
    _fire(
        "dreamer4.apply_fire",
        "dreamer4",
        f"{_OURS}:dreamer4_fire",
        level="weight",
        dialect="norm-preserving",
        computes="twenty cubic steps, rescaled to the norm of W",
        adapter="linear",
        in_place=True,
        codes=("OVERFLOW",),
        note="the function alone is run: its module needs a torchvision that fits torch",
    ),
)

_WRONG = (
    _wrong(
        "orthogonium.BatchedBjorckOrthogonalization",
        "orthogonium",
        f"{_OURS}:orthogonium_bjorck",
        dtype="float32",
        dialect="official",
        computes="twelve cubic steps, divided by no norm",
        codes=("NO_NORMALISATION",),
        note="its package puts a spectral normalisation before it; from 1.73 on signs flip, from 2.24 on it diverges",
    ),
    _wrong(
        "torch.nn.utils.parametrizations.orthogonal",
        "torch",
        f"{_OURS}:torch_orthogonal",
        dtype="float32",
        computes="the orthogonal factor of QR, its diagonal made positive",
        codes=("WRONG_FACTOR_QR",),
        note="takes one matrix; a zero matrix stays zero",
    ),
    _wrong(
        "heavyball (svd)",
        "heavyball",
        f"{_OURS}:heavyball_orthogonal",
        computes="the polar factor of a square matrix; five Newton-Schulz steps for any other",
        kwargs={"mode": "svd"},
        codes=("WRONG_STEPS", "EPS_FLOOR"),
    ),
    _wrong(
        "heavyball (qr)",
        "heavyball",
        f"{_OURS}:heavyball_orthogonal",
        computes="the orthogonal factor of QR of a square matrix; five Newton-Schulz steps for any other",
        kwargs={"mode": "qr"},
        codes=("WRONG_FACTOR_QR", "EPS_FLOOR"),
    ),
    _wrong(
        "heavyball (legacy_svd)",
        "heavyball",
        f"{_OURS}:heavyball_orthogonal",
        computes="U V instead of U V^T of a square matrix; five Newton-Schulz steps for any other",
        kwargs={"mode": "legacy_svd"},
        codes=("WRONG_FACTOR_V", "EPS_FLOOR"),
    ),
)

#: Every one, names unique.
KNOWN: tuple[Known, ...] = (*_EXACT, *_MUON, *_SCHEDULED, *_FIRE, *_WRONG)


def installed() -> list[Known]:
    """
    Return those whose package and array library are installed here; nothing of them is imported.

    Returns
    -------
    list of Known
        In the order of the catalogue.

    Examples
    --------
    >>> [known.name for known in installed() if known.package == "scipy"]
    ['scipy.linalg.polar']
    """
    return [known for known in KNOWN if _has(known)]


def _has(known: Known) -> bool:
    try:
        version(known.package)
    except PackageNotFoundError:
        return False
    return find_spec(known.arrays) is not None
