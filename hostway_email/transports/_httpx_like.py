"""Sending over httpx, or over a package with its interface: one connection for each transport.

The pool of these libraries looks at all its connections for every request and gets slower with each
of them; it also loses connections to cancelled tasks. Here each connection is a transport of its
own: taken from a list, put back when its request ended normally, and closed, never reused, when it
did not.
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
    # For the types alone. Which library runs is told by the module that is handed over.
    import httpx

__all__ = ["Library", "PooledTransport"]

KEEPALIVE_SECONDS: Final = 5.0
CLOSING_SECONDS: Final = 2.0
MAX_CHUNKS_LEFT: Final = 65_536
"""More than httpcore can have received without having handed them out."""

_QUOTED: Final = re.compile(r"[\s:]*(bytearray\()?b?['\"].*", re.DOTALL)
_OURS: ContextVar[bool] = ContextVar("hostway_email_request", default=False)


class Library:
    """httpx or a package with its interface, and what is done with either in the same way.

    Parameters:
        module: the package. It is `Any` to a type checker, as the classes of one are not those of
            the other; its objects are annotated as those of httpx.
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
        self._keep_our_answers_out_of_the_log()

    async def exchange(
        self,
        send: Callable[[httpx.Request], Awaitable[httpx.Response]],
        prepared: httpx.Request,
        request: Request,
    ) -> tuple[Response, bool]:
        """Return the answer, and whether its connection may be used again."""
        request.response = None
        ours = _OURS.set(True)
        try:
            answer = await send(prepared)
            try:
                response, ended = await self._read(answer, request)
                reusable = ended and is_at_rest(answer)
                if not reusable:
                    # Before the pool of a user's client has it back.
                    hang_up(answer)
                return response, reusable
            finally:
                await answer.aclose()
        except self._error as error:
            failure = error
        finally:
            _OURS.reset(ours)
        # Outside of the `except`: the context of what is raised there would be the library's own
        # error, and with it the request. What stays in this frame is shown by tools that report
        # errors.
        lost, cause = self._translated(failure, request), self._without_request(failure)
        del send, prepared, failure
        raise lost from cause

    async def _read(self, answer: httpx.Response, request: Request) -> tuple[Response, bool]:
        response = Response(answer.status_code, answer.headers, b"", ENDED_EARLY)
        request.response = response
        failed = response.status >= 400
        if answer.is_stream_consumed:
            # A hook or a mock of the user's client has read it, and httpx has decoded it.
            response.content, response.fault = answer.content, ""
            return response, True
        chunks: AsyncIterator[bytes] = aiter(answer.stream)  # type: ignore[arg-type] # it is async
        try:
            response.content, response.fault = await read_body(
                chunks,
                answer.headers.get("content-encoding", ""),
                min(request.max_bytes, ERROR_BODY_BYTES) if failed else request.max_bytes,
            )
        except self._transport_error:
            if not failed:
                raise
            # The status says what happened; a body that broke off must not hide it.
            return response, False
        if response.fault:
            await self._abandon(answer, chunks)
        return response, not response.fault

    async def _abandon(self, answer: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
        """Close an answer of which a part has not been read.

        httpcore's iterators are nested generators, and closing the outermost does not reach the
        others, so that trio complains when they are collected. An error does: that of reading on
        from what is closed.
        """
        await answer.aclose()
        with contextlib.suppress(self._error, StopAsyncIteration):
            for _ in range(MAX_CHUNKS_LEFT):
                await anext(chunks)

    def _translated(self, error: httpx.HTTPError, request: Request) -> TransportError:
        if isinstance(error, self._never_sent):
            request.sent = False
        what = self._said(error) or type(error).__name__
        if isinstance(error, self._timeout):
            return RequestTimeoutError(f"{what}: the HTTP library's own timeout")
        if not request.sent:
            return ConnectError(f"no connection: {what}")
        return TransportError(f"the connection failed: {what}")

    def _without_request(self, error: httpx.HTTPError) -> Exception:
        """Return the same error without its request and its frames, which hold the credentials."""
        try:
            return type(error)(self._said(error))
        except TypeError:
            return self._error(self._said(error))

    def _said(self, error: httpx.HTTPError) -> str:
        """Return the text of an error, but not the piece of an answer that h11 quotes in some."""
        reason: BaseException = error
        while not str(reason) and (reason.__cause__ or reason.__context__):
            reason = reason.__cause__ or reason.__context__ or reason
        text = str(reason)
        return _QUOTED.sub("", text) if isinstance(error, self._protocol_error) else text

    def _keep_our_answers_out_of_the_log(self) -> None:
        """Drop what the libraries below would log of our requests and nobody should see.

        httpx's client writes a line for each request, and its URL names people. httpcore shows, at
        DEBUG, all headers of an answer, the piece of it that is not HTTP, and the credentials of a
        proxy; of what it logs the names of the events stay.
        """
        name = self.module.__name__
        core = name.replace("httpx", "httpcore")
        logging.getLogger(name).addFilter(_not_ours)
        for part in ("connection", "http11", "http2", "proxy", "socks"):
            logging.getLogger(f"{core}.{part}").addFilter(_without_our_details)


class _Body:
    """The body of a request, in one piece.

    httpx's own is an async generator, of which trio complains if its request was cancelled.
    """

    def __init__(self, content: bytes) -> None:
        self._left = [content]

    def __aiter__(self) -> _Body:
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


class _Slot:
    """One connection and when it was last used; `fresh` until its first answer."""

    __slots__ = ("fresh", "idle_since", "stream", "transport")

    def __init__(self, transport: httpx.AsyncHTTPTransport) -> None:
        self.transport = transport
        self.fresh = True
        self.idle_since = 0.0
        self.stream: _Stream | None = None

    def watched(self, request: Request) -> dict[str, object]:
        """Have the library tell what it does on a new connection.

        When the head of the request goes out, and which stream it stands on: one that was
        cancelled while TLS was being agreed on belongs to nobody else, and would stay open.
        A server that spoke before it was asked is sent nothing.
        """

        async def trace(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith("send_request_headers.started"):
                if self.stream is not None and spoke_first(self.stream):
                    raise ConnectError("no connection: the server spoke before the request")
                # What asks a proxy for a tunnel is no request of ours.
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
        self.free: list[_Slot] = []
        self.closed = False
        self.end = LoopEnd(self.close)

    async def close(self) -> None:
        self.closed = True
        while self.free:
            await _discard(self.free.pop())


class PooledTransport:
    """Sends over the library's `AsyncHTTPTransport`, one for each connection, with one TLS context.

    Parameters:
        library: which library.
        base_url: where requests go; it decides on TLS and on the proxy of the environment.
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
                "base_url is not a URL", {"base_url": "is not a URL"}
            ) from None
        if ssl_context is None and scheme == "https":
            ssl_context = module.create_ssl_context()
        self._library = library
        # Without TLS a context is still asked for; a bare one spares loading the certificates.
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
        slot = await self._take(pool)
        reusable = False
        try:
            prepared = self._library.request(
                request.method,
                request.url,
                headers=self._headers.of(request.headers),
                content=request.content or None,
                extensions=slot.watched(request) if slot.fresh else None,
            )
            if request.content:
                prepared.stream = self._library.body(request.content)
            request.sent = not slot.fresh
            response, reusable = await self._library.exchange(
                slot.transport.handle_async_request, prepared, request
            )
            return response
        finally:
            # A pool closed meanwhile will not be emptied again.
            if reusable and not pool.closed:
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
            self._library.module.AsyncHTTPTransport(
                verify=self._tls, proxy=self._proxy, limits=self._limits, trust_env=False
            )
        )


class _HeaderCache:
    """The headers of the previous request as httpx wants them; they are mostly the same mapping."""

    def __init__(self, make: type[httpx.Headers]) -> None:
        self._make = make
        self._latest: tuple[Mapping[str, str], httpx.Headers] | None = None

    def of(self, headers: Mapping[str, str]) -> httpx.Headers:
        latest = self._latest
        if latest is None or latest[0] is not headers:
            latest = self._latest = (headers, self._make(dict(headers)))
        return latest[1]


async def _discard(slot: _Slot) -> None:
    # Shielded, as a cancelled task still has to close its socket; bounded, as closing TLS can hang.
    with anyio.move_on_after(CLOSING_SECONDS, shield=True):
        try:
            await slot.transport.aclose()
        finally:
            if slot.stream is not None:
                await slot.stream.aclose()


def _proxy(library: Library, base_url: str, given: str | None) -> httpx.Proxy | None:
    url = chosen_proxy(base_url, given, ("http", "https", "socks5", "socks5h"))
    if url is None:
        return None
    if url.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise unusable_proxy("over SOCKS needs another package: pip install socksio")
    try:
        proxy: httpx.Proxy = library.module.Proxy(url)
    except (ValueError, library.module.InvalidURL):
        # `from None`: the cause names the URL, which may hold a password.
        raise unusable_proxy("must be a URL such as http://proxy.example:3128") from None
    return proxy


def _not_ours(record: logging.LogRecord) -> bool:
    return not _OURS.get()


def _without_our_details(record: logging.LogRecord) -> bool:
    if _OURS.get():
        record.msg, record.args = record.getMessage().partition(" ")[0], ()
    return True
