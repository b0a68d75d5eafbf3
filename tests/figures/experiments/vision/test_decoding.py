"""Pictures in files: their pixels, or one line."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

from figures.experiments.vision.decoding import decoded
from fire_ref.errors import MissingExtraError

from ....backends import available


def saved(kind: str, mode: str, **more: int) -> tuple[bytes, np.ndarray]:
    available("PIL")
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    content = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(content, kind, **more)
    return content.getvalue(), pixels


def test_a_png_is_read_to_the_last_bit() -> None:
    content, pixels = saved("PNG", "RGB")
    found = decoded(content)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, pixels)


def test_a_grey_jpeg_has_three_channels() -> None:
    found = decoded(saved("JPEG", "L", quality=95)[0])
    assert found.shape == (5, 7, 3)
    assert (found == found[..., :1]).all()


def test_damage_and_other_kinds_are_told() -> None:
    whole, _ = saved("PNG", "RGB")
    for content in (b"", b"<html>", whole[:40], whole[:-30], saved("BMP", "RGB")[0]):
        with pytest.raises(ValueError, match="no readable picture") as told:
            decoded(content)
        assert "BytesIO" not in str(told.value)


def test_without_pillow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    content, _ = saved("PNG", "RGB")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(MissingExtraError, match=r'Pillow, .*Try pip install "fire_ref\[experiments\]"'):
        decoded(content)
