"""A page as a parser sees it, without running anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: What a page could fetch something with.
OUTSIDE = re.compile(
    r"https?://|\bsrc\s*=|\bsrcset|@import|url\((?!data:)|fetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|"
    r"import\s*\(|importScripts|new Worker|<(?:base|iframe|object|embed|form|video|audio|img)\b|"
    r"<link(?! rel=\"icon\" href=\"data:,\")",
    re.IGNORECASE,
)


class Reading(HTMLParser):
    """What a parser makes of a page: every tag with its attributes, and the text of cells and list items."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, list[str]] = {"td": [], "li": [], "script": [], "code": []}
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in self.text:
            self._open.append(tag)
            self.text[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        for tag in self._open:
            self.text[tag][-1] += data
