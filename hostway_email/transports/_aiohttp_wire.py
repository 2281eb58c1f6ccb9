"""Connections of aiohttp that know which bytes belong to a response, and which to none.

aiohttp keeps whatever arrives on an idle connection as the response to the next request. Also, when
it cannot parse a piece it has received, it drops the head that stood whole in the same piece. Both
are decided here, where the bytes come in.
"""

from __future__ import annotations

import asyncio
import re
import select
import socket
from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from typing import Any, Final, cast

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader

__all__ = ["Connector", "UnusableConnection", "begin"]

_END_OF_HEAD: Final = re.compile(rb"\n\r?\n")


class UnusableConnection(aiohttp.ClientError):
    """A connection was not used: it is closed, or holds bytes that nobody asked for."""

    def __init__(self, kept: bool) -> None:
        super().__init__("the server spoke before the request")
        self.kept = kept


class _State(Enum):
    NEW = auto()
    HEAD = auto()
    BODY = auto()
    IDLE = auto()


class _Handler(ResponseHandler):
    """The protocol of one connection; it passes the head of a response on before anything else."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._state = _State.NEW
        self._end = b""
        self._body: StreamReader | None = None
        self._look: Callable[[], object] | None = None
        self._speaks_first = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        # Behind TLS the tickets of a session may come at any time, usually right after the
        # handshake. Later they cost no more than a new connection.
        self._speaks_first = transport.get_extra_info("ssl_object") is not None
        self._look = None if sock is None else _look_at(sock)

    def close(self) -> None:
        # Behind TLS it would wait for the other side, longer than the event loop may last.
        self.abort()

    @property
    def is_kept(self) -> bool:
        """Whether the connection has been used before."""
        return self._state is not _State.NEW

    def begin(self, connection: Connection) -> bool:
        """Return whether a request may be sent; its response is awaited then."""
        if self.should_close or self._look is None:
            return False
        if (self.is_kept or not self._speaks_first) and self._look():
            return False
        self._state = _State.HEAD
        self._end = b""
        connection.add_callback(self._rest)
        return True

    def _rest(self) -> None:
        self._state = _State.IDLE
        self._body = None

    def set_response_params(self, **params: Any) -> None:
        # What is replaced here is the parser of the previous response.
        if self._parser is not None and _is_within_a_message(self._parser):
            self.force_close()
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        if self._state is _State.IDLE and data:
            self.close()
            return
        if self._state is _State.NEW:
            self.force_close()
        while self._state is _State.HEAD and (length := self._length_of_head(data)):
            super().data_received(data[:length])
            data = data[length:]
            if not data or self.exception() is not None:
                return
        super().data_received(data)

    def _length_of_head(self, data: bytes) -> int:
        """Return how many bytes of `data` belong to a head that ends in it, 0 for none."""
        before = len(self._end)
        seen = self._end + data
        found = _END_OF_HEAD.search(seen)
        self._end = b"" if found else seen[-2:]
        return found.end() - before if found else 0

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        if self._state is not _State.HEAD:
            self.force_close()
        elif data[0].code >= 200 or data[0].code == 101:
            self._state = _State.BODY
            self._body = data[1]
        super().feed_data(data, size)

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:
        causes = () if exc_cause is None else (exc_cause,)
        super().set_exception(exc, *causes)
        body = self._body
        if body is not None and not body.is_eof() and body.exception() is None:
            # aiohttp leaves the reader of a body waiting for ever when it cannot be parsed.
            body.set_exception(aiohttp.ClientPayloadError("the body is not HTTP"))


class Connector(aiohttp.TCPConnector):
    """A connector that makes connections of the kind that `begin()` can tell to be unused."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Not a public interface: where it has no effect, no connection is used twice.
        self._factory = cast(
            "partial[ResponseHandler]", partial(_Handler, loop=asyncio.get_running_loop())
        )


def begin(connection: Connection) -> None:
    """Begin a request on a connection.

    Raises:
        UnusableConnection: there is something on the connection that nobody asked for.
    """
    handler = connection.protocol
    if isinstance(handler, _Handler):
        if not handler.begin(connection):
            raise UnusableConnection(handler.is_kept)
    elif handler is not None:
        handler.force_close()


def _is_within_a_message(parser: Any) -> bool:
    """Return whether a message has begun that has not ended, as aiohttp asks at a connection's end.

    The second half is for its parser without extensions.
    """
    try:
        return parser.feed_eof() is not None or bool(getattr(parser, "_tail", b""))
    except Exception:  # a parser that complains is not at rest
        return True


def _look_at(sock: socket.socket) -> Callable[[], object]:
    """Return what tells whether reading from a socket would return something, be it its end."""
    if not hasattr(select, "poll"):
        return lambda: select.select([sock], [], [], 0)[0]
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return partial(poll.poll, 0)
