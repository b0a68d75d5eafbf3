"""Archives: what numpy saves is read bit for bit, nothing is unpickled, and no claim of a size is believed."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from fire_ref.checkpoints import archive

from ..house.paths import ROOT
from . import hostile
from .builders import listed, npy, peak, put, refused, said, zipped
from .fuzzing import FIXED, TIMES, mutated, survived
from .test_opening import Trap

SAVERS = {"stored": np.savez, "compressed": np.savez_compressed}
KINDS = [
    "float16",
    "float32",
    "float64",
    "longdouble",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint64",
    "bool",
    "complex64",
]
NAMES = ["a.b", "folder/weight", "weiß", "\U0001f600", "with space", "a.npy", "[0]", ".hidden", "w\\x"]


def arrays() -> dict[str, Any]:
    """Return arrays of all kinds and orders."""
    rng = np.random.default_rng(11)
    values = rng.standard_normal((3, 4, 2)) * 10
    found: dict[str, Any] = {kind: values.astype(kind) for kind in KINDS}
    found |= {name: values[..., number % 2] for number, name in enumerate(NAMES)}
    found |= {f"big.{kind}": values.astype(kind).astype(np.dtype(kind).newbyteorder(">")) for kind in KINDS}
    found |= {"Fortran": np.asfortranarray(values), "big.Fortran": np.asfortranarray(found["big.float64"])}
    found |= {
        "scalar": np.float32(0.1),
        "scalar.big": np.array(0.1, ">f8"),
        "empty": np.empty((2, 0, 3)),
        "none": np.empty(0),
    }
    return found | {"strided": values[::2, ::-1], "transposed": values.T, "axes": np.ones((1,) * 32)}


@pytest.mark.parametrize("saver", SAVERS)
def test_what_numpy_saves_is_read_bit_for_bit(tmp_path: Path, saver: str) -> None:
    wanted = arrays()
    SAVERS[saver](tmp_path / "w.npz", **wanted)
    found = listed(tmp_path / "w.npz")
    assert list(found) == list(wanted)
    for name, array in wanted.items():
        native = np.asarray(array).astype(array.dtype.newbyteorder("="), copy=False)
        stored = found[name]
        read = stored.read()
        assert (stored.shape, stored.dtype, stored.trouble) == (native.shape, native.dtype.name, None)
        assert (read.shape, read.dtype) == (native.shape, native.dtype)
        assert read.dtype.isnative
        assert read.tobytes() == native.tobytes()


def test_an_archive_without_arrays_has_none(tmp_path: Path) -> None:
    assert listed(put(tmp_path, "w.npz", zipped([]))) == {}
    assert listed(put(tmp_path, "w.npz", zipped([("folder/", b"")]))) == {}


def test_both_old_and_new_headers_are_read(tmp_path: Path) -> None:
    for version in (1, 2):
        path = put(tmp_path, "w.npz", zipped([("a.npy", npy("<f8", (1,), np.float64(0.5).tobytes(), version=version))]))
        assert listed(path)["a"].read().tolist() == [0.5]


def unreadable(path: Path, name: str = "a") -> str:
    """Return the trouble of a member that is listed and not read; reading it must fail in one line too."""
    stored = listed(path)[name]
    assert stored.trouble is not None
    assert stored.trouble.isprintable()
    with pytest.raises(TypeError) as caught:
        stored.read()
    said(caught.value, path.name)
    return stored.trouble


def test_python_objects_are_listed_and_never_unpickled(tmp_path: Path) -> None:
    trap, path = tmp_path / "trap", tmp_path / "w.npz"
    plain = np.array([Trap(trap), None], dtype=object)
    inside = np.array([(1.0, Trap(trap))], dtype=[("x", "f8"), ("y", "O")])
    for saver in SAVERS.values():
        saver(path, a=plain, b=np.array(Trap(trap), dtype=object), c=inside, w=np.ones(2))
        for name in "abc":
            assert unreadable(path, name) == "Python objects, which would have to be unpickled"
        assert listed(path)["w"].read().tolist() == [1, 1]
    raw = put(tmp_path, "raw.npz", zipped([("a.npy", (tmp_path / "w.npz").read_bytes()), ("b.pkl", b"\x80\x04N.")]))
    refused(raw)
    assert not trap.exists()
    np.load(path, allow_pickle=True)["a"][0].close()
    assert trap.exists(), "the trap works, so that its silence means something"


TROUBLES: dict[str, tuple[Any, str]] = {
    "a structure": (np.zeros(3, dtype=[("x", "f4"), ("y", "i8", 2)]), "which holds no numbers"),
    "an aligned structure": (np.zeros(3, dtype=np.dtype([("x", "i1"), ("y", "f8")], align=True)), "holds no numbers"),
    "a structure of many alphabets": (np.zeros(3, dtype=[("é", "f4"), ("层", "i8")]), "holds no numbers"),
    "bfloat16": (np.ones(3, ml_dtypes.bfloat16), "bfloat16 loses its name in .npz: save it as safetensors"),
    "float8": (np.ones(3, ml_dtypes.float8_e4m3fn), "which holds no numbers"),
    "float8, which numpy does not load": (np.ones(3, ml_dtypes.float8_e5m2), "holds no numbers"),
    "text": (np.array(["a", "bc"]), "which holds no numbers"),
    "bytes": (np.array([b"a", b"bc"]), "which holds no numbers"),
    "dates": (np.array(["2020-01-01"], dtype="M8[D]"), "which holds no numbers"),
    "spans": (np.array([1], dtype="m8[s]"), "which holds no numbers"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_what_holds_no_numbers_is_listed_with_its_trouble(tmp_path: Path, name: str) -> None:
    array, message = TROUBLES[name]
    with warnings.catch_warnings(action="ignore"):  # numpy's, about the names of fields
        np.savez(tmp_path / "w.npz", a=array, w=np.ones(2))
    assert message in unreadable(tmp_path / "w.npz")
    assert listed(tmp_path / "w.npz")["w"].read().tolist() == [1, 1]


def test_a_member_that_is_no_array_is_listed_with_its_trouble(tmp_path: Path) -> None:
    path = put(
        tmp_path, "w.npz", zipped([("README.txt", b"hello"), ("data.pkl", b"\x80\x04N."), ("a.npy", hostile.ONE)])
    )
    assert unreadable(path, "README.txt") == unreadable(path, "data.pkl") == "no array"
    assert listed(path)["a"].read().tolist() == [0, 0]


@pytest.mark.parametrize("name", hostile.GIANTS)
def test_a_giant_that_takes_no_room_in_the_file_takes_none_in_memory(tmp_path: Path, name: str) -> None:
    path = put(tmp_path, "w.npz", zipped([("a.npy", hostile.GIANTS[name]())]))
    assert peak(partial(unreadable, path)) < FIXED


@pytest.mark.parametrize("other", [b"", npy("<f8", (5000,), bytes(40_000)), npy("<f4", (10_000,), bytes(40_000))])
def test_what_is_changed_between_listing_and_reading_is_refused(tmp_path: Path, other: bytes) -> None:
    path = put(tmp_path, "w.npz", zipped([("a.npy", npy("<f8", (5000,), np.ones(5000).tobytes()))]))
    stored = listed(path)["a"]
    path.write_bytes(zipped([("a.npy", other)]))  # in place: the archive that is open is this file
    with pytest.raises(ValueError, match=r"^audit: ") as caught:
        stored.read()
    said(caught.value, path.name)


def test_a_hostile_header_makes_the_compiler_warn_nobody(tmp_path: Path) -> None:
    header = r"{'descr': '\q', 'fortran_order': False, 'shape': (1or 2,)}"
    path = put(tmp_path, "w.npz", zipped([("a.npy", npy(header=header))]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        refused(path)
    assert not caught


@pytest.mark.parametrize("descr", ["T", ("T", (3,)), [("a", "T", (3,))], [("a", [("b", "T", (3,))])]])
def test_a_dtype_on_which_numpy_ends_the_process_does_not_end_ours(tmp_path: Path, descr: object) -> None:
    """NumPy 2.0 to 2.4 crash in newbyteorder of a subarray of strings, so this runs in a process of its own."""
    path = put(tmp_path, "w.npz", zipped([("a.npy", npy(descr, (0, 2)))]))
    code = f"from fire_ref.checkpoints import open_checkpoint; print(open_checkpoint('audit', {str(path)!r}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode in (0, 1), "0 where it is listed with its trouble, 1 where it is refused"
    assert "trouble=" in done.stdout or "ValueError: audit: " in done.stderr


@pytest.mark.parametrize("name", hostile.ARCHIVES)
def test_what_is_no_whole_archive_is_refused_and_takes_no_memory(tmp_path: Path, name: str) -> None:
    make, message = hostile.ARCHIVES[name]
    path = put(tmp_path, "w.npz", make())
    assert message in refused(path)
    assert peak(partial(refused, path)) <= FIXED + TIMES * path.stat().st_size


@pytest.mark.parametrize("number", range(len(hostile.HEADERS)))
def test_what_is_no_header_of_an_array_is_refused(tmp_path: Path, number: int) -> None:
    refused(put(tmp_path, "w.npz", zipped([("a.npy", npy(data=bytes(16), header=hostile.HEADERS[number]))])))


def test_a_long_header_is_refused_however_long_it_says_it_is(tmp_path: Path) -> None:
    for length in (65_000, 10**6, 2**32 - 1):
        member = npy(header=" " * 70_000 + "{}", version=2, length=length)
        refused(put(tmp_path, "w.npz", zipped([("a.npy", member)])))


@pytest.mark.parametrize("saver", SAVERS)
def test_damaged_data_is_refused_by_its_checksum(tmp_path: Path, saver: str) -> None:
    path = tmp_path / "w.npz"
    SAVERS[saver](path, a=np.random.default_rng(3).standard_normal(5000))
    raw = path.read_bytes()
    path.write_bytes(raw[:20_000] + bytes([raw[20_000] ^ 1]) + raw[20_001:])
    assert list(listed(path)) == ["a"]
    refused(path)


def broken(count: int) -> Iterator[bytes]:
    """Yield broken archives: damage to all of them, to a member before it is packed, or claims without data."""
    random = Random(2602_08040)
    members = [
        ("w.npy", npy("<f4", (5, 4), bytes(range(80)))),
        ("b/c.npy", npy(">f2", (3, 7), bytes(42), fortran=True)),
    ]
    members += [
        ("d.npy", npy("|O", (2,), b"\x80\x04N.")),
        ("e.npy", npy("<i8", (), bytes(8), version=2)),
        ("f.txt", b"x"),
    ]
    methods = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]
    for number in range(count):
        method, which = methods[random.randrange(2)], random.randrange(4)
        if number % 4 == 0:
            yield mutated(zipped(members, method), random)
        elif number % 4 == 1:
            yield zipped([("w.npy", hostile.claim(random))], method)
        else:
            name, content = members[which]
            yield zipped([*members[:which], (name, mutated(content, random)), *members[which + 1 :]], method)


def test_two_thousand_broken_archives_are_refused_or_read_as_they_say(tmp_path: Path) -> None:
    counts = survived(tmp_path / "w.npz", broken(2000))
    assert counts["refused"] > 400
    assert counts["read"] > 50, "damage to the numbers of a member is no damage to the archive"


def test_a_reader_without_its_checks_does_not_survive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant that the tests above are for: one that believes how far a member unfolds."""
    monkeypatch.setattr(archive, "UNFOLD", 10**9)
    raw = hostile.ARCHIVES["a bomb"][0]()
    with pytest.raises(AssertionError, match=r"^\d+ bytes for file 1"):
        survived(tmp_path / "w.npz", [raw])


def test_numpy_itself_would_unpickle_and_buffer(tmp_path: Path) -> None:
    """Why there is a reader of our own."""
    np.savez_compressed(tmp_path / "w.npz", a=np.zeros(6_000_000))
    assert (tmp_path / "w.npz").stat().st_size < 100_000
    assert peak(lambda: np.load(io.BytesIO((tmp_path / "w.npz").read_bytes()))["a"]) > 48_000_000
