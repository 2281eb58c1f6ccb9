"""A connection pool over httpx, or over a package with its interface.

The pool of these libraries scans all its connections for every request, so it gets slower with each
of them, and it leaks connections of cancelled tasks. Here each connection is a transport of its
own: taken from a list, returned when its request ended normally, and closed otherwise.
"""

from __future__ import annotations

import importlib.util
import ssl
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

import anyio

from hostway_email.errors import ConnectError, InvalidRequestError
from hostway_email.transports import Request, Response
from hostway_email.transports._header_cache import HeaderCache
from hostway_email.transports._httpx_library import Library
from hostway_email.transports._httpx_wire import spoke_first
from hostway_email.transports.loops import LoopEnd, PerLoop
from hostway_email.transports.proxies import chosen_proxy, unusable_proxy

if TYPE_CHECKING:
    # For types only. The library used is the module of `Library`.
    import httpx

__all__ = ["PooledTransport"]

KEEPALIVE_SECONDS: Final = 5.0
CLOSING_SECONDS: Final = 2.0


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
            raise InvalidRequestError.for_argument("base_url", "must be a valid URL") from None
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
        self._headers: HeaderCache[httpx.Headers] = HeaderCache(
            lambda headers: module.Headers(dict(headers))
        )

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
