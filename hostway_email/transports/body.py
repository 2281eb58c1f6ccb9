"""Reading the body of an answer: decoded, and never more of it than allowed."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, Iterator

import anyio.lowlevel

__all__ = ["ACCEPTED_ENCODINGS", "ENDED_EARLY", "ERROR_BODY_BYTES", "read_body"]

ACCEPTED_ENCODINGS = "gzip, deflate"
ERROR_BODY_BYTES = 65_536
"""How much is read of the body of an error; no documented one comes near."""

ENDED_EARLY = "it ended early"
"""What is wrong with a body that has not come to its end."""

_AUTODETECT = zlib.MAX_WBITS | 32
_STEP = 1 << 18
"""How many bytes are inflated at a time, and how many of a chunk are handed over."""


async def read_body(
    chunks: AsyncIterable[bytes], encoding: str, max_bytes: int
) -> tuple[bytes, str]:
    """Return the decoded body and what was wrong with it: too long, or not decodable.

    A few bytes of gzip can inflate to a thousand times their size, so the bound is kept while
    decoding, never after it.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return await _read_plain(chunks, max_bytes)
    if encoding in ("gzip", "x-gzip", "deflate"):
        return await _read_zipped(chunks, max_bytes)
    return b"", "it has a content encoding that was not asked for"


async def _read_plain(chunks: AsyncIterable[bytes], max_bytes: int) -> tuple[bytes, str]:
    parts: list[bytes] = []
    room = max_bytes
    async for chunk in chunks:
        room -= len(chunk)
        if room < 0:
            parts.append(chunk[:room])
            return b"".join(parts), _too_long(max_bytes)
        parts.append(chunk)
    return (parts[0] if len(parts) == 1 else b"".join(parts)), ""


async def _read_zipped(chunks: AsyncIterable[bytes], max_bytes: int) -> tuple[bytes, str]:
    decoder: zlib._Decompress | None = None
    parts: list[bytes] = []
    room = max_bytes
    async for chunk in chunks:
        if decoder is None:
            decoder = _decoder_for(chunk)
        elif decoder.eof:
            # Not decoded: zlib would keep all of it.
            continue
        try:
            for part in _inflated(decoder, chunk):
                room -= len(part)
                if room < 0:
                    parts.append(part[:room])
                    return b"".join(parts), _too_long(max_bytes)
                parts.append(part)
                if len(part) == _STEP:
                    # A chunk may inflate to all that is allowed, and others wait meanwhile.
                    await anyio.lowlevel.checkpoint()
        except zlib.error:
            return b"".join(parts), "its compressed form is broken"
    if decoder is not None and not decoder.eof:
        return b"".join(parts), "its compressed form is cut short"
    return b"".join(parts), ""


def _inflated(decoder: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    """Yield what a chunk inflates to, at most `_STEP` bytes at a time."""
    for start in range(0, len(chunk), _STEP):
        part = decoder.decompress(chunk[start : start + _STEP], _STEP)
        yield part
        while len(part) == _STEP and not decoder.eof:
            part = decoder.decompress(decoder.unconsumed_tail, _STEP)
            yield part
        if decoder.eof:
            return


def _decoder_for(first: bytes) -> zlib._Decompress:
    """Tell gzip and zlib by their first byte; servers also send deflate without any header."""
    wrapped = first[:1] in (b"\x1f", b"\x78", b"")
    return zlib.decompressobj(_AUTODETECT if wrapped else -zlib.MAX_WBITS)


def _too_long(max_bytes: int) -> str:
    return f"it is longer than {max_bytes} bytes"
