"""Where a PNG ends, whatever follows it."""

from __future__ import annotations

import io

import pytest

from figures.experiments.vision.png import end

from ....backends import available


def png(width: int) -> bytes:
    available("PIL")
    from PIL import Image

    content = io.BytesIO()
    Image.new("RGB", (width, 2)).save(content, "PNG")
    return content.getvalue()


def test_files_that_follow_one_another_are_told_apart() -> None:
    one, other = png(3), png(300)
    whole = one + other + b"[1,2]"
    assert end(whole) == len(one)
    assert end(whole, len(one)) == len(one + other)


def test_something_else_is_told() -> None:
    one = png(3)
    with pytest.raises(ValueError, match="no PNG"):
        end(b"JFIF" + one)
    for length in (8, 11, 15, 20, len(one) - 1):
        with pytest.raises(ValueError, match="cut short"):
            end(one[:length])
