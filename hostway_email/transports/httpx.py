"""The default transport: httpx, as a free list of transports with one connection each.

httpx's own pool looks at all its connections for every request and gets slower with each of them;
it also loses connections to cancelled tasks. Here each connection is a transport of its own: taken
from a list, put back when its request ended normally, and closed, never reused, when it did not.
"""

from __future__ import annotations

import contextlib
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import anyio
import httpx

from hostway_email.errors import (
    ConnectError,
    InvalidRequestError,
    RequestTimeoutError,
    TransportError,
)
from hostway_email.transports import Request, Response
from hostway_email.transports._body import ERROR_BODY_BYTES, read_body
from hostway_email.transports._loops import LoopEnd, PerLoop

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["HttpxClientTransport", "HttpxTransport", "for_app"]

KEEPALIVE_SECONDS: Final = 5.0
CLOSING_SECONDS: Final = 2.0
MAX_CHUNKS_LEFT: Final = 65_536
"""More than httpcore can have received without having handed them out."""

_ONE_CONNECTION: Final = httpx.Limits(
    max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE_SECONDS
)
_NEVER_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class _Slot:
    """One connection and when it was last used; `fresh` until its first answer."""

    __slots__ = ("fresh", "idle_since", "transport")

    def __init__(self, transport: httpx.AsyncHTTPTransport) -> None:
        self.transport = transport
        self.fresh = True
        self.idle_since = 0.0


class _Pool:
    """The idle connections of one event loop."""

    def __init__(self) -> None:
        self.free: list[_Slot] = []
        self.closed = False
        self.end = LoopEnd(self.close)

    async def close(self) -> None:
        self.closed = True
        while self.free:
            await _discard(self.free.pop())


class HttpxTransport:
    """Sends over `httpx.AsyncHTTPTransport`, one for each connection, sharing one TLS context.

    Parameters:
        base_url: where requests go; it decides on TLS and on the proxy of the environment.
        ssl_context: the TLS context; by default one with httpx's certificates, which honours
            `SSL_CERT_FILE` and `SSL_CERT_DIR`.
        proxy: the URL of a proxy; by default that of the environment, if any.
    """

    def __init__(
        self, base_url: str, *, ssl_context: ssl.SSLContext | None = None, proxy: str | None = None
    ) -> None:
        try:
            scheme = httpx.URL(base_url).scheme
        except httpx.InvalidURL:
            raise InvalidRequestError(
                "base_url is not a URL", {"base_url": "is not a URL"}
            ) from None
        if ssl_context is None and scheme == "https":
            ssl_context = httpx.create_ssl_context()
        # Without TLS a context is still asked for; a bare one spares loading the certificates.
        self._tls = ssl_context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._proxy = _proxy(proxy or _environment_proxy(base_url))
        self._pools = PerLoop(_Pool)
        self._headers = _HeaderCache()
        _keep_our_answers_out_of_the_log()

    async def send(self, request: Request) -> Response:
        """Send `request` on an idle connection, or on a new one."""
        pool = self._pools.get()
        slot = await self._take(pool)
        ended = False
        try:
            prepared = httpx.Request(
                request.method,
                request.url,
                headers=self._headers.of(request.headers),
                content=request.content or None,
                extensions=_watched(request) if slot.fresh else None,
            )
            request.sent = not slot.fresh
            response, ended = await _exchange(
                slot.transport.handle_async_request, prepared, request
            )
            return response
        finally:
            # A pool closed meanwhile will not be emptied again.
            if ended and not pool.closed:
                slot.fresh = False
                slot.idle_since = time.monotonic()
                pool.free.append(slot)
            else:
                await _discard(slot)

    async def aclose(self) -> None:
        """Close the idle connections of the running event loop."""
        pool = self._pools.pop()
        if pool is not None:
            await pool.end.aclose()

    async def _take(self, pool: _Pool) -> _Slot:
        if pool.free:
            slot = pool.free.pop()
            if time.monotonic() - slot.idle_since < KEEPALIVE_SECONDS:
                return slot
            await _discard(slot)
        return _Slot(
            httpx.AsyncHTTPTransport(
                verify=self._tls, proxy=self._proxy, limits=_ONE_CONNECTION, trust_env=False
            )
        )


class HttpxClientTransport:
    """Sends over the user's own `httpx.AsyncClient`, with its hooks, mounts, proxies and limits.

    The client stays its owner's: closing this transport does not close it.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        _keep_our_answers_out_of_the_log()

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
        response, _ = await _exchange(self._send, prepared, request)
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
        request.sent = True
        try:
            response, _ = await _exchange(self._app.handle_async_request, prepared, request)
        except ConnectionError as error:
            # How an application in the process drops a connection.
            raise TransportError(f"the connection failed: {error}") from error
        return response

    async def aclose(self) -> None:
        """Do nothing: the application has no connections."""


def for_app(app: ASGIApp) -> _AppTransport:
    """Return a transport to an ASGI application in the same process, such as a sandbox's."""
    return _AppTransport(app)


async def _exchange(
    send: Callable[[httpx.Request], Awaitable[httpx.Response]],
    prepared: httpx.Request,
    request: Request,
) -> tuple[Response, bool]:
    """Return the answer, and whether its body was read to the end."""
    ours = _OURS.set(True)
    try:
        answer = await send(prepared)
        try:
            return await _read(answer, request.max_bytes)
        finally:
            await answer.aclose()
    except httpx.HTTPError as error:
        failure = error
    finally:
        _OURS.reset(ours)
    # Outside of the `except`: the context of what is raised there would be httpx's own error,
    # and with it the request.
    raise _translated(failure, request) from _without_request(failure)


async def _read(answer: httpx.Response, max_bytes: int) -> tuple[Response, bool]:
    status, headers = answer.status_code, answer.headers
    failed = status >= 400
    if answer.is_stream_consumed:
        # A hook or a mock of the user's client has read it, and httpx has decoded it.
        return Response(status, headers, answer.content), True
    chunks: AsyncIterator[bytes] = aiter(answer.stream)  # type: ignore[arg-type] # it is async
    try:
        content, fault = await read_body(
            chunks,
            headers.get("content-encoding", ""),
            min(max_bytes, ERROR_BODY_BYTES) if failed else max_bytes,
        )
    except httpx.TransportError:
        if not failed:
            raise
        # The status says what happened; a body that broke off must not hide it.
        return Response(status, headers, b"", "it ended early"), False
    if fault:
        await _abandon(answer, chunks)
    return Response(status, headers, content, fault), not fault


async def _abandon(answer: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
    """Close an answer of which a part has not been read.

    httpcore's iterators are nested generators, and closing the outermost does not reach the
    others, so that trio complains when they are collected. An error does: that of reading on from
    what is closed.
    """
    await answer.aclose()
    with contextlib.suppress(httpx.HTTPError, StopAsyncIteration):
        for _ in range(MAX_CHUNKS_LEFT):
            await anext(chunks)


def _watched(request: Request) -> dict[str, object]:
    """Have httpx tell when the head of the request goes out on a new connection."""

    async def trace(event: str, info: Mapping[str, object]) -> None:
        if event.endswith("send_request_headers.started"):
            request.sent = True

    return {"trace": trace}


def _translated(error: httpx.HTTPError, request: Request) -> TransportError:
    if isinstance(error, _NEVER_SENT):
        request.sent = False
    what = str(error) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return RequestTimeoutError(f"{what}: the HTTP library's own timeout")
    if not request.sent:
        return ConnectError(f"no connection: {what}")
    return TransportError(f"the connection failed: {what}")


def _without_request(error: httpx.HTTPError) -> Exception:
    """Return the same error without its request, whose headers hold the credentials."""
    try:
        bare = type(error)(str(error))
    except TypeError:
        bare = httpx.HTTPError(str(error))
    return bare.with_traceback(error.__traceback__)


async def _discard(slot: _Slot) -> None:
    # Shielded, as a cancelled task still has to close its socket; bounded, as closing TLS can hang.
    with anyio.move_on_after(CLOSING_SECONDS, shield=True):
        await slot.transport.aclose()


def _proxy(url: str | None) -> httpx.Proxy | None:
    if url is None:
        return None
    try:
        return httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL):
        # `from None`: the cause names the URL, which may hold a password.
        rule = "must be a URL such as http://proxy.example:3128"
        raise InvalidRequestError(f"proxy {rule}", {"proxy": rule}) from None


def _environment_proxy(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    with contextlib.suppress(OSError):
        if proxy_bypass(host):
            return None
    proxies = getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    if found is None or "://" in found:
        return found
    return f"http://{found}"


class _HeaderCache:
    """The headers of the previous request as httpx wants them; they are mostly the same mapping."""

    def __init__(self) -> None:
        self._latest: tuple[Mapping[str, str], httpx.Headers] | None = None

    def of(self, headers: Mapping[str, str]) -> httpx.Headers:
        latest = self._latest
        if latest is None or latest[0] is not headers:
            latest = self._latest = (headers, httpx.Headers(dict(headers)))
        return latest[1]


_OURS: ContextVar[bool] = ContextVar("hostway_email_request", default=False)


def _keep_our_answers_out_of_the_log() -> None:
    """Drop what the libraries below would log of our requests and nobody should see.

    httpx's client writes a line for each request, and its URL names people. httpcore shows, at
    DEBUG, all headers of an answer, and its `Location` may sign in whoever has it.
    """
    logging.getLogger("httpx").addFilter(_not_ours)
    for name in ("httpcore.http11", "httpcore.http2"):
        logging.getLogger(name).addFilter(_not_our_headers)


def _not_ours(record: logging.LogRecord) -> bool:
    return not _OURS.get()


def _not_our_headers(record: logging.LogRecord) -> bool:
    return not (_OURS.get() and "receive_response_headers.complete" in record.getMessage())
