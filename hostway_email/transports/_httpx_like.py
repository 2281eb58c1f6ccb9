"""A connection pool over httpx, or over a package with its interface.

The pool of these libraries scans all its connections for every request, so it gets slower with each
of them, and it leaks connections of cancelled tasks. Here each connection is a transport of its
own: taken from a list, returned when its request ended normally, and closed otherwise.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import re
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Protocol

import anyio

from hostway_email.errors import (
    ConnectError,
    InvalidRequestError,
    RequestTimeoutError,
    TransportError,
)
from hostway_email.transports import Request, Response
from hostway_email.transports._httpx_wire import hang_up, is_at_rest, spoke_first
from hostway_email.transports.body import ENDED_EARLY, ERROR_BODY_BYTES, read_body
from hostway_email.transports.loops import LoopEnd, PerLoop
from hostway_email.transports.proxies import chosen_proxy, unusable_proxy

if TYPE_CHECKING:
    # For types only. The library used is the module passed to `Library`.
    import httpx

__all__ = ["Library", "PooledTransport"]

KEEPALIVE_SECONDS: Final = 5.0
CLOSING_SECONDS: Final = 2.0
MAX_UNREAD_CHUNKS: Final = 65_536
"""More than httpcore can have received without returning them."""

_QUOTED: Final = re.compile(r"[\s:]*(bytearray\()?b?['\"].*", re.DOTALL)
_OURS: ContextVar[bool] = ContextVar("hostway_email_request", default=False)


class Library:
    """An adapter of httpx, or of a package with its interface.

    Parameters:
        module: the package. Its type is `Any`, as the packages share no classes; its objects are
            annotated as those of httpx.
    """

    def __init__(self, module: Any) -> None:
        self.module = module
        self.request: type[httpx.Request] = module.Request
        self.body: Any = type("_Body", (_Body, module.AsyncByteStream), {})
        self._error: type[httpx.HTTPError] = module.HTTPError
        self._transport_error: type[httpx.TransportError] = module.TransportError
        self._protocol_error: type[httpx.ProtocolError] = module.ProtocolError
        self._timeout: type[httpx.TimeoutException] = module.TimeoutException
        self._never_sent: tuple[type[httpx.TransportError], ...] = (
            module.ConnectError,
            module.ConnectTimeout,
            module.PoolTimeout,
            module.ProxyError,
            module.UnsupportedProtocol,
        )
        self._filter_logs()

    async def exchange(
        self,
        send: Callable[[httpx.Request], Awaitable[httpx.Response]],
        prepared: httpx.Request,
        request: Request,
    ) -> tuple[Response, bool]:
        """Send a request and return its response, and whether its connection can be reused."""
        request.response = None
        ours = _OURS.set(True)
        try:
            raw = await send(prepared)
            try:
                response, ended = await self._read(raw, request)
                reusable = ended and is_at_rest(raw)
                if not reusable:
                    # Before it returns to the pool of a user's client.
                    hang_up(raw)
                return response, reusable
            finally:
                await raw.aclose()
        except self._error as error:
            failure = error
        finally:
            _OURS.reset(ours)
        # Raised outside of the `except`: the context would be the library's own error with its
        # request. Error trackers show the locals of this frame.
        translated, cause = self._translated(failure, request), self._without_request(failure)
        del send, prepared, failure
        raise translated from cause

    async def _read(self, raw: httpx.Response, request: Request) -> tuple[Response, bool]:
        response = Response(raw.status_code, raw.headers, b"", ENDED_EARLY)
        request.response = response
        failed = response.status >= 400
        if raw.is_stream_consumed:
            # A hook or a mock of the user's client has read the body, and httpx has decoded it.
            response.content, response.fault = raw.content, ""
            return response, True
        chunks: AsyncIterator[bytes] = aiter(raw.stream)  # type: ignore[arg-type] # it is async
        try:
            response.content, response.fault = await read_body(
                chunks,
                raw.headers.get("content-encoding", ""),
                min(request.max_bytes, ERROR_BODY_BYTES) if failed else request.max_bytes,
            )
        except self._transport_error:
            if not failed:
                raise
            # The status is known, and an incomplete body must not hide it.
            return response, False
        if response.fault:
            await self._abandon(raw, chunks)
        return response, not response.fault

    async def _abandon(self, raw: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
        """Close a response whose body has not been read completely.

        httpcore's iterators are nested generators. Closing the outermost does not close the others,
        so trio warns when they are collected. Reading on after closing does: it raises in all.
        """
        await raw.aclose()
        with contextlib.suppress(self._error, StopAsyncIteration):
            for _ in range(MAX_UNREAD_CHUNKS):
                await anext(chunks)

    def _translated(self, error: httpx.HTTPError, request: Request) -> TransportError:
        if isinstance(error, self._never_sent):
            request.sent = False
        reason = self._reason(error) or type(error).__name__
        if isinstance(error, self._timeout):
            return RequestTimeoutError(f"timed out in the HTTP library: {reason}")
        if not request.sent:
            return ConnectError(f"could not connect: {reason}")
        return TransportError(f"the connection failed: {reason}")

    def _without_request(self, error: httpx.HTTPError) -> Exception:
        """Return an equal error without request and frames, which hold the credentials."""
        try:
            return type(error)(self._reason(error))
        except TypeError:
            return self._error(self._reason(error))

    def _reason(self, error: httpx.HTTPError) -> str:
        """Return the message of an error, without the response bytes that h11 may quote in it."""
        root: BaseException = error
        while not str(root) and (root.__cause__ or root.__context__):
            root = root.__cause__ or root.__context__ or root
        text = str(root)
        return _QUOTED.sub("", text) if isinstance(error, self._protocol_error) else text

    def _filter_logs(self) -> None:
        """Keep private data of our requests out of the libraries' logs.

        httpx's client logs the URL of each request, which contains usernames. httpcore logs at
        DEBUG all response headers, bytes that are not HTTP, and the credentials of a proxy; only
        the names of its events are kept.
        """
        name = self.module.__name__
        core = name.replace("httpx", "httpcore")
        logging.getLogger(name).addFilter(_not_ours)
        for part in ("connection", "http11", "http2", "proxy", "socks"):
            logging.getLogger(f"{core}.{part}").addFilter(_strip_our_details)


class _Body:
    """A request body in one chunk.

    httpx's own is an async generator, for which trio warns if the request was cancelled.
    """

    def __init__(self, content: bytes) -> None:
        self._remaining = [content]

    def __aiter__(self) -> _Body:
        return self

    async def __anext__(self) -> bytes:
        if not self._remaining:
            raise StopAsyncIteration
        return self._remaining.pop()


class _Connection:
    """A connection with the time of its last use; `new` until its first response."""

    __slots__ = ("idle_since", "new", "stream", "transport")

    def __init__(self, transport: httpx.AsyncHTTPTransport) -> None:
        self.transport = transport
        self.new = True
        self.idle_since = 0.0
        self.stream: _Stream | None = None

    def trace_extension(self, request: Request) -> dict[str, object]:
        """Return the extension that traces a new connection.

        It records when the request is sent, and the stream of the connection: after a cancelled
        TLS handshake, nothing else would close it. It raises if the server sent data before the
        request.
        """

        async def trace(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith("send_request_headers.started"):
                if self.stream is not None and spoke_first(self.stream):
                    raise ConnectError("could not connect: the server sent data before the request")
                # The CONNECT request to a proxy does not count.
                request.sent = info["request"].method != b"CONNECT"
            elif event.endswith(("connect_tcp.complete", "start_tls.complete")):
                self.stream = info["return_value"]

        return {"trace": trace}


class _Stream(Protocol):
    async def aclose(self) -> None: ...

    def get_extra_info(self, info: str) -> Any: ...


class _Pool:
    """The idle connections of one event loop."""

    def __init__(self) -> None:
        self.free: list[_Connection] = []
        self.closed = False
        self.end = LoopEnd(self.close)

    async def close(self) -> None:
        self.closed = True
        while self.free:
            await _discard(self.free.pop())


class PooledTransport:
    """A transport over `AsyncHTTPTransport` objects with one connection each.

    Parameters:
        library: the library.
        base_url: the URL of the API, which determines TLS and the proxy of the environment.
        ssl_context: the TLS context; by default one with the library's certificates.
        proxy: the URL of a proxy; by default that of the environment, if any.
    """

    def __init__(
        self, library: Library, base_url: str, ssl_context: ssl.SSLContext | None, proxy: str | None
    ) -> None:
        module = library.module
        try:
            scheme = module.URL(base_url).scheme
        except module.InvalidURL:
            raise InvalidRequestError(
                "base_url must be a valid URL", {"base_url": "must be a valid URL"}
            ) from None
        if ssl_context is None and scheme == "https":
            ssl_context = module.create_ssl_context()
        self._library = library
        # Required even without TLS; an empty context avoids loading the certificates.
        self._tls = ssl_context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._proxy = _proxy(library, base_url, proxy)
        self._limits: httpx.Limits = module.Limits(
            max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE_SECONDS
        )
        self._pools = PerLoop(_Pool)
        self._headers = _HeaderCache(module.Headers)

    async def send(self, request: Request) -> Response:
        """Send `request` on an idle connection, or on a new one."""
        pool = self._pools.get()
        connection = await self._acquire(pool)
        reusable = False
        try:
            prepared = self._library.request(
                request.method,
                request.url,
                headers=self._headers.of(request.headers),
                content=request.content or None,
                extensions=connection.trace_extension(request) if connection.new else None,
            )
            if request.content:
                prepared.stream = self._library.body(request.content)
            request.sent = not connection.new
            response, reusable = await self._library.exchange(
                connection.transport.handle_async_request, prepared, request
            )
            return response
        finally:
            # A pool that was closed meanwhile is not closed again.
            if reusable and not pool.closed:
                connection.new = False
                connection.idle_since = time.monotonic()
                pool.free.append(connection)
            else:
                await _discard(connection)

    async def aclose(self) -> None:
        """Close the idle connections of the running event loop."""
        pool = self._pools.pop()
        if pool is not None:
            await pool.end.aclose()

    async def _acquire(self, pool: _Pool) -> _Connection:
        if pool.free:
            connection = pool.free.pop()
            if time.monotonic() - connection.idle_since < KEEPALIVE_SECONDS:
                return connection
            await _discard(connection)
        return _Connection(
            self._library.module.AsyncHTTPTransport(
                verify=self._tls, proxy=self._proxy, limits=self._limits, trust_env=False
            )
        )


class _HeaderCache:
    """A cache of the latest headers as `httpx.Headers`, as most requests share them."""

    def __init__(self, make: type[httpx.Headers]) -> None:
        self._make = make
        self._latest: tuple[Mapping[str, str], httpx.Headers] | None = None

    def of(self, headers: Mapping[str, str]) -> httpx.Headers:
        latest = self._latest
        if latest is None or latest[0] is not headers:
            latest = self._latest = (headers, self._make(dict(headers)))
        return latest[1]


async def _discard(connection: _Connection) -> None:
    # Shielded, so that a cancelled task closes its socket; with a timeout, as closing TLS can hang.
    with anyio.move_on_after(CLOSING_SECONDS, shield=True):
        try:
            await connection.transport.aclose()
        finally:
            if connection.stream is not None:
                await connection.stream.aclose()


def _proxy(library: Library, base_url: str, given: str | None) -> httpx.Proxy | None:
    url = chosen_proxy(base_url, given, ("http", "https", "socks5", "socks5h"))
    if url is None:
        return None
    if url.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise unusable_proxy("over SOCKS requires a package: pip install socksio")
    try:
        proxy: httpx.Proxy = library.module.Proxy(url)
    except (ValueError, library.module.InvalidURL):
        # `from None`: the cause contains the URL, which may hold a password.
        raise unusable_proxy("must be a URL such as http://proxy.example:3128") from None
    return proxy


def _not_ours(record: logging.LogRecord) -> bool:
    return not _OURS.get()


def _strip_our_details(record: logging.LogRecord) -> bool:
    if _OURS.get():
        record.msg, record.args = record.getMessage().partition(" ")[0], ()
    return True
