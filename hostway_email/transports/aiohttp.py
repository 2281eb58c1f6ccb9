"""The transport over aiohttp: the fastest, for asyncio only."""

from __future__ import annotations

import asyncio
import io
import os
import ssl
from collections.abc import Callable, Sequence
from typing import Final

import aiohttp
import anyio
import yarl
from aiohttp.client_middlewares import ClientHandlerType
from aiohttp.connector import Connection
from multidict import CIMultiDict

from hostway_email.errors import (
    ConnectError,
    InvalidRequestError,
    RequestTimeoutError,
    TransportError,
)
from hostway_email.transports import Request, Response
from hostway_email.transports._aiohttp_wire import Connector, UnusableConnection, begin
from hostway_email.transports._header_cache import HeaderCache
from hostway_email.transports.body import ENDED_EARLY, ERROR_BODY_BYTES, read_body
from hostway_email.transports.error_chain import forgetting_arguments
from hostway_email.transports.loops import LoopEnd, PerLoop
from hostway_email.transports.proxies import chosen_proxy

__all__ = ["AiohttpTransport"]

KEEPALIVE_SECONDS: Final = 5.0
CLOSING_SECONDS: Final = 2.0
MAX_HEADER: Final = 65_536
LARGE_BODY: Final = 2**20
"""The size from which aiohttp warns about a body passed as bytes."""

_NO_TIMEOUTS: Final = aiohttp.ClientTimeout(
    total=None, connect=None, sock_connect=None, sock_read=None
)
_ADDED_BY_AIOHTTP: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport:
    """A transport over an `aiohttp.ClientSession` for each event loop.

    Parameters:
        base_url: the URL of the API, which determines TLS and the proxy of the environment.
        ssl_context: the TLS context; by default one with the certificates of the system, which
            honours `SSL_CERT_FILE` and `SSL_CERT_DIR`.
        proxy: the URL of a proxy; by default that of the environment, if any.

    Raises:
        InvalidRequestError: an argument is invalid.
    """

    @forgetting_arguments
    def __init__(
        self, base_url: str, *, ssl_context: ssl.SSLContext | None = None, proxy: str | None = None
    ) -> None:
        try:
            url = yarl.URL(base_url)
        except ValueError:
            raise InvalidRequestError.for_argument("base_url", "must be a valid URL") from None
        if ssl_context is None and url.scheme == "https":
            ssl_context = ssl.create_default_context()
            ssl_context.set_alpn_protocols(("http/1.1",))
        self._base = (base_url, str(url).rstrip("/"))
        self._tls: ssl.SSLContext | bool = ssl_context or True
        # aiohttp does not support SOCKS.
        self._proxy = chosen_proxy(base_url, proxy, ("http", "https"))
        self._pools = PerLoop(self._open)
        self._headers: HeaderCache[CIMultiDict[str]] = HeaderCache(CIMultiDict)

    async def send(self, request: Request) -> Response:
        """Send `request` on an idle connection, or on a new one."""
        session = self._pools.get().session
        request.response = None
        try:
            while True:
                try:
                    return await self._exchange(session, request)
                except UnusableConnection as unusable:
                    # Unusable ones are closed, so a new connection is used in the end.
                    if not unusable.reused:
                        raise
        except (aiohttp.ClientError, OSError) as error:
            failure = error
        # Raised outside of the `except`: the context would be aiohttp's own error with its
        # request, whose headers hold the credentials.
        reason = _describe(failure)
        translated = _translated(failure, reason, request)
        cause = aiohttp.ClientError(f"{type(failure).__name__}: {reason}")
        del failure  # Error trackers show the locals of each frame.
        raise translated from cause

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        pool = self._pools.pop()
        if pool is not None:
            await pool.end.aclose()

    async def _exchange(self, session: aiohttp.ClientSession, request: Request) -> Response:
        url = request.url
        if not url.isascii():
            url = url.replace(*self._base, 1)
        raw = await session.request(
            request.method,
            # Already encoded; aiohttp would decode characters that need no encoding.
            yarl.URL(url, encoded=True),
            headers=self._headers.of(request.headers),
            data=_body(request.content),
            allow_redirects=False,
            middlewares=(_NoRetry(request),),
        )
        headers = raw.headers
        response = request.response = Response(raw.status, headers, b"", ENDED_EARLY)
        failed = response.status >= 400
        try:
            response.content, response.fault = await read_body(
                raw.content.iter_any(),
                headers.get("Content-Encoding", ""),
                min(request.max_bytes, ERROR_BODY_BYTES) if failed else request.max_bytes,
            )
        except (aiohttp.ClientError, OSError):
            # The status is known, and an incomplete body must not hide it.
            if not failed:
                raise
        finally:
            # Does nothing if the body was read to its end: its connection is back in the pool.
            raw.close()
        return response

    def _open(self) -> _Pool:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            rule = "must be 'httpx' or 'httpx2' on trio: aiohttp supports only asyncio"
            raise InvalidRequestError.for_argument("transport", rule) from None
        session = aiohttp.ClientSession(
            # The session limits concurrency.
            connector=Connector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS, ssl=self._tls),
            cookie_jar=_NoCookies(),
            proxy=self._proxy,
            timeout=_NO_TIMEOUTS,
            trust_env=False,
            auto_decompress=False,
            raise_for_status=False,
            requote_redirect_url=False,
            skip_auto_headers=_ADDED_BY_AIOHTTP,
            request_class=_TrackedRequest,
            max_line_size=MAX_HEADER,
            max_field_size=MAX_HEADER,
        )
        return _Pool(session, self._pools.pop)


class _Pool:
    """The session of one event loop."""

    def __init__(self, session: aiohttp.ClientSession, forget: Callable[[], object]) -> None:
        self.session = session
        self.end = LoopEnd(self.close)
        self._forget = forget

    async def close(self) -> None:
        # A session refers to its event loop, and would keep it alive.
        self._forget()
        with anyio.move_on_after(CLOSING_SECONDS, shield=True):
            await self.session.close()


class _TrackedRequest(aiohttp.ClientRequest):
    """A request of aiohttp that sets `sent` when it is given its connection."""

    source: Request

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        begin(conn)
        self.source.sent = True
        return await super().send(conn)


class _ConnectionLost(aiohttp.ClientError):
    """The connection was lost during a request."""


class _NoCookies(aiohttp.DummyCookieJar):
    """A cookie jar that ignores cookies; aiohttp would log the names of invalid ones."""

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: yarl.URL) -> None:
        pass


class _NoRetry:
    """A middleware that prevents the retries of aiohttp.

    aiohttp retries a GET, PUT or DELETE whose connection was lost, even if that is not safe. It
    does so only for its own errors, so they are raised as another one.
    """

    __slots__ = ("_request",)

    def __init__(self, request: Request) -> None:
        self._request = request

    async def __call__(
        self, sending: aiohttp.ClientRequest, handler: ClientHandlerType
    ) -> aiohttp.ClientResponse:
        assert isinstance(sending, _TrackedRequest)
        sending.source = self._request
        try:
            return await handler(sending)
        except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError):
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            lost = error
        raise _ConnectionLost(_describe(lost))


def _body(content: bytes) -> bytes | io.BytesIO | None:
    if len(content) > LARGE_BODY:
        return io.BytesIO(content)
    return content or None


def _translated(error: Exception, reason: str, request: Request) -> TransportError:
    if isinstance(error, aiohttp.ServerTimeoutError):
        return RequestTimeoutError(f"timed out in the HTTP library: {reason}")
    if not request.sent:
        return ConnectError(f"could not connect: {reason}")
    return TransportError(f"the connection failed: {reason}")


def _describe(error: Exception) -> str:
    """Return the message for an error, without data of the request or the response.

    Messages of aiohttp may contain a URL or response headers.
    """
    match error:
        case _ConnectionLost() | UnusableConnection():
            return str(error)
        case aiohttp.ClientConnectorCertificateError():
            return f"the certificate is not trusted ({error.certificate_error})"
        case aiohttp.ClientConnectorError():
            return f"{error.host}:{error.port}: {error.os_error}"
        case aiohttp.ClientHttpProxyError():
            return f"the proxy refused with HTTP {error.status}"
        case aiohttp.ServerDisconnectedError():
            return "the server closed the connection without a response"
        case aiohttp.ClientPayloadError():
            return "the response ended early, or its length does not match its headers"
        case aiohttp.ClientResponseError():
            return "the response is not valid HTTP"
        case OSError() if error.errno is not None:
            return os.strerror(error.errno)
    return type(error).__name__
