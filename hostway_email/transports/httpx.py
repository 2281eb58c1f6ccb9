"""Transports over httpx: the default, a custom client, and an ASGI application."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx

from hostway_email.errors import InvalidRequestError, TransportError
from hostway_email.transports import Request, Response
from hostway_email.transports._httpx_library import Library
from hostway_email.transports._httpx_pool import PooledTransport
from hostway_email.transports.error_chain import forgetting_arguments

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["HttpxClientTransport", "HttpxTransport", "for_app"]

_HTTPX = Library(httpx)


class HttpxTransport(PooledTransport):
    """The default transport, over `httpx.AsyncHTTPTransport` objects with one connection each.

    Parameters:
        base_url: the URL of the API, which determines TLS and the proxy of the environment.
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
    """A transport over a custom `httpx.AsyncClient`, with its hooks, mounts, proxies and limits.

    Closing this transport does not close the client.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        InvalidRequestError.require(
            isinstance(client, httpx.AsyncClient), "http_client", "must be an httpx.AsyncClient"
        )
        self._client = client

    async def send(self, request: Request) -> Response:
        """Send `request` with the client's own headers and timeouts, but not its cookies."""
        prepared = self._client.build_request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content or None,
        )
        prepared.headers.pop("cookie", None)
        # A custom client does not report when a request is sent.
        request.sent = True
        response, _ = await _HTTPX.exchange(self._send, prepared, request)
        return response

    async def aclose(self) -> None:
        """Do nothing: the client belongs to the user."""

    async def _send(self, request: httpx.Request) -> httpx.Response:
        return await self._client.send(request, auth=None, stream=True, follow_redirects=False)


class _AppTransport:
    """A transport to an ASGI application in this process, without a socket."""

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
            # Raised by an application in this process to drop a connection.
            reason = str(error)
        else:
            return response
        # Raised outside of the `except`: frames of an application hold the request headers.
        del prepared
        raise TransportError(f"the connection failed: {reason}")

    async def aclose(self) -> None:
        """Do nothing: the application has no connections."""


def for_app(app: ASGIApp) -> _AppTransport:
    """Return a transport to an ASGI application in this process, such as the sandbox."""
    return _AppTransport(app)
