"""The charset of response bodies, and the memory that parsing them would take."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple, Self

from pydantic import JsonValue
from pydantic_core import from_json

__all__ = [
    "LARGE",
    "MAX_TIMES",
    "MemoryCost",
    "PlainValue",
    "as_utf8",
    "costs_too_much",
    "read_text",
]

LARGE: Final = 32_768
"""The size up to which a body is parsed without an estimate of its memory."""

MAX_TIMES: Final = 30
"""The memory that parsing a response may take, as a multiple of its size."""

_COPIES: Final = 3
"""The copies of a body held while it is read: in chunks, joined, and decoded."""

_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([\w.:-]{1,40})", re.IGNORECASE)
# Other charsets are not expected of an HTTP API, and some of Python's codecs take minutes for a
# megabyte.
_CODECS: Final = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin-1", "latin1"), "latin-1"),
    **dict.fromkeys(("windows-1252", "cp1252"), "cp1252"),
    **dict.fromkeys(("iso-8859-15", "latin-9"), "iso-8859-15"),
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class MemoryCost(NamedTuple):
    """The memory in bytes that parsing JSON into a model takes at most, as measured.

    Attributes:
        object: for each object.
        array: for each array.
        item: for each further array item or object field.
    """

    object: int = 800
    array: int = 260
    item: int = 120


class PlainValue:
    """Any JSON value, parsed without a model, which takes half the memory."""

    memory_cost = MemoryCost(object=170, array=90, item=20)

    def __init__(self, root: JsonValue) -> None:
        self.root = root

    @classmethod
    def model_validate_json(cls, json_data: str | bytes, /) -> Self:
        return cls(from_json(json_data, cache_strings="keys"))


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
    """Return a body as UTF-8: unchanged if it is valid UTF-8, whatever its declared charset."""
    wide = b"\0" in content[:2]  # as in UTF-16, but never in JSON
    if content.isascii() and not wide:
        return content
    if not wide and not content.startswith((codecs.BOM_UTF8, *_UTF_16_MARKS)):
        try:
            content.decode()
        except UnicodeDecodeError:
            pass  # The body is in another charset.
        else:
            return content
    return read_text(content, content_type).encode("utf-8", errors="replace")


def costs_too_much(content: bytes, into: object) -> bool:
    """Return whether parsing a large body into `into` could take more than `MAX_TIMES` its size.

    A few bytes of JSON become an object of hundreds of bytes, so the characters that begin one are
    counted. Those within strings count too: the API sends no body that consists mostly of them.
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
