"""`fire-ref verify-model`: judge a reinitialised checkpoint against the one that it was made of."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..conformance.states.verification import FUNCTION, verify_state
from ..errors import sentence
from .console import Output
from .files import targets, written
from .verdicts import show
from .waiting import progress

COMMAND = "fire-ref verify-model"


def run(options: argparse.Namespace) -> int:
    """
    Judge and show.

    Parameters
    ----------
    options : argparse.Namespace
        before, after, recipe, dialect, initial, optimizer, layout, json, html.

    Returns
    -------
    int
        0 if the network passed, else 1.

    Raises
    ------
    ValueError
        A file that cannot be written, or one that makes no sense.
    """
    if options.html == "-":
        raise ValueError(sentence(COMMAND, "--html", "name a file", "'-'", "--html report.html"))
    given = (options.before, options.after, options.initial, options.optimizer, _recipe(options.recipe))
    inputs = [file for path in given if path is not None for file in _files(path)]
    numbers, page = targets(COMMAND, {"--json": options.json, "--html": options.html}, inputs)
    with progress() as tell, _named():
        found = verify_state(
            options.before,
            options.after,
            recipe=options.recipe,
            dialect=options.dialect,
            initial=options.initial,
            optimizer=options.optimizer,
            layout=options.layout,
            progress=tell,
        )
    if options.json == "-":
        Output().out(found.to_json(), highlight=False)
    else:
        show(found, Output())
    for place, text in ((page, found.to_html), (numbers, lambda: found.to_json() + "\n")):
        if place is not None:
            with written(place) as part:
                part.write_text(text(), encoding="utf-8")
    return 0 if found.passed else 1


@contextmanager
def _named() -> Iterator[None]:
    """
    Let what the function refuses begin with the command that was typed.

    Raises
    ------
    ValueError
        As the function, reworded.
    TypeError
        Likewise.
    OSError
        Likewise.
    """
    try:
        yield
    except (ValueError, TypeError, OSError) as error:
        text, own = str(error), f"{FUNCTION}: "
        if text.startswith(own):
            error.args = (f"{COMMAND}: {text.removeprefix(own)}",)
        raise


def _recipe(name: str) -> str | None:
    """Return the recipe's file, where it is one."""
    return name if Path(name).is_file() else None


def _files(path: str) -> list[str]:
    """Return every file that may be read: of an index, also the shards beside it."""
    if not path.endswith(".json"):
        return [path]
    return [path, *map(str, Path(path).parent.glob("*.safetensors"))]
