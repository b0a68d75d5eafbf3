"""One case: a frozen record, and the values it stands for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .dialect import Dialect
from .precision import Host, Raw, limits, rounded
from .spectra import signed_permutation, spectrum, with_spectrum
from .truth import from_matrices, layout_of, to_matrices

#: valid: there is one right answer. acceptable: only the active subspace is judged, the rest recorded (rank-deficient,
#: zero), or failing is a limit and no error (extreme scales), or refusing is allowed (stacks at level "matrix").
#: invalid: must not be answered with finite numbers.
JUDGEMENTS = ("valid", "acceptable", "invalid")


@dataclass(frozen=True)
class Case:
    """
    One input.

    Attributes
    ----------
    id : str
        As "probe-tall".
    text : str
        What it is.
    shape : tuple of int
        Of the array.
    recipe : str
        A spectrum; or "identity", "permutation", "zero", "gaussian".
    dtype : str
        Of the array.
    scale : float
        On the largest singular value (on the whole of it, for other recipes).
    seed : int
        Of the random vectors.
    verdict : str
        Of `JUDGEMENTS`.
    flags : frozenset of str
        "probe", "half", "vector", "moved", "deep" (first when quick), "scale", "subnormal", "zero", "rank",
        "nonfinite", "stack", "conv", "odd", "padded", "purity", and what is done to the matrix afterwards: "dead" (zero
        columns), "twin" (equal rows), "nan", "inf", "uneven" (slices of different scale), "zero-tap", "det+", "det-".
    form : str
        How it lies in memory, see `targets.outcome.FORMS`.
    base : str
        The id of another case whose values these are, moved: "turned" (rows and columns permuted, with signs) or
        "transposed", both exact in any dtype.
    """

    id: str
    text: str
    shape: tuple[int, ...]
    recipe: str
    dtype: str
    scale: float = 1.0
    seed: int = 0
    verdict: str = "valid"
    flags: frozenset[str] = frozenset()
    form: str = "plain"
    base: str = ""

    def values(self, dialect: Dialect, level: str) -> Raw:
        """
        Build the array; the same record gives the same bits.

        Parameters
        ----------
        dialect : Dialect
            Whose layout says which axes are rows and columns.
        level : str
            "matrix" or "weight".

        Returns
        -------
        ndarray
            Of the case's dtype.
        """
        if "transposed" in self.flags:
            straight = replace(self, shape=self.shape[::-1], flags=self.flags - {"transposed"})
            return np.ascontiguousarray(straight.values(dialect, level).T)
        rng = np.random.default_rng([self.seed, *(self.base or self.id).encode()])
        layout = layout_of(dialect, level, len(self.shape))
        stack: Host = np.zeros(to_matrices(np.zeros(self.shape), layout, flat=False).shape)
        m, n = stack.shape[-2:]
        for i in range(len(stack)):
            stack[i] = self._matrix(rng, m, n) * (10.0 ** -(i % 3) if "uneven" in self.flags else 1.0)
        if "zero-tap" in self.flags:
            stack[len(stack) // 2] = 0.0
        stack = stack * self.scale
        if "subnormal" in self.flags:
            stack = stack / np.max(np.abs(stack)) * (limits(self.dtype)[0] / 4)
        W = from_matrices(stack, layout, self.shape, flat=False)
        if "turned" in self.flags:
            W = turned(W)
        return rounded(_spoilt(W, self.flags), self.dtype)

    def _matrix(self, rng: np.random.Generator, m: int, n: int) -> Host:
        if self.recipe == "identity":
            W = np.eye(m, n)
        elif self.recipe == "permutation":
            W = signed_permutation(rng, m, n)
        elif self.recipe == "zero":
            W = np.zeros((m, n))
        elif self.recipe == "gaussian":
            W = rng.standard_normal((m, n)) / np.sqrt(max(m, n))
        else:
            sign = 1 if "det+" in self.flags else -1 if "det-" in self.flags else 0
            W = with_spectrum(rng, m, n, spectrum(self.recipe, min(m, n)), sign)
        if "dead" in self.flags:
            W[:, rng.permutation(n)[:3]] = 0.0
        if "twin" in self.flags:
            W[-3:] = W[:3]
        return W


def turned(W: Host) -> Host:
    """Permute the rows and columns of a matrix and flip some of their signs: the same for every W of that shape."""
    rng = np.random.default_rng(W.shape)
    m, n = W.shape
    rows, columns = rng.permutation(m), rng.permutation(n)
    left, right = np.where(rng.random(m) < 0.5, -1.0, 1.0), np.where(rng.random(n) < 0.5, -1.0, 1.0)
    return np.asarray(left[:, None] * W[rows][:, columns] * right)


def _spoilt(W: Host, flags: frozenset[str]) -> Host:
    W = np.array(W)
    if "nan" in flags:
        W.flat[W.size // 2] = np.nan
    if "inf" in flags:
        W.flat[W.size // 2] = np.inf
    return W
