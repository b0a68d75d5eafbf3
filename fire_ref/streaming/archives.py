"""An .npz archive put together again: the same members, in the same order, compressed as they were."""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Iterator
from pathlib import Path

from ..checkpoints.archive import BROKEN, KIND
from ..checkpoints.faults import refuse
from ..checkpoints.npy import described
from .orders import Seal
from .writing import BLOCK, unwritable

#: From this size on a member says in its own header that its sizes take eight bytes.
LARGE = 1 << 31


def assemble(function: str, order: Seal) -> None:
    """
    Write an archive.

    Parameters
    ----------
    function : str
        Who asks.
    order : Seal
        The input, the part to write, and the new bytes of each changed array.
    """
    assert order.archive is not None, "the caller looked"
    source = order.archive.path
    try:
        with zipfile.ZipFile(source) as archive, zipfile.ZipFile(order.part, "w") as new:
            for info in archive.infolist():
                made = order.made.get(info.filename.removesuffix(".npy"))
                with new.open(_like(info), "w", force_zip64=info.file_size >= LARGE) as member:
                    for piece in _pieces(function, source, archive, info, made):
                        member.write(piece)
    except zipfile.BadZipFile as error:
        refuse(function, source, KIND, error)
    except OSError as error:  # what reading raises has become a ValueError
        unwritable(function, order.part, error)


def _like(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    same = copy.copy(info)
    same.extra = b""  # sizes and times of the old member, which are written anew
    return same


def _pieces(
    function: str, source: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo, made: Path | None
) -> Iterator[bytes]:
    """Yield a member as it is, or its header and the new numbers."""
    try:
        with archive.open(info) as member:
            if made is None:
                while piece := member.read(BLOCK):  # to the very end, where the checksum is compared
                    yield piece
                return
            described(member)
            length = member.tell()
            member.seek(0)
            yield member.read(length)
    except BROKEN as error:
        refuse(function, source, KIND, str(error) or type(error).__name__)
    with made.open("rb", buffering=0) as numbers:
        while piece := numbers.read(BLOCK):
            yield piece
