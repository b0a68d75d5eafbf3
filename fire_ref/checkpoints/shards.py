"""A checkpoint in several safetensors files, and the index that says which tensor is in which."""

from __future__ import annotations

from pathlib import Path

from .faults import refuse, size_of
from .scanning import Scan
from .stored import Stored
from .tensorfile import tensors

KIND = "the index of a sharded safetensors checkpoint"
#: Bytes; two hundred times the largest index in public use.
LONGEST = 100_000_000


def sharded(function: str, path: Path) -> list[Stored]:
    """
    List the tensors of all shards that an index names.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        ``model.safetensors.index.json``; the shards lie beside it.

    Returns
    -------
    list of Stored
        Shard after shard, in the order of their names.

    Raises
    ------
    ValueError
        No such index; a shard that is missing or no safetensors file; a tensor in none, or in two, of them.
    """
    where = weight_map(function, path)
    found: list[Stored] = []
    holder: dict[str, str] = {}
    for shard in sorted(set(where.values())):
        if Path(shard).name != shard or shard in ("", ".", ".."):
            refuse(function, path, KIND, f"a shard {shard!r} that is no file name", "shards beside the index")
        if not _exists(path.parent / shard):
            refuse(function, path, KIND, f"the shard {shard!r}, which is missing", "fetching all shards")
        for tensor in tensors(function, path.parent / shard):
            if tensor.name in holder:
                got = f"the tensor {tensor.name!r} in both {holder[tensor.name]!r} and {shard!r}"
                refuse(function, path, KIND, got)
            holder[tensor.name] = shard
            found.append(tensor)
    _require_agreement(function, path, where, holder)
    return found


def weight_map(function: str, path: Path) -> dict[str, str]:
    """
    Read which tensor is in which shard, as an index says.

    Parameters
    ----------
    function : str
        Who asks.
    path : Path
        The index.

    Returns
    -------
    dict of str to str
        Whether it is true is for `sharded` to say.

    Raises
    ------
    ValueError
        No such index.
    """
    size = size_of(function, path)
    if size > LONGEST:
        refuse(function, path, KIND, f"{size} bytes", "the index file itself")
    try:
        return _weight_map(path.read_bytes())
    except (ValueError, RecursionError) as error:
        refuse(function, path, KIND, error)


def _exists(shard: Path) -> bool:
    try:
        return shard.exists()
    except (OSError, ValueError):  # a name too long for a file, or with a zero byte
        return False


def _weight_map(text: bytes) -> dict[str, str]:
    scan = Scan(text)
    where: dict[str, str] = {}
    named = False
    shards: dict[str, str] = {}  # each name kept once, however many tensors it holds
    for key in scan.members():
        if key != "weight_map":
            scan.skip()
            continue
        named = True
        for tensor in scan.members():
            shard = scan.string()
            where[tensor] = shards.setdefault(shard, shard)
    scan.end()
    if not named or not where:
        raise ValueError("no weight_map, or an empty one")
    return where


def _require_agreement(function: str, path: Path, where: dict[str, str], holder: dict[str, str]) -> None:
    for name, shard in where.items():
        if holder.get(name) != shard:
            actual = f"is in {holder[name]!r}" if name in holder else "is in none"
            refuse(function, path, KIND, f"the tensor {name!r} in {shard!r}, which {actual}")
    unlisted = sorted(set(holder) - set(where))
    if unlisted:
        refuse(function, path, KIND, f"no place for the tensor {unlisted[0]!r} of {holder[unlisted[0]]!r}")
