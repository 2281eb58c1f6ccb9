"""The seam between this package and HTTP libraries: what a request and an answer are.

A transport is any object with the two methods of `Transport`. It sends one request and reads one
answer; it does not follow redirects, retry, or wait for a place: all of that is the session's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

__all__ = ["Request", "Response", "Transport"]


@dataclass(slots=True)
class Request:
    """One request, ready for the wire.

    Attributes:
        method: the verb.
        url: the absolute URL, encoded.
        headers: all headers but `Host` and `Content-Length`, which the transport adds.
        content: the body, empty for none.
        max_bytes: how much an answer may weigh, decoded; more is not read.
        sent: set by the transport as soon as bytes of the request may have left. While it is
            False the session knows that a repetition cannot do anything twice.
        response: set by the transport as soon as a final status has come: the response without
            its body. Whatever becomes of the body, the session knows what happened.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    max_bytes: int
    sent: bool = False
    response: Response | None = field(default=None, repr=False)


@dataclass(slots=True)
class Response:
    """One answer, read to its end or to the bound.

    Attributes:
        status: the HTTP status.
        headers: the headers; names are looked up in lower case.
        content: the body, decoded.
        fault: what was wrong with the body: too long, broken encoding, cut short; empty when whole.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    fault: str = ""


@runtime_checkable
class Transport(Protocol):
    """Sends requests over some HTTP library."""

    async def send(self, request: Request) -> Response:
        """Send `request` and return its answer, whatever its status.

        The session bounds the time by cancelling: whatever does not end normally must leave no
        connection behind that a later request could be given.

        Raises:
            ConnectError: no connection could be made.
            RequestTimeoutError: the HTTP library gave up waiting.
            TransportError: the connection broke before the answer was whole. Where its status
                had come, `request.response` has it.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections of the running event loop; may be called twice."""
        ...
