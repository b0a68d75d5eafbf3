"""
Proposals: an inverse square root and an inverse Cholesky factor, as good as arithmetic gives and not to be believed.

What `bounds` proves does not depend on where a proposal came from.
"""

from __future__ import annotations

import numpy as np

from .balls import BallMatrix, Host, ball, identity, matrix, nearest

#: A scaled step halves the logarithm of the condition: 2^104 takes about 7, and 5 more to the last digit.
_STEPS = 40
#: A last step squares ||M - I|| < 2^(-0.45 bits), and leaves what the bits can hold.
_ENOUGH = 0.45
#: Passes that improve an inverse Cholesky factor; each takes about 2^45 off the condition, and the last one looks.
_PASSES = 5
#: ||I - T G T^T|| that ends them.
_NEAR = 0.5


def inverse_root(C: BallMatrix, bits: int) -> BallMatrix | None:
    """
    Propose C^(-1/2) for a symmetric positive definite C, by scaled Newton steps.

    The Newton iteration for the polar factor, ``X <- (mu X + X^(-T) / mu) / 2`` from X = W, needs only M = X^T X and
    S with X = W S, both functions of C = W^T W. mu brings M to where it and its inverse are of one size.

    Parameters
    ----------
    C : arb_mat
        Its midpoints are used.
    bits : int
        The working precision.

    Returns
    -------
    arb_mat or None
        Exact; None where C cannot be inverted or no limit is reached.
    """
    one = identity(C.nrows())
    M, S = C.mid(), one
    for _ in range(_STEPS):
        off = C.nrows() * float(np.abs(nearest(M - one)).max())
        try:
            inverse = M.solve(one, algorithm="approx").mid()
        except ZeroDivisionError:
            return None
        square = (inverse.trace() / M.trace()).sqrt().mid()
        mu = square.sqrt().mid()
        S = (S * (one * mu + inverse * (1 / mu)) * ball(0.5)).mid()
        M = ((M * square + one * ball(2) + inverse * (1 / square)) * ball(0.25)).mid()
        if off < 2.0 ** (-_ENOUGH * bits):
            return S
    return None


def inverse_cholesky(G: BallMatrix) -> BallMatrix | None:
    """
    Propose T with T G T^T near I for a symmetric positive definite G.

    float64 alone serves up to a condition of 1e14 or so. Beyond, the factor of G plus a small shift is no answer but
    a preconditioner: T G T^T is better conditioned by many digits, and its factor improves T (Rump's method).

    Parameters
    ----------
    G : arb_mat
        Its midpoints are used.

    Returns
    -------
    arb_mat or None
        Exact; None where G seems not to be positive definite.
    """
    T = one = identity(G.nrows())
    for _ in range(_PASSES):
        B = nearest(T * G * T.transpose())
        if np.linalg.norm(B - nearest(one)) < _NEAR:
            return T
        L = _cholesky(B)
        if L is None:
            return None
        T = (matrix(np.linalg.inv(L).astype(np.float64)) * T).mid()
    return None


def _cholesky(B: Host) -> Host | None:
    """Return the Cholesky factor of B, or else of B plus a shift about as large as the rounding errors."""
    shift = 4 * B.shape[0] * np.finfo(np.float64).eps * np.linalg.norm(B)
    for plus in (0.0, shift, 16 * shift):
        try:
            return np.linalg.cholesky(B + plus * np.eye(B.shape[0]))
        except np.linalg.LinAlgError:
            continue
    return None
