"""An .npz archive keeps its members, their order, their compression and their spelling."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from fire_ref.streaming import archives

from ..killing import breaks
from .networks import State, expected, rewritten


def state(rng: np.random.Generator) -> State:
    W = rng.standard_normal((12, 8)).astype("f4")
    return {
        "z.weight": W,
        "fortran.weight": np.asfortranarray(rng.standard_normal((9, 7))),
        "big.weight": rng.standard_normal((6, 5)).astype(">f4"),
        "half.weight": rng.standard_normal((5, 6)).astype("f2"),
        "kernel": rng.standard_normal((3, 3, 4, 5)).astype("f4"),
        "bias": rng.standard_normal(7),
        "count": np.arange(3),
        "names": np.array(["a", "bc"]),
        "scalar": np.float32(3),
        "lm_head.weight": W[:5],
        "wte.weight": W[:5].copy(),
    }


def check(folder: Path, *, compressed: bool) -> None:
    arrays = state(np.random.default_rng(4))
    source, out = folder / "in.npz", folder / "out.npz"
    (np.savez_compressed if compressed else np.savez)(source, **arrays)
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("README", "no array")
    rewritten(source, out, "official", layout="HWIO")
    native = {name: array for name, array in arrays.items() if name != "names"}
    native["big.weight"] = native["big.weight"].astype("f4")
    wanted = expected(native, "official", layout="HWIO") | {"names": arrays["names"]}
    found = dict(np.load(out))
    assert found.pop("README") == b"no array"
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype, name
        assert found[name].flags.f_contiguous == array.flags.f_contiguous, name
        assert np.array_equal(found[name], wanted[name]), name
    assert not np.array_equal(found["z.weight"], arrays["z.weight"])
    assert np.array_equal(found["lm_head.weight"], found["wte.weight"])
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out) as new:
        for one, other in zip(old.infolist(), new.infolist(), strict=True):
            assert (one.filename, one.compress_type, one.date_time, one.file_size, one.external_attr) == (
                other.filename,
                other.compress_type,
                other.date_time,
                other.file_size,
                other.external_attr,
            )
    assert {path.name for path in folder.iterdir()} == {"in.npz", "out.npz"}


@pytest.mark.parametrize("compressed", [False, True])
def test_members_order_and_compression_stay(tmp_path: Path, compressed: bool) -> None:
    check(tmp_path, compressed=compressed)


def _stored(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(info.filename)


@breaks(another_compression=(archives, "_like", _stored))
def test_another_archive_is_seen() -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        check(Path(folder), compressed=True)


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "in.npz", **state(np.random.default_rng(4)))
    for name in ("a.npz", "b.npz"):
        rewritten(tmp_path / "in.npz", tmp_path / name, "official")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("spoilt", ["z.weight", "bias"])
def test_a_member_that_is_corrupt_is_named_in_one_line(tmp_path: Path, spoilt: str) -> None:
    source = tmp_path / "in.npz"
    arrays = state(np.random.default_rng(4))
    np.savez(source, **arrays)
    raw = source.read_bytes()
    numbers = arrays[spoilt].tobytes()
    assert raw.count(numbers) == 1
    source.write_bytes(raw.replace(numbers, numbers[:-1] + bytes([numbers[-1] ^ 1])))
    with pytest.raises(ValueError, match=rf"in.npz must be a whole .npz archive; got Bad CRC-32 for file '{spoilt}"):
        rewritten(source, tmp_path / "out.npz", "official")
    assert not (tmp_path / "out.npz").exists()
