"""The interface between this package and HTTP libraries.

A transport is any object with the two methods of `Transport`. It sends one request and reads one
response. It does not follow redirects, retry, or limit concurrency: the session does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

__all__ = ["Request", "Response", "Transport"]


@dataclass(slots=True)
class Request:
    """A request, ready to be sent.

    Attributes:
        method: the HTTP method.
        url: the absolute URL, encoded.
        headers: all headers except `Host` and `Content-Length`, which the transport adds.
        content: the body; empty if there is none.
        max_bytes: the maximum size of a response body, decoded; the rest is not read.
        sent: set by the transport as soon as bytes of the request may have been sent. While it is
            False, a retry is safe.
        response: set by the transport as soon as a final status has been received: the response
            without its body. The session uses the status even if the body fails.
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
    """A response, read to its end or to `max_bytes`.

    Attributes:
        status: the HTTP status.
        headers: the headers; lookups use names in lower case.
        content: the body, decoded.
        fault: the problem with the body, such as its size or encoding; empty if there is none.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    fault: str = ""


@runtime_checkable
class Transport(Protocol):
    """A sender of requests over an HTTP library."""

    async def send(self, request: Request) -> Response:
        """Send `request` and return its response, with any status.

        The session cancels this method on a timeout. After any exception the connection must not
        be reused.

        Raises:
            ConnectError: the connection could not be established.
            RequestTimeoutError: the HTTP library timed out.
            TransportError: the connection was lost before the response was complete. If its
                status had been received, it is in `request.response`.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections of the running event loop; may be called again."""
        ...
