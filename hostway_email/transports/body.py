"""Reading and decoding of response bodies, up to a maximum size."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable, Iterator

import anyio.lowlevel

__all__ = ["ACCEPTED_ENCODINGS", "ENDED_EARLY", "ERROR_BODY_BYTES", "read_body"]

ACCEPTED_ENCODINGS = "gzip, deflate"
ERROR_BODY_BYTES = 65_536
"""The maximum size of an error body; documented ones are far smaller."""

ENDED_EARLY = "it ended early"
"""The fault of an incomplete body."""

_AUTODETECT = zlib.MAX_WBITS | 32
_STEP = 1 << 18
"""The number of bytes that are decompressed at a time, of input and of output."""


async def read_body(
    chunks: AsyncIterable[bytes], encoding: str, max_bytes: int
) -> tuple[bytes, str]:
    """Return the decoded body and its fault: too long, or not decodable.

    A few bytes of gzip can decompress to a thousand times their size, so the limit is applied
    during decoding.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return await _read_plain(chunks, max_bytes)
    if encoding in ("gzip", "x-gzip", "deflate"):
        return await _read_zipped(chunks, max_bytes)
    return b"", "its content encoding was not requested"


async def _read_plain(chunks: AsyncIterable[bytes], max_bytes: int) -> tuple[bytes, str]:
    parts: list[bytes] = []
    remaining = max_bytes
    async for chunk in chunks:
        remaining -= len(chunk)
        if remaining < 0:
            parts.append(chunk[:remaining])
            return b"".join(parts), _too_long(max_bytes)
        parts.append(chunk)
    return (parts[0] if len(parts) == 1 else b"".join(parts)), ""


async def _read_zipped(chunks: AsyncIterable[bytes], max_bytes: int) -> tuple[bytes, str]:
    decoder: zlib._Decompress | None = None
    parts: list[bytes] = []
    remaining = max_bytes
    async for chunk in chunks:
        if decoder is None:
            decoder = _decoder_for(chunk)
        elif decoder.eof:
            # Ignored: zlib would keep data after the end.
            continue
        try:
            for part in _decompressed(decoder, chunk):
                remaining -= len(part)
                if remaining < 0:
                    parts.append(part[:remaining])
                    return b"".join(parts), _too_long(max_bytes)
                parts.append(part)
                if len(part) == _STEP:
                    # Lets other tasks run, as one chunk may decompress to the maximum.
                    await anyio.lowlevel.checkpoint()
        except zlib.error:
            return b"".join(parts), "its compressed data is invalid"
    if decoder is not None and not decoder.eof:
        return b"".join(parts), "its compressed data is truncated"
    return b"".join(parts), ""


def _decompressed(decoder: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    """Decompress a chunk, and yield at most `_STEP` bytes at a time."""
    for start in range(0, len(chunk), _STEP):
        part = decoder.decompress(chunk[start : start + _STEP], _STEP)
        yield part
        while len(part) == _STEP and not decoder.eof:
            part = decoder.decompress(decoder.unconsumed_tail, _STEP)
            yield part
        if decoder.eof:
            return


def _decoder_for(first: bytes) -> zlib._Decompress:
    """Return the decoder for gzip, zlib, or deflate without a header, by the first byte."""
    wrapped = first[:1] in (b"\x1f", b"\x78", b"")
    return zlib.decompressobj(_AUTODETECT if wrapped else -zlib.MAX_WBITS)


def _too_long(max_bytes: int) -> str:
    return f"it is longer than {max_bytes} bytes"
