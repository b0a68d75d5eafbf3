"""Clues where the answer is no function of the singular values: a wrong factor, rescaled rows, separate blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from ...tolerances import EPS
from ..dialect import Dialect
from ..evidence import Observation
from ..precision import Host
from ..truth import layout_of, to_matrices
from .clue import Clue, View
from .matching import isometric, match, solved, telling
from .shape import wide

#: Leakage of an answer that has little to do with the singular vectors.
GROSS = 0.1


class Candidate(NamedTuple):
    """A wrong matrix, up to one positive factor, and what made it."""

    code: str
    text: str
    answer: Host
    matrix: Host


def factors(view: View) -> Iterator[Clue]:
    """Try the known wrong matrices on every telling case that disagrees; the nearest one names the mistake."""
    if not view.wrong or len(view.taken.calm) == len(view.taken.found) > 0 or wide(view) is not None:
        return
    # First by what the dtype allows, then by what the dialect would allow.
    for eps in dict.fromkeys((view.eps, EPS[view.evidence.dialect.computes or view.evidence.setup.dtype])):
        for seen, W, Y in _pairs(view):
            found = [
                (matched.distance, one)
                for one in candidates(W, Y, view.evidence.dialect)
                if (matched := match(one.answer, one.matrix, eps)) is not None
            ]
            if found:
                distance, one = min(found, key=lambda pair: pair[0])
                yield Clue(one.code, "error", 0.95, seen.case.id, f"{one.text}, to {distance:.1e}")
                return
    yield from _isometry(view)


def _pairs(view: View) -> Iterator[tuple[Observation, Host, Host]]:
    """Yield the disagreeing cases as (case, matrix, answer), rows as outputs; the fingerprint's probes first."""
    for seen in sorted(filter(telling, view.singles), key=lambda seen: "probe" not in seen.case.flags):
        if seen.finite:
            layout = layout_of(seen.dialect, seen.level, seen.answer.ndim)
            flat = seen.dialect.convolution == "flat"
            yield seen, seen.truth.factors.matrices[0], to_matrices(seen.answer, layout, flat)[0]


def candidates(W: Host, Y: Host, dialect: Dialect) -> Iterator[Candidate]:
    """
    Make the known wrong matrices.

    Parameters
    ----------
    W, Y : ndarray, shape (m, n)
        Input and answer; signs that a decomposition leaves open are taken from Y.
    dialect : Dialect
        What is done after rescaling, or to each block.

    Yields
    ------
    Candidate
    """
    yield from _triangular(W, Y)
    yield from _untransposed(W, Y)
    yield from _blocks(W, Y, dialect)
    yield from _rescaled(W, Y, dialect)


def _triangular(W: Host, Y: Host) -> Iterator[Candidate]:
    tall, wide = W.shape[0] >= W.shape[1], W.shape[0] <= W.shape[1]
    for name, fits, A, B in (("QR", tall, W, Y), ("LQ", wide, W.T, Y.T)):
        if fits:
            Q = np.linalg.qr(A)[0]
            yield Candidate("WRONG_FACTOR_QR", f"Q of {name}", B, Q * np.sign(np.sum(Q * B, axis=0)))


def _untransposed(W: Host, Y: Host) -> Iterator[Candidate]:
    # U V is known up to the signs of the singular vectors: |U^T Y| is |V|.
    if W.shape[0] >= W.shape[1]:
        U, _, Vh = np.linalg.svd(W, full_matrices=False)
        yield Candidate("WRONG_FACTOR_V", "|U^T Y| is |V|", np.abs(U.T @ Y), np.abs(Vh.T))


def _blocks(W: Host, Y: Host, dialect: Dialect) -> Iterator[Candidate]:
    for axis, name in ((0, "rows"), (1, "columns")):
        for many in (2, 4, 8, 3):
            if W.shape[axis] % many == 0 and W.shape[axis] // many > 1:
                pieces = [solved(piece, dialect) for piece in np.split(W, many, axis=axis)]
                code = "QKV_BOUNDARY" if many == 3 and axis == 0 else "SHARD_LOCAL"
                text = f"{many} equal blocks of {name}, each by itself; declared one matrix"
                yield Candidate(code, text, Y, np.concatenate(pieces, axis=axis))


def _norms(W: Host) -> Host:
    return np.asarray(1 / np.linalg.norm(W, axis=1, keepdims=True))


def _aol(W: Host) -> Host:
    return np.asarray(1 / np.sqrt(np.sum(np.abs(W @ W.T), axis=1, keepdims=True)))


#: How rows (or, transposed, columns) are rescaled.
RESCALINGS: tuple[tuple[str, Callable[[Host], Host]], ...] = (
    ("divided by their norms", _norms),
    ("rescaled as almost orthogonal (AOL)", _aol),
)


def _rescaled(W: Host, Y: Host, dialect: Dialect) -> Iterator[Candidate]:
    for name, scale in RESCALINGS:
        for what, A, B in (("rows", W, Y), ("columns", W.T, Y.T)):
            with np.errstate(all="ignore"):
                D = scale(A) * A
            if np.isfinite(D).all():
                for X in (solved(D, dialect), solved(D, dialect, norm=1.0)):
                    yield Candidate("ROWS_RESCALED", f"{what} are {name} first", B, X)
                X = solved(A, dialect)
                yield Candidate("ROWS_RESCALED", f"{what} are {name} afterwards", B, scale(X) * X)


def _isometry(view: View) -> Iterator[Clue]:
    """Orthonormal, but far from the nearest."""
    gross = {one.seen.case.id: one.leakage for one in view.taken.found if one.leakage > GROSS}
    for seen, _, Y in _pairs(view):
        if seen.case.id in gross and isometric(Y, view.eps):
            text = f"the Gram matrix is a multiple of I, but {gross[seen.case.id]:.2f} leaks"
            yield Clue("WRONG_FACTOR", "error", 0.9, seen.case.id, text)
            return


RULES = (factors,)
