"""The transport over aiohttp, for asyncio alone: the fastest one."""

from __future__ import annotations

import asyncio
import io
import os
import ssl
from collections.abc import Callable, Mapping, Sequence
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
from hostway_email.transports.body import ENDED_EARLY, ERROR_BODY_BYTES, read_body
from hostway_email.transports.error_chain import forgetting_arguments
from hostway_email.transports.loops import LoopEnd, PerLoop
from hostway_email.transports.proxies import chosen_proxy

__all__ = ["AiohttpTransport"]

KEEPALIVE_SECONDS: Final = 5.0
CLOSING_SECONDS: Final = 2.0
MAX_HEADER: Final = 65_536
LARGE_BODY: Final = 2**20
"""From here on aiohttp warns of a body that is handed over as bytes."""

_NO_TIMEOUTS: Final = aiohttp.ClientTimeout(
    total=None, connect=None, sock_connect=None, sock_read=None
)
_ADDED_BY_AIOHTTP: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport:
    """Sends over an `aiohttp.ClientSession`, one for each event loop.

    Parameters:
        base_url: where requests go; it decides on TLS and on the proxy of the environment.
        ssl_context: the TLS context; by default one with the certificates of the system, which
            honours `SSL_CERT_FILE` and `SSL_CERT_DIR`.
        proxy: the URL of a proxy; by default that of the environment, if any.

    Raises:
        InvalidRequestError: an argument cannot be used.
    """

    @forgetting_arguments
    def __init__(
        self, base_url: str, *, ssl_context: ssl.SSLContext | None = None, proxy: str | None = None
    ) -> None:
        try:
            url = yarl.URL(base_url)
        except ValueError:
            raise InvalidRequestError(
                "base_url is not a URL", {"base_url": "is not a URL"}
            ) from None
        if ssl_context is None and url.scheme == "https":
            ssl_context = ssl.create_default_context()
            ssl_context.set_alpn_protocols(("http/1.1",))
        self._base = (base_url, str(url).rstrip("/"))
        self._tls: ssl.SSLContext | bool = ssl_context or True
        # aiohttp knows no SOCKS.
        self._proxy = chosen_proxy(base_url, proxy, ("http", "https"))
        self._pools = PerLoop(self._open)
        self._headers = _HeaderCache()

    async def send(self, request: Request) -> Response:
        """Send `request` on an idle connection, or on a new one."""
        session = self._pools.get().session
        request.response = None
        try:
            while True:
                try:
                    return await self._exchange(session, request)
                except UnusableConnection as unusable:
                    # Each is closed, so this ends with a new connection at the latest.
                    if not unusable.kept:
                        raise
        except (aiohttp.ClientError, OSError) as error:
            failure = error
        # Outside of the `except`: the context of what is raised there would be aiohttp's own
        # error, and with it the request, whose headers hold the credentials.
        what = _described(failure)
        lost = _translated(failure, what, request)
        cause = aiohttp.ClientError(f"{type(failure).__name__}: {what}")
        del failure  # Tools that report errors show what stays in a frame.
        raise lost from cause

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        pool = self._pools.pop()
        if pool is not None:
            await pool.end.aclose()

    async def _exchange(self, session: aiohttp.ClientSession, request: Request) -> Response:
        url = request.url
        if not url.isascii():
            url = url.replace(*self._base, 1)
        answer = await session.request(
            request.method,
            # Encoded already. aiohttp would decode what it thinks need not be encoded.
            yarl.URL(url, encoded=True),
            headers=self._headers.of(request.headers),
            data=_body(request.content),
            allow_redirects=False,
            middlewares=(_Once(request),),
        )
        headers = answer.headers
        response = request.response = Response(answer.status, headers, b"", ENDED_EARLY)
        failed = response.status >= 400
        try:
            response.content, response.fault = await read_body(
                answer.content.iter_any(),
                headers.get("Content-Encoding", ""),
                min(request.max_bytes, ERROR_BODY_BYTES) if failed else request.max_bytes,
            )
        except (aiohttp.ClientError, OSError):
            # The status says what happened; a body that broke off must not hide it.
            if not failed:
                raise
        finally:
            # Nothing to close if the body was read to its end: its connection has been put back.
            answer.close()
        return response

    def _open(self) -> _Pool:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            rule = "must be 'httpx' or 'httpx2' on trio: aiohttp runs on asyncio alone"
            raise InvalidRequestError(f"transport {rule}", {"transport": rule}) from None
        session = aiohttp.ClientSession(
            # How many requests are under way at once is limited before they come here.
            connector=Connector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS, ssl=self._tls),
            cookie_jar=_NoCookies(),
            proxy=self._proxy,
            timeout=_NO_TIMEOUTS,
            trust_env=False,
            auto_decompress=False,
            raise_for_status=False,
            requote_redirect_url=False,
            skip_auto_headers=_ADDED_BY_AIOHTTP,
            request_class=_Watched,
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
        # A session knows its event loop, which would be kept as long as the session is.
        self._forget()
        with anyio.move_on_after(CLOSING_SECONDS, shield=True):
            await self.session.close()


class _Watched(aiohttp.ClientRequest):
    """A request of aiohttp that tells when its bytes may leave: it is given its connection then."""

    asked: Request

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        begin(conn)
        self.asked.sent = True
        return await super().send(conn)


class _Broke(aiohttp.ClientError):
    """A connection broke under a request."""


class _NoCookies(aiohttp.DummyCookieJar):
    """Looks at no cookie: reading them, aiohttp would log the names that it cannot use."""

    def update_cookies_from_headers(self, headers: Sequence[str], response_url: yarl.URL) -> None:
        pass


class _Once:
    """Sends a request once.

    aiohttp repeats a GET, PUT or DELETE by itself when its connection breaks, also where a
    repetition is not harmless. It does so after its own errors only, so they leave as another.
    """

    __slots__ = ("_request",)

    def __init__(self, request: Request) -> None:
        self._request = request

    async def __call__(
        self, sending: aiohttp.ClientRequest, handler: ClientHandlerType
    ) -> aiohttp.ClientResponse:
        assert isinstance(sending, _Watched)
        sending.asked = self._request
        try:
            return await handler(sending)
        except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError):
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            broke = error
        raise _Broke(_described(broke))


class _HeaderCache:
    """The headers of the previous request as aiohttp wants them; mostly they are the same."""

    def __init__(self) -> None:
        self._latest: tuple[Mapping[str, str], CIMultiDict[str]] | None = None

    def of(self, headers: Mapping[str, str]) -> CIMultiDict[str]:
        latest = self._latest
        if latest is None or latest[0] is not headers:
            latest = self._latest = (headers, CIMultiDict(headers))
        return latest[1]


def _body(content: bytes) -> bytes | io.BytesIO | None:
    if len(content) > LARGE_BODY:
        return io.BytesIO(content)
    return content or None


def _translated(error: Exception, what: str, request: Request) -> TransportError:
    if isinstance(error, aiohttp.ServerTimeoutError):
        return RequestTimeoutError(f"{what}: the HTTP library's own timeout")
    if not request.sent:
        return ConnectError(f"no connection: {what}")
    return TransportError(f"the connection failed: {what}")


def _described(error: Exception) -> str:
    """Return what happened, in words that hold nothing of the request or the answer.

    The texts of aiohttp's errors may hold either: an address, or the headers of an answer.
    """
    match error:
        case _Broke() | UnusableConnection():
            return str(error)
        case aiohttp.ClientConnectorCertificateError():
            return f"the certificate is not trusted ({error.certificate_error})"
        case aiohttp.ClientConnectorError():
            return f"{error.host}:{error.port}: {error.os_error}"
        case aiohttp.ClientHttpProxyError():
            return f"the proxy refused with HTTP {error.status}"
        case aiohttp.ServerDisconnectedError():
            return "the server closed the connection without an answer"
        case aiohttp.ClientPayloadError():
            return "the answer ended early, or its length is not what it says"
        case aiohttp.ClientResponseError():
            return "the answer is not HTTP"
        case OSError() if error.errno is not None:
            return os.strerror(error.errno)
    return type(error).__name__
