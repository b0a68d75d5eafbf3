"""Problems: every panel has one, with the metric of its kind and the texts of its scale."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import cast

import pytest

from figures.experiments.configuration import Configuration
from figures.experiments.course import Problem
from figures.experiments.language import corpora
from figures.experiments.language.course import PERMUTED, WARM, TextCourse
from figures.experiments.language.panels import PANELS
from figures.experiments.language.problems import TEXT_PROBLEMS, loaded
from figures.experiments.language.sizes import TextSizes
from figures.experiments.language.texts import Corpora
from figures.experiments.ledger import Record
from figures.experiments.problems import PROBLEMS, configured
from figures.experiments.refusing import UnusableError
from figures.experiments.training import run

from ....backends import available
from .tiny import PERMUTED_TINY
from .tiny import corpora as texts


def test_every_panel_has_one() -> None:
    assert TEXT_PROBLEMS.keys() == PANELS.keys()
    for name, problem in TEXT_PROBLEMS.items():
        assert problem.metric == (WARM if name.startswith("warm") else PERMUTED)
        assert problem.online == name.startswith("warm")
        assert (problem.sizes, problem.course, problem.load, problem.shares) == (TextSizes, TextCourse, loaded, True)


def test_texts_are_cut_and_held_to_the_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    there = texts()

    def load(*args: object, **more: object) -> Corpora:
        asked.append((args, more))
        return there

    monkeypatch.setattr(corpora, "load", load)
    assert loaded(Path("here"), PANELS["warm-far"].sizes["paper"]) is there
    assert loaded(None, PERMUTED_TINY) is there
    for text in ("first", "second"):
        with pytest.raises(UnusableError, match=rf"--data must hold 5000 tokens in the {text} text; got "):
            loaded(None, replace(PERMUTED_TINY, **{text: 5000}))
    asked = asked[:2]
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


@pytest.mark.parametrize("arm", ["base", "fire-exact"])
@pytest.mark.parametrize("panel", ["permuted-vocabulary", "warm-far-kept"])
def test_a_run_goes_through_all_its_phases(
    panel: str, arm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    available("torch")
    monkeypatch.setitem(cast("dict[str, Problem]", PROBLEMS), panel, TEXT_PROBLEMS[panel])
    sizes = PANELS[panel].sizes["tiny"]
    found: list[Record] = []
    run(Configuration(panel, arm, 0, sizes), texts(), found.append, folder=tmp_path)
    assert [record["task"] for record in found] == list(range(sizes.tasks))
    assert [record["updates"] for record in found] == list(accumulate(sizes.updates))
    assert [bool(record["checked"]) for record in found] == [False] + [arm == "fire-exact"] * (sizes.tasks - 1)
    assert found[-1]["counted"] is not None
    for record in found[1:]:
        assert set(record["stability"]) >= {"before", "after", "drift", "sfe", "dfi"}
        assert (record["stability"]["sfe"] > 0) == (arm == "fire-exact")
        # What was measured at the end of a phase is what is found before the change.
        assert record["stability"]["before"] == found[record["task"] - 1]["train"]
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert configured(found[0]["configuration"]).sizes == sizes
