"""A fake transport, and clients over it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hostway_email import ConnectError, HostwayEmail, Request, Response, RetryPolicy, Transport
from hostway_email.sandbox import Sandbox
from hostway_email.transports.httpx import for_app

__all__ = [
    "FakeTransport",
    "Handler",
    "by_domain",
    "client_over",
    "content_of",
    "response",
    "result",
]

Handler = Callable[[Request], Awaitable[Response] | Response]


@dataclass
class FakeTransport:
    """A transport without a network that records requests.

    Attributes:
        handler: a function that returns the response to each request, or raises; or another
            transport, which gets the requests and is closed with this one.
        requests: all requests, in order.
        under_way: the number of concurrent requests now.
        most_under_way: its maximum.
        closed: the number of calls of `aclose()`.
    """

    handler: Handler | Transport
    requests: list[Request] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    closed: int = 0

    async def send(self, request: Request) -> Response:
        """Record the request and return the handler's response."""
        self.requests.append(request)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            handler = self.handler if callable(self.handler) else self.handler.send
            response = handler(request)
            return response if isinstance(response, Response) else await response
        finally:
            self.under_way -= 1

    async def aclose(self) -> None:
        """Count the call, and close the transport below, if any."""
        self.closed += 1
        if not callable(self.handler):
            await self.handler.aclose()

    def counted(self) -> Counter[str]:
        """Count the requests by their method."""
        return Counter(request.method for request in self.requests)


def client_over(
    handler: Handler | FakeTransport | Iterable[Response | Exception], **options: Any
) -> tuple[HostwayEmail, FakeTransport]:
    """Return a client over a fake transport, without waits before retries, and the transport.

    Responses and errors may take the place of a handler; they are used in order.
    """
    if not isinstance(handler, FakeTransport):
        if not callable(handler):
            results = iter(handler)

            def handler(request: Request) -> Response:
                return result(request, next(results))

        handler = FakeTransport(handler)
    settings: dict[str, Any] = {"retry": RetryPolicy(base_delay=0), **options}
    return HostwayEmail("admin", "s3cret-Pass", transport=handler, **settings), handler


def result(request: Request, returned: Response | Exception) -> Response:
    """Return a response or raise an error; after a `ConnectError` nothing was sent."""
    request.sent = not isinstance(returned, ConnectError)
    if isinstance(returned, Exception):
        raise returned
    return returned


def by_domain(*sandboxes: Sandbox) -> Handler:
    """Return a handler that sends a request to the sandbox of its domain, or to the first one."""
    transports = {sandbox.domain.name: for_app(sandbox.app) for sandbox in sandboxes}

    async def send(request: Request) -> Response:
        names = (name for name in transports if f"/{name}/" in f"{request.url.partition('?')[0]}/")
        return await transports[next(names, next(iter(transports)))].send(request)

    return send


def response(
    status: int = 200,
    body: bytes | str | Mapping[str, object] | list[object] = b"",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a response of a transport; a body that is not text or bytes becomes JSON."""
    return Response(status, headers or {}, content_of(body))


def content_of(body: bytes | str | Mapping[str, object] | list[object]) -> bytes:
    """Return the bytes of a body."""
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
