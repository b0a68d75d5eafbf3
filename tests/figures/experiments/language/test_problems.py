"""Problems: every panel has one, with the metric of its kind and the texts of its scale."""

from __future__ import annotations

from pathlib import Path

import pytest

from figures.experiments.language import corpora
from figures.experiments.language.course import PERMUTED, WARM, TextCourse
from figures.experiments.language.panels import PANELS
from figures.experiments.language.problems import TEXT_PROBLEMS, loaded
from figures.experiments.language.sizes import TextSizes
from figures.experiments.refusing import UnusableError

from .tiny import PERMUTED_TINY


def test_every_panel_has_one() -> None:
    assert TEXT_PROBLEMS.keys() == PANELS.keys()
    for name, problem in TEXT_PROBLEMS.items():
        assert problem.metric == (WARM if name.startswith("warm") else PERMUTED)
        assert (problem.sizes, problem.course, problem.load, problem.shares) == (TextSizes, TextCourse, loaded, True)


def test_texts_are_cut_and_held_to_the_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(corpora, "load", lambda *args, **more: asked.append((args, more)))
    loaded(Path("here"), PANELS["warm-far"].sizes["paper"])
    loaded(None, PERMUTED_TINY)
    assert asked == [
        (("bpe", 50304, Path("here")), {"context": 1024}),
        (("bytes", 256, None), {"context": 8}),
    ]


def test_the_papers_texts_are_in_no_package() -> None:
    with pytest.raises(UnusableError) as told:
        loaded(None, PANELS["warm-far"].sizes["paper"])
    for part in ("--data", "WikiText-103 and OpenWebText", "wikitext/train.bin", "--scale small"):
        assert part in str(told.value)
    assert "\n" not in str(told.value)
