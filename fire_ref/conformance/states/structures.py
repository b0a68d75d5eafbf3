"""Another matrix than the declared one was made of the weight: of other axes, of all taps, of a whole stack; or QR."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ...layout import Layout
from ...tolerances import EPS
from ..diagnosis.factor import GROSS, candidates
from ..diagnosis.matching import match
from ..precision import HALVES, Host
from ..truth import to_matrices
from .explaining import explain
from .grading import deviation
from .mistake import Mistake
from .piece import Piece

#: Larger matrices are not decomposed once more for the sake of a name.
LARGEST = 4096
#: How much nearer a wrong matrix must be than the declared one, from which some do not differ by much.
NEARER = 4.0
#: What `partitions` finds better.
_CUT = ("SHARD_LOCAL", "QKV_BOUNDARY")


def rearranged(wrong: Sequence[Piece], letters: str) -> list[Mistake]:
    """
    Arrange the numbers of the first wrong block as other matrices.

    Parameters
    ----------
    wrong : sequence of Piece
        Blocks of one weight that no map of singular values explains.
    letters : str
        The weight's layout.

    Returns
    -------
    list of Mistake
        At most one.
    """
    piece = wrong[0]
    for code, text, other in _arranged(piece, letters):
        if explain(other) is not None:
            return [Mistake(code, piece.tensor, text, confidence=0.95, case=piece.name)]
    return []


def wrong_factors(wrong: Sequence[Piece]) -> list[Mistake]:
    """
    Try the known wrong matrices on the first wrong block.

    Parameters
    ----------
    wrong : sequence of Piece
        Likewise.

    Returns
    -------
    list of Mistake
        At most one.
    """
    piece = wrong[0]
    if max(piece.W.shape[-2:]) > LARGEST:
        return []
    first = int(np.argmax(piece.alive))
    W, Y, eps = piece.W[first], piece.Y[first], EPS[piece.dtype]
    found, off = [], deviation(piece)
    for one in candidates(W, Y, piece.declared.dialect):
        matched = match(one.answer, one.matrix, eps) if one.code not in _CUT else None
        if matched is not None and matched.distance <= off / NEARER:
            found.append((matched.distance, one))
    if found:
        distance, one = min(found, key=lambda pair: pair[0])
        return [Mistake(one.code, piece.tensor, f"{one.text}, to {distance:.1e}", confidence=0.95, case=piece.name)]
    if off > GROSS and _isometric(Y, piece.dtype):
        text = "the Gram matrix is a multiple of I, and it is not the nearest isometry"
        return [Mistake("WRONG_FACTOR", piece.tensor, text, confidence=0.9, case=piece.name)]
    return []


def _isometric(Y: Host, dtype: str) -> bool:
    """Whether the small Gram matrix is a multiple of the identity, but for rounding to the dtype."""
    G = Y.T @ Y if len(Y) >= Y.shape[1] else Y @ Y.T
    found = match(G, np.eye(len(G)), EPS[dtype])
    return found is not None and found.distance <= (4 * EPS[dtype] if dtype in HALVES else 1.0)


def _arranged(piece: Piece, letters: str) -> Iterator[tuple[str, str, Piece]]:
    """Arrange the numbers of a kernel or a stack as other matrices."""
    many, rows, columns = piece.W.shape
    if many == 1 and not piece.declared.flat:
        return
    if piece.area > 1 and len(letters) == 2 + len(piece.shape[2:]):
        W, Y = (_restored(A, letters, piece) for A in (piece.W, piece.Y))
        if piece.declared.flat:
            taps = [to_matrices(A, Layout(letters), False) for A in (W, Y)]
            yield "CONV_KERNEL_AXES", "every tap by itself; declared one matrix", replace(piece, W=taps[0], Y=taps[1])
        else:
            flat = [to_matrices(A, Layout(letters), True) for A in (W, Y)]
            yield "CONV_FLATTENED", "one matrix of out x (in x area)", replace(piece, W=flat[0], Y=flat[1])
        for other in _elsewhere(letters):
            stacks = [to_matrices(A, Layout(other), False) for A in (W, Y)]
            if min(stacks[0].shape[-2:]) > 1:
                text = f"matrices of axes {other.index('O')} and {other.index('I')}; declared {letters}"
                yield "CONV_KERNEL_AXES", text, replace(piece, W=stacks[0], Y=stacks[1])
    elif many > 1:
        for text, order, size in (
            ("one matrix, rows one below the other", (0, 1, 2), (1, many * rows, columns)),
            ("one matrix, columns side by side", (1, 0, 2), (1, rows, many * columns)),
            ("one matrix, a row for each", (0, 1, 2), (1, many, rows * columns)),
        ):
            W, Y = (A.transpose(order).reshape(size) for A in (piece.W, piece.Y))
            yield "BATCH_COLLAPSED", text, replace(piece, W=W, Y=Y)


def _elsewhere(letters: str) -> Iterator[str]:
    """Yield layouts that put the matrices on two other axes: the last two, the first two."""
    rest = [letter for letter in letters if letter not in "OI"]
    for other in ("".join(["O", "I", *rest]), "".join([*rest, "O", "I"]), "".join([*rest, "I", "O"])):
        if {other.index("O"), other.index("I")} != {letters.index("O"), letters.index("I")}:
            yield other


def _restored(stack: Host, letters: str, piece: Piece) -> Host:
    """Undo `to_matrices`."""
    layout = Layout(letters)
    o, i, *spatial = piece.shape
    sizes = dict(zip((letters[axis] for axis in layout.spatial), spatial, strict=True)) | {"O": o, "I": i}
    if piece.declared.flat:
        order = (letters.index("O"), *(axis for axis, letter in enumerate(letters) if letter != "O"))
        return stack.reshape([sizes[letters[axis]] for axis in order]).transpose(np.argsort(order))
    shaped = stack.reshape([sizes[letters[axis]] for axis in layout.order])
    return np.asarray(layout.from_stack(np, shaped))
