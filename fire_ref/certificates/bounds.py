"""
The inequalities, each in balls: what is proved about Q and its distance to polar factors.

`proofs/certified.v` and `proofs/certified_gap.v` have the theorems. Throughout, norms without a name are Frobenius
norms, sym(A) = (A + A^T)/2, and ends of intervals are exact numbers.
"""

from __future__ import annotations

from .balls import Ball, BallMatrix, clamped, frobenius, identity, inner, root


def defect(Q: BallMatrix) -> tuple[Ball, Ball]:
    """Bound e = ||Q^T Q - I|| from both sides."""
    return frobenius(Q.transpose() * Q - identity(Q.ncols()))


def to_isometry(e: Ball) -> Ball:
    """
    Bound ||Q - V|| for a polar factor V of Q, where ||Q^T Q - I|| <= e.

    Every singular value s of Q has 1 - s^2 <= e, so that s >= sqrt(max(0, 1 - e)), and |s - 1| = |s^2 - 1| / (1 + s).

    Parameters
    ----------
    e : arb
        Exact.

    Returns
    -------
    arb
        ``e / (1 + sqrt(max(0, 1 - e)))``, from above.
    """
    return (e / (1 + root(1 - e)[0])).upper()


def residual(W: BallMatrix, Q: BallMatrix, G: BallMatrix, delta: Ball) -> Ball:
    """
    Bound ||W - V G|| for every V with ||Q - V|| <= delta.

    Parameters
    ----------
    W, Q, G : arb_mat
        G symmetric.
    delta : arb
        Exact.

    Returns
    -------
    arb
        ``||W - Q G|| + delta ||G||``, from above.
    """
    return (frobenius(W - Q * G)[1] + delta * frobenius(G)[1]).upper()


def least_eigenvalue(G: BallMatrix, T: BallMatrix) -> Ball | None:
    """
    Bound the least eigenvalue of a symmetric G from below, if T shows that G is positive definite.

    If ``d = ||I - T G T^T|| < 1`` then T G T^T is positive definite, T has an inverse, and for x = T^T y:
    ``x^T G x >= (1 - d) |y|^2`` and ``|x|^2 <= ||T T^T||_2 |y|^2``.

    Parameters
    ----------
    G, T : arb_mat
        Any square T, as an approximate inverse Cholesky factor.

    Returns
    -------
    arb or None
        ``(1 - d) / ||T T^T||``, from below; None where d < 1 is not proved.
    """
    Tt = T.transpose()
    d = frobenius(identity(G.nrows()) - T * G * Tt)[1]
    if not d < 1:
        return None
    return ((1 - d) / frobenius(T * Tt)[1]).lower()


def to_factor(rho: Ball, g: Ball) -> Ball:
    """
    Bound ||V - Q*|| from ||W - V G|| <= rho and G >= g, where rho < g.

    V is the polar factor of V G, and ``(s_min(W) + s_min(V G)) ||Q* - V|| <= 2 ||W - V G||`` with s_min(V G) >= g
    and s_min(W) >= g - rho. The last is positive: W has full rank and Q* is unique.

    Parameters
    ----------
    rho, g : arb
        Exact, rho below g.

    Returns
    -------
    arb
        ``2 rho / (g + (g - rho))``, from above.
    """
    return (2 * rho / (g + (g - rho))).upper()


def shifted(interval: tuple[Ball, Ball], error: Ball) -> tuple[Ball, Ball]:
    """
    Widen an interval by an error on either side, for what is not negative.

    Parameters
    ----------
    interval : tuple of arb
        Exact ends, as of ||Q - Q1||.
    error : arb
        Exact, as of ||Q1 - Q*||.

    Returns
    -------
    tuple of arb
        Exact ends.
    """
    return clamped((interval[0] - error).lower()), (interval[1] + error).upper()


def gap(D: BallMatrix, G: BallMatrix, size: Ball, error: Ball, factor_error: Ball) -> tuple[Ball, Ball]:
    """
    Bound SFE(W, V) - SFE(W, Q*) = tr((V - Q*)^T (V - Q*) H*) for an isometry V.

    With H* = L L^T it is ||(V - Q*) L||^2. D is off V - Q* by `error`, which moves the root by at most
    ``error ||L||_2``, and ``||L||_2^2 = ||W||_2``. G is off H* = sym(Q*^T W) by at most ``||Q1 - Q*|| ||W||``.

    Parameters
    ----------
    D : arb_mat
        V1 - Q1, which approximates V - Q*.
    G : arb_mat
        sym(Q1^T W).
    size : arb
        Exact, at least ||W||_2.
    error : arb
        Exact, at least ||D - (V - Q*)||.
    factor_error : arb
        Exact, at least ||Q1 - Q*||.

    Returns
    -------
    tuple of arb
        Exact ends.
    """
    slack = inner(D, D).upper() * factor_error * size
    form = inner(D, D * G)
    low, high = root(form - slack)[0], root(form + slack)[1]
    near, far = shifted((low, high), (error * root(size)[1]).upper())
    return (near * near).lower(), (far * far).upper()
