"""What may be asked of an experiment."""

from __future__ import annotations

import pytest

from figures.experiments.arms.catalogue import ARMS
from figures.experiments.asking import at_least_one, methods_named


def test_methods_are_read_with_commas_and_all() -> None:
    assert methods_named("all") == methods_named("base,all") == ()
    assert methods_named("iso, base") == ("base", "iso")
    assert methods_named(",".join(ARMS)) == tuple(ARMS)


@pytest.mark.parametrize("given", ["", "drop", "base,,iso"])
def test_an_unknown_method_is_one_line_with_all_names(given: str) -> None:
    with pytest.raises(ValueError, match="--methods must be of base, full-reset, sp-") as told:
        methods_named(given)
    assert "\n" not in str(told.value)


def test_numbers_begin_at_one_and_end() -> None:
    for value in (None, 1, 5):
        at_least_one("--seeds", value)
    with pytest.raises(ValueError, match=r"--jobs must be at least 1; got 0\. Try --jobs 2"):
        at_least_one("--jobs", 0)
    with pytest.raises(ValueError, match=r"--seeds must be at most 1000; got 99999999999\. Try --seeds 5"):
        at_least_one("--seeds", 99999999999)
