"""A checkpoint as files: what each holds and where, in records that another process can read from."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..arrays import Array
from ..checkpoints import Stored, open_checkpoint
from ..checkpoints.archive import arrays
from ..checkpoints.npy import described
from ..checkpoints.shards import weight_map
from ..checkpoints.tensorfile import head, stored

SAFETENSORS, NPZ = ".safetensors", ".npz"


@dataclass(frozen=True)
class Kept:
    """
    One tensor of a file.

    Attributes
    ----------
    tensor : Stored
        Its `read` can be sent to another process.
    begin, end : int
        Its bytes in a safetensors file; of an archive, -1.
    dtype : str
        Of an archive: how its numbers are spelled, as ">f4"; "" where the file holds them as they are computed.
    fortran : bool
        Of an archive: columns first.
    """

    tensor: Stored
    begin: int = -1
    end: int = -1
    dtype: str = ""
    fortran: bool = False


@dataclass(frozen=True)
class Shard:
    """
    One file.

    Attributes
    ----------
    path : Path
        Absolute.
    size : int
        Bytes.
    base : int
        Bytes before the first tensor; 0 of an archive.
    digest : str
        SHA-256 of what tells names, shapes and dtypes: the header, or an archive's directory.
    kept : tuple of Kept
        In the order of the file.
    """

    path: Path
    size: int
    base: int
    digest: str
    kept: tuple[Kept, ...]

    @property
    def is_archive(self) -> bool:
        """Whether it is an .npz archive."""
        return self.path.name.lower().endswith(NPZ)


@dataclass(frozen=True)
class Source:
    """
    A checkpoint.

    Attributes
    ----------
    path : Path
        As the caller named it.
    shards : tuple of Shard
        In the order in which `open_checkpoint` lists their tensors.
    index : Path or None
        Of a checkpoint in several files.
    """

    path: Path
    shards: tuple[Shard, ...]
    index: Path | None = None

    @property
    def tensors(self) -> list[Stored]:
        """All tensors, in order."""
        return [kept.tensor for shard in self.shards for kept in shard.kept]

    @property
    def files(self) -> list[Path]:
        """Every file that is read."""
        return [shard.path for shard in self.shards] + ([] if self.index is None else [self.index])

    @property
    def suffix(self) -> str:
        """Of its files: .safetensors or .npz."""
        return NPZ if self.shards[0].is_archive else SAFETENSORS

    def holder(self) -> dict[str, tuple[int, Kept]]:
        """Return for each name the number of its file, and where in it."""
        return {kept.tensor.name: (i, kept) for i, shard in enumerate(self.shards) for kept in shard.kept}


def read_source(function: str, checkpoint: str | os.PathLike[str]) -> Source:
    """
    Read what stands before the tensors of a checkpoint, in all its files.

    Parameters
    ----------
    function : str
        Who asks.
    checkpoint : path
        As for `open_checkpoint`, which looks at it first.

    Returns
    -------
    Source

    Raises
    ------
    ValueError
        It is none, or not a whole one.
    OSError
        It is missing or may not be read.
    """
    open_checkpoint(function, checkpoint)
    path = Path(checkpoint)
    whole = Path(os.path.abspath(path))  # workers have other working directories
    if path.name.lower().endswith(".json"):
        names = sorted(set(weight_map(function, path).values()))
        return Source(path, tuple(_tensorfile(function, whole.parent / name) for name in names), whole)
    read = _archive if path.name.lower().endswith(NPZ) else _tensorfile
    return Source(path, (read(function, whole),))


def _tensorfile(function: str, path: Path) -> Shard:
    found = head(function, path)
    kept = tuple(
        Kept(stored(function, path, found, place), found.base + place.begin, found.base + place.end)
        for place in found.places
    )
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(found.base)).hexdigest()
    return Shard(path, found.size, found.base, digest, kept)


def _archive(function: str, path: Path) -> Shard:
    kept = []
    with zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        for info, tensor in zip(infos, arrays(function, path), strict=True):
            later = replace(tensor, read=partial(_member, function, path, tensor.name))
            if tensor.trouble is not None:
                kept.append(Kept(later))
                continue
            with archive.open(info) as member:
                about = described(member)
            assert about.dtype is not None, "an array without trouble holds numbers"
            kept.append(Kept(later, dtype=about.dtype.str, fortran=about.fortran))
        directory = hashlib.sha256(b"".join(_directory(path, archive.start_dir)))
    return Shard(path, path.stat().st_size, 0, directory.hexdigest(), tuple(kept))


def _directory(path: Path, begin: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(begin)
        yield file.read()


def _member(function: str, path: Path, name: str) -> Array:
    """Read one array in whatever process this is: an open archive cannot be sent."""
    return next(tensor for tensor in arrays(function, path) if tensor.name == name).read()
