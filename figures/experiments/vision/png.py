"""Where one PNG ends and the next begins, in files that follow one another."""

from __future__ import annotations

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: Bytes of a part beside its content: length, name and checksum.
AROUND = 12


def end(content: bytes, start: int = 0) -> int:
    """
    Return where a PNG ends.

    Parameters
    ----------
    content : bytes
        One file, or several.
    start : int
        Where it begins.

    Returns
    -------
    int
        The place after its last part.

    Raises
    ------
    ValueError
        It is no PNG, or cut short; the message says only that.
    """
    if content[start : start + len(SIGNATURE)] != SIGNATURE:
        raise ValueError("no PNG")
    place, name = start + len(SIGNATURE), b""
    while name != b"IEND":
        name = content[place + 4 : place + 8]
        place += AROUND + int.from_bytes(content[place : place + 4], "big")
        if place > len(content):
            raise ValueError("a PNG cut short")
    return place
