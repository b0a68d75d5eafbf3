"""The polar factor of a tall, ill-conditioned matrix by Householder's QR: that of R by any means, then Q1 times it."""

from __future__ import annotations

import numpy as np

from . import square
from .kernels import Host, by_columns, of, upper


def factored(W: Host) -> Host:
    """
    Return the polar factor of a tall matrix.

    Parameters
    ----------
    W : ndarray, shape (m, n)
        In either order; not modified.

    Returns
    -------
    ndarray, shape (m, n)
    """
    m, n = W.shape
    routines = of(W)
    work = int(routines.geqrf_lwork(m, n)[0])
    reflectors, tau, _, _ = routines.geqrf(by_columns(W), lwork=work, overwrite_a=1)
    P = square.of_triangle(upper(reflectors[:n]))
    _, work, _ = routines.orgqr(reflectors, tau, lwork=-1)
    Q1, _, _ = routines.orgqr(reflectors, tau, lwork=int(work[0]), overwrite_a=1)
    return np.asarray(Q1 @ P)
