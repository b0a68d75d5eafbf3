"""Phases: the same text under new names of its tokens, or another text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from figures.experiments.language.parts import part, vocabulary

from .tiny import PERMUTED_TINY, WARM_TINY, corpora


def test_a_vocabulary_is_a_permutation_of_its_seed_and_phase() -> None:
    found = [vocabulary(256, seed, phase) for seed in (0, 1) for phase in (0, 1)]
    for one in found:
        np.testing.assert_array_equal(np.sort(one), np.arange(256))
    # The first is not the identity, and no two agree: a random one has one fixed point, on average.
    for place, one in enumerate([np.arange(256), *found]):
        for other in found[place:]:
            assert (one == other).sum() < 12
    np.testing.assert_array_equal(found[3], vocabulary(256, 1, 1))


def test_permuted_phases_have_one_text_and_each_its_vocabulary() -> None:
    texts = corpora()
    for phase in range(3):
        found = part(texts, PERMUTED_TINY, 4, phase)
        order = vocabulary(256, 4, phase)
        np.testing.assert_array_equal(found.new.train, order[texts.first.train[:400]])
        np.testing.assert_array_equal(found.new.held, order[texts.first.held])
        if phase == 0:
            assert found.old is None
        else:
            assert found.old is not None
            for one, other in zip(found.old, part(texts, PERMUTED_TINY, 4, phase - 1).new, strict=True):
                np.testing.assert_array_equal(one, other)


def test_warm_phases_have_the_small_text_and_then_the_large_one() -> None:
    texts = corpora()
    sizes = replace(WARM_TINY, first=300, second=0)
    begin, end = part(texts, sizes, 0, 0), part(texts, sizes, 0, 1)
    assert begin.old is None
    np.testing.assert_array_equal(begin.new.train, texts.first.train[:300])
    np.testing.assert_array_equal(begin.new.held, texts.first.held)
    assert end.old is not None
    np.testing.assert_array_equal(end.old.train, begin.new.train)
    np.testing.assert_array_equal(end.new.train, texts.second.train)
    np.testing.assert_array_equal(end.new.held, texts.second.held)
    np.testing.assert_array_equal(part(texts, replace(sizes, second=700), 0, 1).new.train, texts.second.train[:700])
    assert len(part(texts, replace(sizes, first=0), 0, 0).new.train) == len(texts.first.train)
