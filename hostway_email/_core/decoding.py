"""The bytes of a response before they are parsed: their charset, and what parsing would cost."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

__all__ = ["LARGE", "MAX_TIMES", "MemoryCost", "as_utf8", "costs_too_much", "read_text"]

LARGE: Final = 32_768
"""Up to this size a body is parsed at once: counting would cost more than it could save."""

MAX_TIMES: Final = 30
"""How many times its bytes a response may take in memory while it is read."""

_COPIES: Final = 3
"""The body in pieces, joined, and decoded."""

_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([\w.:-]{1,40})", re.IGNORECASE)
# Others are not what an HTTP API means, and some of Python's codecs take minutes for a megabyte.
_CODECS: Final = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin-1", "latin1"), "latin-1"),
    **dict.fromkeys(("windows-1252", "cp1252"), "cp1252"),
    **dict.fromkeys(("iso-8859-15", "latin-9"), "iso-8859-15"),
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class MemoryCost(NamedTuple):
    """The bytes of memory that reading JSON into a model takes at most, measured.

    Attributes:
        object: for each object.
        array: for each array.
        item: for each further item or field.
    """

    object: int = 800
    array: int = 260
    item: int = 120


def read_text(content: bytes, content_type: str) -> str:
    """Decode a body by its byte order mark or its declared charset, else as UTF-8; never fail."""
    if content.startswith(_UTF_16_MARKS):
        return content.decode("utf-16", errors="replace")
    declared = _CHARSET.search(content_type)
    codec = _CODECS.get(declared.group(1).lower()) if declared else None
    if codec is None or content.startswith(codecs.BOM_UTF8):
        return content.decode("utf-8-sig", errors="replace").lstrip("\ufeff")
    return content.decode(codec, errors="replace")


def as_utf8(content: bytes, content_type: str) -> bytes:
    """Return a body as UTF-8, itself where it is that already, whatever it is declared as."""
    wide = b"\0" in content[:2]  # as UTF-16 is, and no JSON
    if content.isascii() and not wide:
        return content
    if not wide and not content.startswith((codecs.BOM_UTF8, *_UTF_16_MARKS)):
        try:
            content.decode()
        except UnicodeDecodeError:
            pass  # It is in another charset.
        else:
            return content
    return read_text(content, content_type).encode("utf-8", errors="replace")


def costs_too_much(content: bytes, into: object) -> bool:
    """Return whether reading a large body as `into` could take more than `MAX_TIMES` its bytes.

    A few bytes of JSON make an object of hundreds of bytes, so the marks that begin one are
    counted. Marks within text count too: a body of little but those is none of this API.
    """
    size = len(content)
    if size <= LARGE:
        return False
    per_object, per_array, per_item = getattr(into, "memory_cost", MemoryCost())
    estimate = (
        _COPIES * size
        + per_object * content.count(b"{")
        + per_array * content.count(b"[")
        + per_item * content.count(b",")
    )
    return estimate > MAX_TIMES * size
