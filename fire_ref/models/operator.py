"""The singular values of a circular convolution as an operator, frequency by frequency."""

from __future__ import annotations

from math import prod

import numpy as np

from ..arrays import Array, dtype_name, to_host
from ..operands import Operand, from_host
from ..spectrum import Host
from .record import OperatorSpectrum

#: Entries of the complex matrices handled at once: 64 MB.
BLOCK = 1 << 22


def operator_values(w: Operand, stack: Array, batch: int, sizes: tuple[int, ...]) -> Host:
    """
    Return the singular values of the circular convolution by a kernel.

    The operator is block-diagonal in the Fourier basis, with the block ``sum_t K_t exp(-2 pi i f.t / N)`` at each
    frequency f. The sum is taken tap by tap, so that nothing of the size of the grid is ever in memory; of two
    conjugate frequencies one is computed.

    Parameters
    ----------
    w : Operand
        Where the kernel came from.
    stack : array, shape (batch..., taps..., O, I)
        Its taps, in the wide dtype.
    batch : int
        Number of batch axes; their operators' values are put together.
    sizes : tuple of int
        The grid; a kernel that is larger wraps around.

    Returns
    -------
    ndarray, shape (q,)
        float64, ``prod(sizes) * min(O, I)`` for each operator, in no order.
    """
    xp = w.xp
    *leading, rows, columns = stack.shape
    kernels = xp.reshape(stack, (-1, prod(leading[batch:]), rows * columns))
    waves, often = _waves(tuple(leading[batch:]), sizes)
    step = max(1, BLOCK // (rows * columns))
    found = []
    for i in range(0, len(waves), step):
        real, imaginary = (
            from_host(part, w, stack.dtype) for part in (waves[i : i + step].real, waves[i : i + step].imag)
        )
        for kernel in range(kernels.shape[0]):
            taps = kernels[kernel, :, :]
            blocks = _complex(xp, real @ taps, imaginary @ taps)
            s = to_host(xp.linalg.svdvals(xp.reshape(blocks, (-1, rows, columns)))).astype(np.float64)
            found.append(np.repeat(s, often[i : i + step], axis=0).ravel())
    return np.concatenate(found)


def _complex(xp: Array, real: Array, imaginary: Array) -> Array:
    dtype = xp.complex128 if dtype_name(real) == "float64" else xp.complex64
    return xp.astype(real, dtype) + 1j * xp.astype(imaginary, dtype)


def _waves(taps: tuple[int, ...], sizes: tuple[int, ...]) -> tuple[Host, Host]:
    """Return exp(-2 pi i f.t / N), frequencies x taps, for half the frequencies, and how often each stands."""
    phase = np.zeros((1, 1))
    for k, size in zip(taps, sizes, strict=True):
        # The integer product modulo the size keeps the angle exact.
        turn = np.outer(np.arange(size), np.arange(k)) % size / size
        phase = (phase[:, None, :, None] + turn[None, :, None, :]).reshape(len(phase) * size, -1)
    index = np.indices(sizes).reshape(len(sizes), -1)
    mirror = np.ravel_multi_index(tuple(-index % np.array(sizes)[:, None]), sizes)
    here = np.arange(len(mirror))
    kept = here <= mirror
    waves = np.exp(-2j * np.pi * phase[kept])
    return waves, np.where(mirror == here, 1, 2)[kept]


def summary(values: Host) -> OperatorSpectrum:
    """
    Sum up an operator's singular values.

    Parameters
    ----------
    values : ndarray, shape (q,)
        From `operator_values`.

    Returns
    -------
    OperatorSpectrum

    Examples
    --------
    >>> summary(np.array([1.0, 1.0]))
    OperatorSpectrum(s_max=1.0, s_min=1.0, mean=1.0, dfi=0.0)
    """
    peak = float(values.max())
    relative = values / peak if peak > 0 else values  # over the largest, so that no sum overflows
    mean = float(relative.mean())
    unit = relative / mean if mean > 0 else relative  # zero is zero at every scale
    dfi = float(np.sum((unit * unit - 1) ** 2))
    return OperatorSpectrum(peak, float(values.min()), peak * mean, dfi)
