"""The pieces of work that one process or many carry out: plain records, each done without knowing the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..checkpoints import Stored
from ..models.projecting import Job
from .source import Shard


class Target(NamedTuple):
    """
    Where a computed tensor goes.

    Attributes
    ----------
    shard : int
        The number of the output it belongs to.
    path : Path
        An existing file.
    offset : int
        Of the first byte.
    dtype : str
        How the file spells the numbers; "" for as they are.
    fortran : bool
        Columns first.
    """

    shard: int
    path: Path
    offset: int
    dtype: str = ""
    fortran: bool = False


@dataclass(frozen=True, kw_only=True)
class Order:
    """
    What all pieces of work have.

    Attributes
    ----------
    label : str
        What is being done, for whoever waits.
    cost : int
        About how many nanoseconds it takes.
    shared : bool
        Whether other machines look at what is written: it is then on disk before the order is done.
    kernel : str or None
        Digest of the arithmetic that must be had; None for any.
    """

    label: str
    cost: int
    shared: bool = False
    kernel: str | None = None


@dataclass(frozen=True, kw_only=True)
class Fill(Order):
    """Copy what is not computed of a shard: `ranges` of bytes, at the same places."""

    shard: int
    source: Path
    part: Path
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Make(Order):
    """
    Make one tensor, and write it wherever it belongs.

    Attributes
    ----------
    name, file : str
        The tensor, and the file that it is read from.
    tensor : Stored
        It.
    job : Job or None
        How it is projected.
    initial : Stored or None
        What it is put back to; neither: its bytes are copied as they are.
    raw : (Path, int, int) or None
        Where these bytes are, outside of archives.
    targets : tuple of Target
        Of this name, of those tied to it, of copies.
    device : {"cpu", "cuda"}
        Where to compute.
    """

    name: str
    file: str
    tensor: Stored
    job: Job | None
    initial: Stored | None
    targets: tuple[Target, ...]
    raw: tuple[Path, int, int] | None = None
    device: str = "cpu"


@dataclass(frozen=True, kw_only=True)
class Seal(Order):
    """
    Finish a part: put it on disk for good, and tell its checksum.

    Attributes
    ----------
    shard : int
        Its number.
    part : Path
        The file.
    archive : Shard or None
        Where it is an archive: the input, of which it is first put together.
    made : dict of str to Path
        For an archive: member -> file with its new bytes.
    """

    shard: int
    part: Path
    archive: Shard | None = None
    made: dict[str, Path] = field(default_factory=dict)


class Measured(NamedTuple):
    """What one block paid and gained: SFE, and DfI at the gain of its rule, before and after."""

    name: str
    sfe: float
    dfi_before: float
    dfi_after: float


class Outcome(NamedTuple):
    """
    What came of an order.

    Attributes
    ----------
    blocks : tuple of Measured
        Of a projected tensor.
    content : str
        SHA-256 of the bytes that a tensor had before, to tell equal ones; "" for other work.
    size, digest : int, str
        Of a sealed part.
    """

    blocks: tuple[Measured, ...] = ()
    content: str = ""
    size: int = 0
    digest: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the tensor's part of it as JSON takes it."""
        return {"blocks": [list(block) for block in self.blocks], "content": self.content}


def outcome(plain: dict[str, Any]) -> Outcome:
    """
    Undo `Outcome.plain`.

    Parameters
    ----------
    plain : dict
        Out of a journal.

    Returns
    -------
    Outcome
    """
    blocks = tuple(Measured(str(n), float(a), float(b), float(c)) for n, a, b, c in plain["blocks"])
    return Outcome(blocks, str(plain["content"]))
