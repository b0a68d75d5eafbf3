"""A page of Markdown with a part of it made anew, in one step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fire_ref.cli.files import written


def rewrite(page: Path, change: Callable[[str], str]) -> None:
    """
    Replace a page by what becomes of its text; where that fails it is as it was.

    Parameters
    ----------
    page : Path
        UTF-8.
    change : callable
        From the old text to the new one.
    """
    text = change(page.read_text(encoding="utf-8"))
    with written(page) as part:
        part.write_text(text, encoding="utf-8")
