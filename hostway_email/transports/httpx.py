"""The default transport, over httpx; your own httpx client; and an application in this process."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx

from hostway_email.errors import TransportError
from hostway_email.transports import Request, Response
from hostway_email.transports._httpx_like import Library, PooledTransport
from hostway_email.transports.error_chain import forgetting_arguments

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["HttpxClientTransport", "HttpxTransport", "for_app"]

_HTTPX = Library(httpx)


class HttpxTransport(PooledTransport):
    """Sends over `httpx.AsyncHTTPTransport`, one for each connection, sharing one TLS context.

    Parameters:
        base_url: where requests go; it decides on TLS and on the proxy of the environment.
        ssl_context: the TLS context; by default one with httpx's certificates, which honours
            `SSL_CERT_FILE` and `SSL_CERT_DIR`.
        proxy: the URL of a proxy; by default that of the environment, if any.
    """

    @forgetting_arguments
    def __init__(
        self, base_url: str, *, ssl_context: ssl.SSLContext | None = None, proxy: str | None = None
    ) -> None:
        super().__init__(_HTTPX, base_url, ssl_context, proxy)


class HttpxClientTransport:
    """Sends over the user's own `httpx.AsyncClient`, with its hooks, mounts, proxies and limits.

    The client stays its owner's: closing this transport does not close it.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, request: Request) -> Response:
        """Send `request` with the client's own headers and timeouts, but without its cookies."""
        prepared = self._client.build_request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content or None,
        )
        prepared.headers.pop("cookie", None)
        # What a client of someone else's making does with a request cannot be watched.
        request.sent = True
        response, _ = await _HTTPX.exchange(self._send, prepared, request)
        return response

    async def aclose(self) -> None:
        """Do nothing: the client belongs to the user."""

    async def _send(self, request: httpx.Request) -> httpx.Response:
        return await self._client.send(request, auth=None, stream=True, follow_redirects=False)


class _AppTransport:
    """Sends to an ASGI application in this process, without a socket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = httpx.ASGITransport(app)

    async def send(self, request: Request) -> Response:
        prepared = httpx.Request(
            request.method, request.url, headers=dict(request.headers), content=request.content
        )
        prepared.stream = _HTTPX.body(request.content)
        request.sent = True
        try:
            response, _ = await _HTTPX.exchange(self._app.handle_async_request, prepared, request)
        except ConnectionError as error:
            # How an application in the process drops a connection.
            dropped = str(error)
        else:
            return response
        # Outside of the `except`: the frames of an application hold the headers of the request.
        del prepared
        raise TransportError(f"the connection failed: {dropped}")

    async def aclose(self) -> None:
        """Do nothing: the application has no connections."""


def for_app(app: ASGIApp) -> _AppTransport:
    """Return a transport to an ASGI application in the same process, such as a sandbox's."""
    return _AppTransport(app)
