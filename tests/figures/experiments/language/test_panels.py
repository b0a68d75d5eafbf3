"""Panels: what differs between them and what does not, and that their sizes can be run, the published ones too."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from figures.experiments.arms.catalogue import ARMS
from figures.experiments.configuration import Configuration
from figures.experiments.language import panels
from figures.experiments.language.course import TextCourse
from figures.experiments.language.panels import ENDS, FIGURES, PANELS, RECIPE, WARM
from figures.experiments.language.parts import part
from figures.experiments.language.problems import loaded
from figures.experiments.language.sizes import BEST, KINDS
from figures.experiments.language.training import trained
from fire_ref import RECIPES

from ....backends import available
from .tiny import corpora, network

SCALES = ("tiny", "small", "full-small", "paper")


def test_every_panel_is_in_one_figure_and_its_sizes_hold_together() -> None:
    assert sorted(name for names in FIGURES.values() for name in names) == sorted(PANELS)
    for panel in PANELS.values():
        assert set(panel.sizes) <= set(SCALES)
        assert {"tiny", "small", "full-small"} <= set(panel.sizes)
        assert panel.arms == panels.ARMS
        for sizes in panel.sizes.values():
            assert sizes.kind in KINDS
            assert sizes.width % sizes.heads == 0
            assert sizes.batch % sizes.micro == 0
            assert sizes.before <= sizes.longest


def test_there_is_no_paper_for_the_permuted_vocabulary() -> None:
    assert [name for name, panel in PANELS.items() if "paper" not in panel.sizes] == ["permuted-vocabulary"]


def test_arms_are_those_that_were_asked_for() -> None:
    assert panels.ARMS[:2] == ("base", "full-reset")
    assert (
        {"fire-5", "fire-5-rescaled", "fire-exact", "iso", "sp-0.2", "sp-0.5", "sp-0.8"} < set(panels.ARMS) < set(ARMS)
    )
    assert RECIPE in RECIPES


@pytest.mark.parametrize("scale", SCALES)
def test_panels_of_phase_a_differ_in_where_it_ends_and_in_one_thing_at_most(scale: str) -> None:
    def differing(name: str) -> dict[str, object]:
        one, other = asdict(PANELS[name].sizes[scale]), asdict(WARM[scale])
        return {key: value for key, value in one.items() if value != other[key]}

    far = {"before": ENDS["warm-far"][scale]}
    assert differing("warm-over") == {"before": ENDS["warm-over"][scale]}
    assert differing("warm-far") == far
    assert differing("warm-far-kept") == {**far, "optimizer": "kept"}
    assert differing("warm-far-untied") == {**far, "tied": False}
    assert PANELS["warm-best"].sizes[scale].before == ENDS["warm-best"][scale]
    # A run that is trained longest passes through the others' ends.
    assert ENDS["warm-best"][scale] < ENDS["warm-over"][scale] < ENDS["warm-far"][scale]


@pytest.mark.parametrize("scale", ["small", "full-small"])
def test_books_are_read_five_forty_and_a_hundred_and_sixty_times(scale: str) -> None:
    sizes = WARM[scale]
    times = [ENDS[name][scale] * sizes.batch * sizes.context / sizes.first for name in ENDS]
    assert times == [5, 40, 160]
    assert sizes.longest == ENDS["warm-far"][scale]
    # There is so much in the book.
    assert sizes.first < 128133


def test_the_small_network_has_four_layers_of_a_hundred_and_twenty_eight() -> None:
    assert (WARM["small"].layers, WARM["small"].width, WARM["small"].vocabulary) == (4, 128, 256)


def test_the_published_one_is_what_was_published() -> None:
    sizes = PANELS["warm-over"].sizes["paper"]
    assert (sizes.layers, sizes.width, sizes.heads, sizes.context, sizes.vocabulary) == (12, 768, 12, 1024, 50304)
    assert sizes.batch * sizes.context == 491520
    assert (sizes.rate, sizes.rate * sizes.least) == (6e-4, pytest.approx(6e-5))
    assert (sizes.beta1, sizes.beta2, sizes.decay, sizes.clip) == (0.9, 0.95, 0.1, 1)
    assert (sizes.warm, sizes.warmest, sizes.falling, sizes.optimizer) == (0.1, 2000, True, "cleared")
    assert (sizes.before, PANELS["warm-far"].sizes["paper"].before) == (30000, 60000)
    assert PANELS["warm-best"].sizes["paper"].before == BEST
    # Phase A is longer than its last checkpoint, and four hundred times through the text.
    assert sizes.longest * sizes.batch * sizes.context / 400 == pytest.approx(117.9e6, rel=1e-2)


@pytest.mark.parametrize("name", list(PANELS))
def test_every_panel_runs_at_the_least_scale(name: str) -> None:
    available("torch")
    sizes = PANELS[name].sizes["tiny"]
    texts = corpora()
    model = network(sizes)
    for phase in range(sizes.phases):
        course = trained(model, part(texts, sizes, 1, phase), sizes, seed=1, phase=phase)
        assert course.curve[-1][0] == sizes.updates_in(phase) == len(course.losses)
        assert all(np.isfinite(value) for row in course.curve for value in row if value is not None)


def test_the_published_configuration_trains_for_twenty_updates(tmp_path: Path) -> None:
    """Reduced: faked texts, one window of eight tokens in an update instead of 480 of 1024, one look at each end."""
    available("torch")
    panel = PANELS["warm-over"].sizes["paper"]
    for name, step in (("wikitext/train", 7), ("wikitext/val", 5), ("openwebtext/train", 3), ("openwebtext/val", 2)):
        path = tmp_path / f"{name}.bin"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((np.arange(4000) * step % 50257).astype(np.uint16).tobytes())
    texts = loaded(tmp_path, panel)
    sizes = replace(panel, batch=1, micro=1, context=8, held=1, before=10, after=10, evaluations=1)
    # No initial state is kept here, and no arm's: each is half a gigabyte.
    course = TextCourse(Configuration("warm-over", "base", 0, sizes), texts)
    # 124 M, of which a vocabulary that is rounded up has more than GPT-2 and missing biases less.
    parameters = sum(one.numel() for one in course.model.parameters())
    assert parameters == 12 * (12 * 768**2 + 2 * 768) + (50304 + 8) * 768 + 768 == pytest.approx(124e6, rel=1e-2)
    first, second = (course.train(number, ARMS["base"], {}, None) for number in range(2))
    assert [row[0] for row in [*first["curve"], *second["curve"]]] == [0, 10, 0, 10]
    assert all(value is not None for record in (first, second) for value in record["curve"][-1][1:3])
    assert second["counted"] == [1, -second["curve"][-1][2]]
