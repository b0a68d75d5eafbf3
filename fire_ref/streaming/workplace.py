"""Where results go, what may be in the way, and where they are made before they have their names."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ..checkpoints.shards import weight_map
from ..errors import sentence
from .journal import TOKEN, journal_of, part_of
from .source import NPZ, SAFETENSORS, Source

OPTION = "-o"
INDEX = ".safetensors.index.json"
#: What a folder is named that holds unfinished work.
DESK = ".fire-ref"
#: What a folder may hold beside the checkpoint that is replaced in it: the small files that go with one.
BELONGS = (".json", ".txt", ".model", ".md", ".py", ".jinja", ".toml", ".yaml", ".gitattributes")

#: Names of unfinished files, as `Desk` makes them.
_UNFINISHED = re.compile(rf"\d{{5,}}\.{TOKEN.pattern}\.part|\d{{5,}}-\d{{5,}}\.{TOKEN.pattern}\.numbers")


@dataclass(frozen=True)
class Workplace:
    """
    Where a run works.

    Attributes
    ----------
    target : Path
        What the caller sees in the end: a file, or a folder.
    folder : Path
        Where finished files get their names.
    desk : Path
        The dot-folder with what is not finished; the journal lies beside it.
    swaps : bool
        Whether `folder` takes the place of `target` in the end.
    names : tuple of str
        Of the finished files, one for each input.
    index : str
        Of the index that is put beside them; "" for none.
    """

    target: Path
    folder: Path
    desk: Path
    swaps: bool
    names: tuple[str, ...]
    index: str = ""

    @property
    def is_file(self) -> bool:
        """Whether the caller named a file, not a folder."""
        return self.folder != self.target and not self.swaps

    @property
    def begun(self) -> bool:
        """Whether an earlier run is here: a journal says so, and nothing else does."""
        return journal_of(self.desk).is_file()

    @property
    def old(self) -> Path:
        """Where a folder waits that is being replaced."""
        return self.target.parent / f".{self.target.name}{DESK}-old"

    def final(self, shard: int) -> Path:
        """Return the path of a finished file."""
        return self.folder / self.names[shard]

    def unfinished(self) -> list[Path]:
        """Return what is on the desk under a name that a run gives, and nothing else."""
        return [path for path in _entries(self.desk) if self._gives(path.name)]

    def strange(self) -> list[Path]:
        """Return what is on the desk and no run has put there."""
        return [path for path in _entries(self.desk) if path.is_dir() or not self._gives(path.name)]

    def others(self) -> list[Path]:
        """Return what is in the folder of the finished files, and is neither one of them nor of the run."""
        journal = journal_of(self.desk)
        ours = {*self.names, self.index, self.desk.name, journal.name, part_of(journal).name}
        return [path for path in _entries(self.folder) if path.name not in ours or _is_folder(path, self.desk)]

    def clear(self) -> None:
        """Remove what a run has left that has finished nothing, or whose files are gone; the journal last."""
        for path in self.unfinished():
            path.unlink()
        with suppress(FileNotFoundError):
            self.desk.rmdir()
        part_of(journal_of(self.desk)).unlink(missing_ok=True)
        journal_of(self.desk).unlink(missing_ok=True)
        if self.swaps:
            self.folder.rmdir()

    def _gives(self, name: str) -> bool:
        return _UNFINISHED.fullmatch(name) is not None or (bool(self.index) and name == f"{self.index}.part")


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _is_folder(path: Path, desk: Path) -> bool:
    return path != desk and path.is_dir()


def workplace(function: str, out: str, source: Source, others: list[Path], *, overwrite: bool) -> Workplace:
    """
    Decide where to work, and refuse what must not be written.

    Parameters
    ----------
    function : str
        Who asks.
    out : str
        The caller's.
    source : Source
        The input.
    others : list of Path
        Further files that are read.
    overwrite : bool
        Whether what is there may be replaced.

    Returns
    -------
    Workplace
        Nothing has been made yet.

    Raises
    ------
    ValueError
        OUT is, holds or lies in what is read; or something else is there; or it cannot be written.
    """
    if not out or "\0" in out:
        raise ValueError(sentence(function, OPTION, "be a path", repr(out), "-o reinitialised"))
    try:
        return _decided(function, out, source, others, overwrite=overwrite)
    except OSError as error:
        got = f"{out!r} ({error.strerror})"
        raise ValueError(sentence(function, OPTION, "be a place that can be looked at", got, "another")) from None


def _decided(function: str, out: str, source: Source, others: list[Path], *, overwrite: bool) -> Workplace:
    target = Path(os.path.realpath(out))
    _require_apart(function, out, target, source, others)
    names = tuple(shard.path.name for shard in source.shards)
    if source.index is None and target.suffix.lower() in (SAFETENSORS, NPZ) and not target.is_dir():
        found = Workplace(target, target.parent, target.parent / f".{target.name}{DESK}", False, (target.name,))
        if target.suffix.lower() != source.suffix:
            rule = f"be of the input's format, {source.suffix}"
            raise ValueError(sentence(function, OPTION, rule, repr(out), f"-o {target.stem}{source.suffix}"))
    else:
        found = _in_a_folder(function, out, target, names, overwrite=overwrite)
    found = replace(found, index="" if source.index is None else source.index.name)
    _require_ours(function, found)
    _require_free(function, out, found, overwrite=overwrite)
    _require_writable(function, out, found)
    return found


def _require_ours(function: str, found: Workplace) -> None:
    """
    Refuse what only has a name that a run gives: it is somebody's, and would be gone afterwards.

    Raises
    ------
    ValueError
        A link, a folder that no journal accounts for, or something on the desk that no run has put there.
    """
    journal, beside = journal_of(found.desk), [found.folder] if found.swaps else []
    rule, advice = "be what a run of this command has left", "moving it away, or another place"
    old = [] if found.is_file else [found.old]
    wrong = [path for path in (found.desk, journal, part_of(journal), *old, *beside) if path.is_symlink()]
    wrong += [path for path in (found.desk, *beside) if path.exists() and not path.is_dir()]
    wrong += [path for path in (journal, part_of(journal)) if path.exists() and not path.is_file()]
    wrong = wrong or found.strange()
    if not wrong and not found.begun:
        # Without a journal: no more than an empty desk, of a run that was stopped before it wrote one.
        wrong = _entries(found.desk) + [path for path in old if path.exists()] + (found.others() if beside else [])
    if wrong:
        raise ValueError(sentence(function, repr(str(wrong[0])), rule, "what no journal accounts for", advice))


def _in_a_folder(function: str, out: str, target: Path, names: tuple[str, ...], *, overwrite: bool) -> Workplace:
    named_as_file = target.suffix.lower() in (SAFETENSORS, NPZ, ".json") and not target.is_dir()
    if named_as_file or (target.exists() and not target.is_dir()):
        rule = "name a folder, where there are several files"
        if len(names) == 1:
            rule = f"name a folder, or a file that ends in {Path(names[0]).suffix.lower()}"
        raise ValueError(sentence(function, OPTION, rule, repr(out), f"-o {target.stem or 'reinitialised'}"))
    beside = target.parent / f".{target.name}{DESK}-new"
    inside = Workplace(target, target, target / DESK, False, names)
    swapping = Workplace(target, beside, beside / DESK, True, names)
    return swapping if swapping.begun or (overwrite and not inside.begun and _holds_something(target)) else inside


def _holds_something(folder: Path) -> bool:
    """Say whether a folder holds more than what a run leaves that was stopped before its journal."""
    journal = journal_of(folder / DESK)
    return any(path.name not in (DESK, journal.name, part_of(journal).name) for path in _entries(folder))


def _require_apart(function: str, out: str, target: Path, source: Source, others: list[Path]) -> None:
    for file in [*source.files, *others]:
        read = Path(os.path.realpath(file))
        if target == read or target in read.parents:
            rule = "be another place than what is read"
            raise ValueError(sentence(function, OPTION, rule, repr(out), "a new folder beside it"))
    home = None if source.index is None else Path(os.path.realpath(source.index)).parent
    if home is not None and home in target.parents:
        rule = "lie outside the folder of the checkpoint"
        raise ValueError(sentence(function, OPTION, rule, repr(out), "a new folder beside it"))


def _require_free(function: str, out: str, found: Workplace, *, overwrite: bool) -> None:
    if found.begun:
        return  # ours, as its journal will say
    if found.is_file:
        if found.target.exists() and not (overwrite and found.target.is_file()):
            rule = "be new, or of an interrupted run"
            raise ValueError(sentence(function, OPTION, rule, f"{out!r}, which exists", "--overwrite, or another name"))
    elif found.swaps:
        ours = {*found.names, *_indexed(function, found.target)}
        strange = [path.name for path in sorted(found.target.iterdir()) if not _belongs(path, ours)]
        if strange:
            rule = "hold one checkpoint and nothing else to be replaced"
            got = f"{out!r}, which also holds {strange[0]!r}"
            raise ValueError(sentence(function, OPTION, rule, got, "another folder"))
    elif _holds_something(found.target):
        rule = "be new, empty, or of an interrupted run"
        raise ValueError(sentence(function, OPTION, rule, f"{out!r}, which exists", "--overwrite, or another folder"))


def _belongs(path: Path, ours: Collection[str]) -> bool:
    return path.is_file() and (path.name in ours or path.name.lower().endswith(BELONGS))


def _indexed(function: str, folder: Path) -> set[str]:
    """Return the files of the checkpoint that a folder holds, if it has an index: other weights are not to be lost."""
    found: set[str] = set()
    for index in folder.glob(f"*{INDEX}"):
        with suppress(ValueError, OSError):
            found |= set(weight_map(function, index).values())
    return found


def _require_writable(function: str, out: str, found: Workplace) -> None:
    above = found.target if found.target.is_dir() and not found.swaps else found.target.parent
    if not above.is_dir():
        raise ValueError(sentence(function, OPTION, "lie in an existing folder", repr(out), "making it first"))
    if not os.access(above, os.W_OK | os.X_OK):
        raise ValueError(sentence(function, OPTION, "lie in a folder that may be written", repr(out), "another"))
