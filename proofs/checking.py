"""Compiling the proofs, and asking Rocq what each of them assumes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .sources import ROOT, Source, told

CLOSED = "Closed under the global context"
PACKAGES = (
    "coq",
    "libcoq-mathcomp-algebra",
    "libcoq-mathcomp-algebra-tactics",
    "libcoq-mathcomp-real-closed",
)
APT = f"apt-get install --no-install-recommends {' '.join(PACKAGES)}"
#: Seconds for one file, which take tens of seconds at most; a proof that hangs is no proof.
LIMIT = 600
#: Of Rocq at a time, about 600 MB each.
PROCESSES = min(4, os.cpu_count() or 1)
_MARK = "assumptions of"


@dataclass(frozen=True)
class Compiled:
    """A file that was compiled: how long it took, and what went wrong (empty: nothing)."""

    source: Source
    seconds: float
    error: str


def available() -> bool:
    """Whether Rocq is installed."""
    return shutil.which("coqc") is not None


def compiled(source: Source, folder: Path) -> Compiled:
    """
    Compile one file in a folder where what it needs is compiled already.

    Parameters
    ----------
    source : Source
        Copied there first.
    folder : Path
        Scratch.

    Returns
    -------
    Compiled
    """
    target = folder / source.path.name
    if source.path.resolve() != target.resolve():
        shutil.copyfile(source.path, target)
    start = time.perf_counter()
    done = _coqc(target, folder)
    error = "" if done.returncode == 0 else _last(done.stdout + done.stderr)
    words = f"holds {', '.join(source.forbidden)}" if source.forbidden else ""
    return Compiled(source, time.perf_counter() - start, error or words)


def everything(
    sources: Sequence[Source], folder: Path, watch: Callable[[Compiled], None] | None = None
) -> list[Compiled]:
    """
    Compile files in their order; those that need a failed one fail too.

    Parameters
    ----------
    sources : sequence of Source
        From `ordered`.
    folder : Path
        Scratch.
    watch : callable, optional
        Told of each.

    Returns
    -------
    list of Compiled
    """
    found = []
    for source in sources:
        found.append(compiled(source, folder))
        if watch is not None:
            watch(found[-1])
    return found


def assumptions(sources: Sequence[Source], folder: Path) -> dict[tuple[str, str], str]:
    """
    Ask Rocq what every statement rests on.

    Parameters
    ----------
    sources : sequence of Source
        All compiled in `folder`.
    folder : Path
        Scratch.

    Returns
    -------
    dict of (str, str) to str
        File and name -> Rocq's answer, `CLOSED` where there are no axioms.

    Raises
    ------
    RuntimeError
        Rocq gave no answer for one of them.
    """
    shares = [part for i in range(PROCESSES) if (part := sources[i::PROCESSES])]
    with ThreadPoolExecutor(PROCESSES) as pool:
        answers = pool.map(lambda i: _asked(shares[i], folder, f"asked_{i}.v"), range(len(shares)))
    found = {key: text for part in answers for key, text in part.items()}
    unanswered = {(file, name) for file, _, name in told(sources)} - {key for key, text in found.items() if text}
    if unanswered:
        raise RuntimeError(f"coqc told nothing of {', '.join('.'.join(key) for key in sorted(unanswered))}")
    return found


def _asked(sources: Sequence[Source], folder: Path, name: str) -> dict[tuple[str, str], str]:
    asked = folder / name
    lines = [f"From {ROOT} Require {one.name}." for one in sources]
    for file, _, statement in told(sources):
        lines += [
            f'Goal True. idtac "{_MARK} {file}.{statement}". Abort.',
            f"Print Assumptions {ROOT}.{file}.{statement}.",
        ]
    asked.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = _coqc(asked, folder)
    if done.returncode:
        raise RuntimeError(f"coqc: {_last(done.stdout + done.stderr)}")
    parts = re.split(rf"^{_MARK} (\w+)\.([\w']+)$", done.stdout, flags=re.MULTILINE)
    return {
        (file, statement): " ".join(text.split())
        for file, statement, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    }


def _coqc(path: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["coqc", "-q", "-w", "none", "-Q", ".", ROOT, path.name]
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"took more than {LIMIT} s")


def _last(text: str) -> str:
    """Return what follows the last place Rocq named, on one line."""
    return " ".join(text.split('File "./')[-1].split())[:300]
