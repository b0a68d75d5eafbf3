"""
A reader of the little JSON that checkpoints need, over the bytes as they are.

The library's own parser would build whatever a hostile text describes, thirty times its size; this one takes from
the text only what the caller asks for, and passes over the rest without keeping it.
"""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator

#: Bytes of the longest name, and of the pieces in which longer strings are looked at.
LONGEST = 1 << 16
#: Pieces of a value that nobody asked for: what is longer takes more time than it is worth.
MOST = 1_000_000

# Possessive repeats (++, *+) never look back, so that no text makes the matching slow or deep.
SPACE = re.compile(rb"[ \t\r\n]*+")
_ESCAPE = rb'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})'
STRING = re.compile(rb'"[^"\\\x00-\x1f]*+(?:' + _ESCAPE + rb'[^"\\\x00-\x1f]*+)*+"')
#: A whole number that is no longer than 2^64 is.
WHOLE = re.compile(rb"(?:0|[1-9][0-9]{0,19})(?![0-9.eE])")
_TOKEN = re.compile(rb"[\[\]{},:]|" + STRING.pattern + rb"|-?[0-9][0-9.eE+-]*+|true|false|null")


class Scan:
    """A place in a text, moved on by what is taken from it."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.at = 0

    def has(self, mark: bytes) -> bool:
        """Take a mark if it comes next."""
        self._space()
        found = self.text.startswith(mark, self.at)
        self.at += len(mark) * found
        return found

    def want(self, mark: bytes) -> None:
        """
        Take a mark.

        Parameters
        ----------
        mark : bytes
            Punctuation.

        Raises
        ------
        ValueError
            Something else comes next.
        """
        if not self.has(mark):
            raise ValueError(f"{mark.decode()!r} expected at byte {self.at}")

    def string(self) -> str:
        """
        Take a string, as short as a name is; half a surrogate pair is none.

        Returns
        -------
        str

        Raises
        ------
        ValueError
            No string comes next, or a long one.
        """
        begin, end = self._find(STRING, "a string")
        if end - begin > LONGEST:
            raise ValueError(f"a name of {end - begin} bytes at byte {begin}")
        found = str(json.loads(self.text[begin:end]))
        found.encode()
        return found

    def pass_strings(self) -> None:
        """Pass over an object of strings, keeping nothing of it."""
        self.want(b"{")
        first = True
        while not self.has(b"}"):
            if not first:
                self.want(b",")
            self._pass_string()
            self.want(b":")
            self._pass_string()
            first = False

    def _pass_string(self) -> None:
        # In pieces, so that no copy is made of a long one.
        begin, end = self._find(STRING, "a string")
        decoder, view = getincrementaldecoder("utf-8")(), memoryview(self.text)
        for at in range(begin, end, LONGEST):
            decoder.decode(view[at : min(end, at + LONGEST)], final=at + LONGEST >= end)

    def whole(self) -> int:
        """Take a whole number of at most twenty digits."""
        return int(self._take(WHOLE, "a whole number"))

    def members(self) -> Iterator[str]:
        """
        Take an object: yields each key, after which the caller takes the value.

        Yields
        ------
        str

        Raises
        ------
        ValueError
            No object, or one with the same key twice.
        """
        seen: set[str] = set()
        self.want(b"{")
        while not self.has(b"}"):
            if seen:
                self.want(b",")
            key = self.string()
            if key in seen:
                raise ValueError(f"the name {key!r} twice")
            seen.add(key)
            self.want(b":")
            yield key

    def wholes(self, most: int) -> tuple[int, ...]:
        """
        Take a list of whole numbers.

        Parameters
        ----------
        most : int
            How many there may be.

        Returns
        -------
        tuple of int

        Raises
        ------
        ValueError
            No such list, or a longer one.
        """
        found: list[int] = []
        self.want(b"[")
        while not self.has(b"]"):
            if found:
                self.want(b",")
            found.append(self.whole())
            if len(found) > most:
                raise ValueError(f"more than {most} numbers in one list at byte {self.at}")
        return tuple(found)

    def skip(self) -> None:
        """
        Pass over any value, keeping nothing of it but how deep it is.

        Raises
        ------
        ValueError
            No value comes next, or one of very many pieces.
        """
        depth = 0
        for _ in range(MOST):
            begin, end = self._find(_TOKEN, "a value")
            token = self.text[begin : min(end, begin + 2)]
            depth += (token in b"[{") - (token in b"]}")
            if depth <= 0:
                break
        else:
            raise ValueError(f"more than {MOST} pieces in one value at byte {self.at}")
        if depth < 0 or token in (b",", b":"):
            raise ValueError(f"a value expected at byte {self.at}")

    def end(self) -> None:
        """
        Make sure that nothing but space is left.

        Raises
        ------
        ValueError
            Something is.
        """
        self._space()
        if self.at != len(self.text):
            raise ValueError(f"more text at byte {self.at}, where it should end")

    def _find(self, pattern: re.Pattern[bytes], name: str) -> tuple[int, int]:
        self._space()
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError(f"{name} expected at byte {self.at}")
        self.at = found.end()
        return found.span()

    def _take(self, pattern: re.Pattern[bytes], name: str) -> bytes:
        begin, end = self._find(pattern, name)
        return self.text[begin:end]

    def _space(self) -> None:
        found = SPACE.match(self.text, self.at)
        self.at = self.at if found is None else found.end()
