"""Wrong implementations, as found in the wild: what the properties must reject."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import fire_ref

Array = Any


def qr_factor(W: Array, **_: Any) -> Array:
    """Orthonormal, and not the nearest: Q of a QR factorisation."""
    W = np.asarray(W, dtype=np.float64)
    return np.linalg.qr(W)[0] if W.shape[-2] >= W.shape[-1] else np.swapaxes(np.linalg.qr(W.T)[0], -1, -2)


def v_untransposed(W: Array, **_: Any) -> Array:
    """U V instead of U V^T (square matrices; exact elsewhere)."""
    W = np.asarray(W, dtype=np.float64)
    U, _s, Vh = np.linalg.svd(W, full_matrices=False)
    return U @ Vh.T if W.shape[-2] == W.shape[-1] else U @ Vh


def five_steps(W: Array, **_: Any) -> Array:
    """Five Newton-Schulz steps passed off as the exact factor."""
    return fire_ref.newton_schulz(W, 5)


def sign_flipped(W: Array, **_: Any) -> Array:
    """The polar factor with its weakest direction reversed, as a projection on rotations does."""
    U, _s, Vh = np.linalg.svd(np.asarray(W, dtype=np.float64), full_matrices=False)
    U[..., -1] *= -1
    return U @ Vh


def normalised_only(W: Array, **_: Any) -> Array:
    """W / ||W||_F: the iteration never ran."""
    W = np.asarray(W, dtype=np.float64)
    return W / np.linalg.norm(W, axis=(-2, -1), keepdims=True)


def rows_rescaled(W: Array, **_: Any) -> Array:
    """The polar factor of D W, D bringing the rows to norm 1."""
    W = np.asarray(W, dtype=np.float64)
    norms = np.linalg.norm(W, axis=-1, keepdims=True)
    return fire_ref.polar_factor(W / np.where(norms > 0, norms, 1))


def eps_floor(W: Array, **_: Any) -> Array:
    """The polar factor of W + 1e-3 I: a regularised inverse root."""
    W = np.asarray(W, dtype=np.float64)
    return fire_ref.polar_factor(W + 1e-3 * np.eye(*W.shape[-2:]))


def with_argument(function: Callable[..., Array], **forced: Any) -> Callable[..., Array]:
    """Return the function with an argument forced, whatever the caller says."""

    def wrong(*args: Any, **kwargs: Any) -> Array:
        return function(*args, **(kwargs | forced))

    return wrong


def one_step_more(W: Array, steps: int = 10, **kwargs: Any) -> Array:
    """Off by one in the number of steps."""
    return fire_ref.newton_schulz(W, steps + 1, **kwargs)


def coefficient_typo(W: Array, steps: int = 10, **kwargs: Any) -> Array:
    """1.5 and -0.49 for the cubic's 1.5 and -0.5."""
    if kwargs.get("coefficients", "cubic") == "cubic":
        kwargs["coefficients"] = (1.5, -0.49)
    return fire_ref.newton_schulz(W, steps, **kwargs)


def scaled(function: Callable[..., Array], factor: float) -> Callable[..., Array]:
    """Return the function with its result multiplied."""
    return lambda *args, **kwargs: factor * function(*args, **kwargs)
