"""A page is replaced as a whole, or left."""

from __future__ import annotations

from pathlib import Path

import pytest

from figures.rewriting import rewrite


def test_a_page_is_replaced_and_a_failure_leaves_it(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("é, old", encoding="utf-8")
    rewrite(page, lambda text: text.replace("old", "new"))
    assert page.read_text(encoding="utf-8") == "é, new"

    def failed(_: str) -> str:
        raise ValueError("no table")

    with pytest.raises(ValueError, match="no table"):
        rewrite(page, failed)
    assert page.read_text(encoding="utf-8") == "é, new"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]
