"""Safetensors files: what the library writes is read back bit for bit, and what it cannot have written is refused."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import safetensors
from safetensors.numpy import save_file

from fire_ref.arrays import FLOATS
from fire_ref.checkpoints import header, open_checkpoint, tensorfile

from ..backends import available
from . import malformed
from .builders import ONE, framed, limited, listed, peak, put, refused, said, tensor
from .fuzzing import mutated, survived

NAMES = [
    "weight",
    "a.b.c",
    "",
    "weiß",
    "层.0",
    "\U0001f600",
    'a"b',
    "back\\slash",
    "tab\t",
    "two\nlines",
    "\x7f\x01",
    "{[,",
]
SHAPES = [(), (1,), (0,), (3, 4), (2, 0, 3), (2, 1, 3, 2)]
KINDS = [
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
]


def bits(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> np.ndarray[Any, Any]:
    """Return an array of any bits at all: NaNs with payloads, infinities, numbers below the normal ones."""
    size = np.empty(shape, dtype).nbytes
    raw = rng.integers(0, 2 if dtype == "bool" else 256, size, dtype=np.uint8)
    return np.frombuffer(raw.tobytes(), dtype=dtype).reshape(shape)


def same(found: np.ndarray[Any, Any], wanted: np.ndarray[Any, Any]) -> bool:
    return found.dtype == wanted.dtype and found.shape == wanted.shape and found.tobytes() == wanted.tobytes()


def check(path: Path, wanted: dict[str, np.ndarray[Any, Any]]) -> None:
    """Compare a file with the arrays that were saved: floats by their bits, the rest by what is known of them."""
    found = listed(path)
    assert {name: (one.shape, one.dtype) for name, one in found.items()} == {
        name: (array.shape, array.dtype.name) for name, array in wanted.items()
    }
    for name, array in wanted.items():
        if array.dtype.name in FLOATS:
            assert same(found[name].read(), array)
        else:
            with pytest.raises(TypeError) as caught:
                found[name].read()
            assert array.dtype.name in said(caught.value, path.name)


@pytest.mark.parametrize("metadata", [None, {"format": "np", "é": "{[\n"}])
def test_what_the_library_saves_from_numpy_is_read_bit_for_bit(
    tmp_path: Path, rng: np.random.Generator, metadata: dict[str, str] | None
) -> None:
    arrays = {f"{kind}.{number}": bits(rng, shape, kind) for kind in KINDS for number, shape in enumerate(SHAPES)}
    arrays |= {name: bits(rng, (2, 3), "float32") for name in NAMES}
    save_file(arrays, tmp_path / "w.safetensors", metadata=metadata)
    check(tmp_path / "w.safetensors", arrays)


def test_what_the_library_saves_from_torch_is_read_bit_for_bit(tmp_path: Path, rng: np.random.Generator) -> None:
    torch = available("torch")
    save = __import__("safetensors.torch", fromlist=["save_file"]).save_file
    wide = [
        ("bfloat16", ml_dtypes.bfloat16),
        ("float8_e4m3fn", ml_dtypes.float8_e4m3fn),
        ("float8_e5m2", ml_dtypes.float8_e5m2),
    ]
    arrays = {f"{name}.{n}": bits(rng, shape, dtype) for name, dtype in wide for n, shape in enumerate(SHAPES)}
    tensors = {
        name: torch.tensor(list(array.tobytes()), dtype=torch.uint8)
        .view(getattr(torch, array.dtype.name))
        .reshape(array.shape)
        for name, array in arrays.items()
    }
    save(tensors, tmp_path / "w.safetensors", metadata={"format": "pt"})
    check(tmp_path / "w.safetensors", arrays)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_made_by_hand_is_read_bit_for_bit(
    tmp_path: Path, rng: np.random.Generator, dtype: str, shape: tuple[int, ...]
) -> None:
    array = bits(rng, shape, ml_dtypes.bfloat16 if dtype == "bfloat16" else dtype)
    name = next(name for name, (_, known) in header.DTYPES.items() if known == dtype)
    said_of_it = {"before": tensor("U8", [3], 0, 3), "w": tensor(name, shape, 3, 3 + array.nbytes)}
    path = put(tmp_path, "w.safetensors", framed(said_of_it, b"\xff" * 3 + array.tobytes()))
    found = listed(path)["w"].read()
    assert same(found, array)
    assert found.flags.writeable
    assert found.flags.c_contiguous


def test_tensors_come_in_the_order_of_the_file_whatever_the_order_of_the_header(tmp_path: Path) -> None:
    said_of_it = {"a": tensor("U8", [2], 2, 4), "b": tensor("U8", [0], 2, 2), "c": tensor("U8", [2], 0, 2)}
    assert list(listed(put(tmp_path, "w.safetensors", framed(said_of_it, bytes(4))))) == ["c", "b", "a"]


def test_a_header_may_be_padded_with_spaces(tmp_path: Path) -> None:
    path = put(tmp_path, "w.safetensors", framed(f"{{{ONE}}}".encode() + b" " * 99, struct.pack("<f", 0.5)))
    assert listed(path)["a"].read().tolist() == [0.5]


@pytest.mark.parametrize("name", malformed.ALL)
def test_a_malformed_header_is_refused_as_the_library_refuses_it(tmp_path: Path, name: str) -> None:
    raw = framed(malformed.text(name), bytes(malformed.ALL[name][1]))
    path = put(tmp_path, "w.safetensors", raw)
    refused(path)
    if name in malformed.BOTH:
        with pytest.raises(safetensors.SafetensorError):
            safetensors.safe_open(path, "np")


@pytest.mark.parametrize("name", malformed.FILES)
def test_what_is_no_whole_file_is_refused(tmp_path: Path, name: str) -> None:
    raw, message = malformed.FILES[name]
    path = put(tmp_path, "w.safetensors", raw)
    assert message in refused(path)
    if name != "the pointer of Git LFS":
        assert refused(path).endswith("Try fetching it again.")


def sparse(folder: Path, text: bytes, size: int) -> Path:
    """Return a file of that many bytes, most of which the disk does not hold."""
    path = put(folder, "w.safetensors", text)
    with path.open("r+b") as file:
        file.truncate(size)
    return path


def test_a_header_above_the_formats_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = sparse(tmp_path, struct.pack("<Q", 100_000_001), 200_000_000)
    assert peak(partial(refused, path)) < 1_000_000
    assert "a header of 100000001 bytes, where 100000000 is the format's limit" in refused(path)


@pytest.mark.parametrize("name", malformed.LARGE_ONES)
def test_a_large_hostile_header_costs_less_than_four_times_its_size(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, "w.safetensors", framed(malformed.LARGE_ONES[name]()))
    reading = listed if name in malformed.LARGE_AND_VALID else refused
    assert peak(partial(reading, path)) < 4 * path.stat().st_size


def test_reading_one_tensor_of_a_large_file_costs_that_tensor(tmp_path: Path) -> None:
    large, small = 64_000_000, 40_000
    said_of_it = {
        "large": tensor("F32", [large // 4], 0, large),
        "w": tensor("F32", [small // 4], large, large + small),
    }
    raw = framed(said_of_it)
    path = sparse(tmp_path, raw, len(raw) + large + small)
    with path.open("r+b") as file:
        file.seek(len(raw) + large)
        file.write(np.arange(small // 4, dtype="<f4").tobytes())
    assert peak(partial(listed, path)) < 100_000
    stored = listed(path)
    assert peak(stored["w"].read) < small + 20_000
    assert peak(stored["large"].read) < large + 20_000
    assert np.array_equal(stored["w"].read(), np.arange(small // 4))
    assert not stored["large"].read().any()


def test_blocks_smaller_than_a_tensor_change_nothing(
    tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    array = bits(rng, (33, 7), "float64")
    path = put(tmp_path, "w.safetensors", framed({"w": tensor("F64", array.shape, 0, array.nbytes)}, array.tobytes()))
    for block in (1, 13, 4096):
        monkeypatch.setattr(tensorfile, "BLOCK", block)
        assert same(listed(path)["w"].read(), array)


@pytest.mark.parametrize("change", [-1, 1, -4, 1000])
def test_a_file_that_changes_its_size_before_it_is_read_is_refused(tmp_path: Path, change: int) -> None:
    path = put(tmp_path, "w.safetensors", framed(malformed.START, bytes(4)))
    stored = listed(path)["a"]
    raw = path.read_bytes()
    path.write_bytes(raw[:change] if change < 0 else raw + bytes(change))
    with pytest.raises(ValueError, match="left alone while it is read; got another size than before") as caught:
        stored.read()
    said(caught.value, path.name)
    path.unlink()
    with pytest.raises(FileNotFoundError) as gone:
        stored.read()
    said(gone.value, path.name)


def test_a_file_that_ends_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "w.safetensors", framed(malformed.START, bytes(4)))
    stored = listed(path)["a"]
    monkeypatch.setattr(
        tensorfile, "size_of", lambda function, path: len(malformed.START) + 12
    )  # as it was a moment ago
    for raw in (framed(malformed.START, bytes(3)), framed(malformed.START)):
        path.write_bytes(raw)
        with limited(30), pytest.raises(OSError, match="ended while it was read") as caught:
            stored.read()
        said(caught.value, path.name)
    path.write_bytes(b"12345")
    with limited(30), pytest.raises(OSError, match="ended while it was read") as caught:
        open_checkpoint("audit", path)
    said(caught.value, path.name)


def test_the_bytes_of_any_dtype_can_be_had(tmp_path: Path, rng: np.random.Generator) -> None:
    arrays = {"n": np.arange(3), "w": rng.standard_normal((2, 2)).astype(np.float32), "e": np.empty(0, np.int8)}
    (tmp_path / "w.safetensors").write_bytes(safetensors.numpy.save(arrays))
    for stored in open_checkpoint("f", tmp_path / "w.safetensors"):
        assert stored.raw is not None
        assert stored.raw().tobytes() == arrays[stored.name].tobytes()
    (tmp_path / "w.safetensors").write_bytes(b"shorter")
    with pytest.raises(ValueError, match="another size than before"):
        stored.raw()


def valid_files(rng: np.random.Generator) -> list[tuple[bytes, bytes]]:
    """Return headers and data of valid files: names, dtypes and metadata of all kinds."""
    larger = malformed.START.replace(b"[1]", b"[ 25, 4 ]").replace(b"[0,4]", b" [0,400]")
    commented = (
        b'{"__metadata__":{"format":"pt","note":"as long as one likes \\u0041[{"},' + malformed.START[1:] + b" " * 20
    )
    arrays = {kind: bits(rng, (2, 3), kind) for kind in ("float16", "float32", "int8", "float64")}
    arrays |= {name: bits(rng, shape, "float16") for name, shape in zip(NAMES[2:8], SHAPES, strict=True)}
    raw = safetensors.numpy.save(arrays, metadata={"format": "np"})
    length = struct.unpack("<Q", raw[:8])[0]
    return [(larger, bytes(400)), (commented, bytes(4)), (raw[8 : 8 + length], raw[8 + length :])]


def broken(rng: np.random.Generator, count: int) -> Iterator[bytes]:
    """Yield broken files: damage to the header, framed anew so that it is read; or to all of the file."""
    random = Random(2602_08040)
    files = valid_files(rng)
    for number in range(count):
        text, data = files[number % len(files)]
        yield mutated(framed(text, data), random) if number % 4 == 0 else framed(mutated(text, random), data)


def test_three_thousand_broken_files_are_refused_or_read_as_they_say(tmp_path: Path, rng: np.random.Generator) -> None:
    counts = survived(tmp_path / "w.safetensors", broken(rng, 3000))
    assert counts["refused"] > 1000
    assert counts["read"] > 100, "damage to a name or a number of the data is no damage to the file"
    assert counts["no floats"] > 10
    assert counts["unreadable"] == 0


def test_a_reader_without_its_checks_does_not_survive(
    tmp_path: Path, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant that the test above is for: one that believes the shape."""
    monkeypatch.setattr(header, "prod", lambda shape: 1)
    monkeypatch.setattr(header, "_require_one_after_the_other", lambda found, data: None)
    with pytest.raises(AssertionError, match=r"file \d+"):
        survived(tmp_path / "w.safetensors", broken(rng, 3000))
