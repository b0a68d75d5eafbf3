"""The kinds of experiments with text, by panel; see `figures.experiments.course.Problem`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fire_ref.errors import sentence

from ..course import Problem
from ..refusing import UnusableError
from . import corpora
from .course import PERMUTED, WARM, TextCourse
from .panels import PANELS
from .sizes import TextSizes
from .texts import Corpora


def loaded(folder: Path | None, sizes: TextSizes) -> Corpora:
    """
    Return the texts of a run.

    Parameters
    ----------
    folder : Path or None
        The user's own.
    sizes : TextSizes
        What they are cut into.

    Returns
    -------
    Corpora

    Raises
    ------
    UnusableError
        They cannot be had; those of the paper are in no package.
    """
    if folder is None and sizes.tokens == "bpe":
        rule = f"name a folder at this scale: WikiText-103 and OpenWebText as {corpora.HOLDS}"
        raise UnusableError(sentence("text", "--data", rule, "none", "--scale small, whose books are fetched"))
    found = corpora.load(sizes.tokens, sizes.vocabulary, folder, context=sizes.context)
    for name, text, wanted in (("first", found.first, sizes.first), ("second", found.second, sizes.second)):
        if len(text.train) < wanted:
            rule, got = f"hold {wanted} tokens in the {name} text", len(text.train)
            raise UnusableError(sentence("text", "--data", rule, got, "a longer one"))
    return found


_PERMUTED = Problem(TextSizes, PERMUTED, loaded, TextCourse)
# Whether there is plasticity to restore is seen in training.
_WARM = Problem(TextSizes, WARM, loaded, TextCourse, online=True)

TEXT_PROBLEMS: Mapping[str, Problem] = {name: _PERMUTED if name == "permuted-vocabulary" else _WARM for name in PANELS}
