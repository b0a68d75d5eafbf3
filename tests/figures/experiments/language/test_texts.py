"""A text: what is trained on and what is held out, and its spaces."""

from __future__ import annotations

import numpy as np

from figures.experiments.language.texts import parted, spaced


def test_the_last_tenth_is_held_out() -> None:
    text = parted(np.arange(57, dtype=np.uint8))
    np.testing.assert_array_equal(text.train, np.arange(52))
    np.testing.assert_array_equal(text.held, np.arange(52, 57))


def test_spaces_and_lines_are_one_space() -> None:
    assert spaced("\n a\r\n b\t\tc  ") == "a b c"
