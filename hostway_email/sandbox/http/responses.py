"""The API's responses, and helpers that build them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

__all__ = ["Document", "Response", "created", "encode", "no_content", "ok"]

Document = Mapping[str, object] | Sequence[object]

_JSON = b"application/json;charset=UTF-8"
# Made once: `json.dumps` with settings builds a new encoder each time.
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


class Response(NamedTuple):
    """Status, body and headers of one response."""

    status: int
    body: bytes = b""
    content_type: bytes = _JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


def ok(document: Document) -> Response:
    """Return a 200 with the document as its body."""
    return Response(200, encode(document))


def created() -> Response:
    """Return a 201, which has no body anywhere in this API."""
    return Response(201)


def no_content() -> Response:
    """Return a 204."""
    return Response(204)


def encode(document: Document) -> bytes:
    """Return the document as JSON in UTF-8."""
    # A request may have stored a lone surrogate, which UTF-8 cannot encode.
    return _ENCODER.encode(document).encode("utf-8", "replace")
