"""Connections of aiohttp that detect bytes that belong to no response.

aiohttp takes bytes that arrive on an idle connection for the response to the next request. If it
cannot parse a chunk, it also drops a complete response head in the same chunk. Both are handled
here, where the bytes are received.
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
    """A connection that was not used: it is closed, or has unread bytes."""

    def __init__(self, reused: bool) -> None:
        super().__init__("the server sent data before the request")
        self.reused = reused


class _State(Enum):
    NEW = auto()
    HEAD = auto()
    BODY = auto()
    IDLE = auto()


class _Handler(ResponseHandler):
    """The protocol of one connection, which parses the head of a response separately."""

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
        # With TLS it would wait for the server, perhaps longer than the event loop runs.
        self.abort()

    @property
    def is_reused(self) -> bool:
        """Whether the connection has been used before."""
        return self._state is not _State.NEW

    def begin(self, connection: Connection) -> bool:
        """Expect a response, and return whether a request may be sent."""
        if self.should_close or self._look is None:
            return False
        if (self.is_reused or not self._speaks_first) and self._look():
            return False
        self._state = _State.HEAD
        self._end = b""
        connection.add_callback(self._become_idle)
        return True

    def _become_idle(self) -> None:
        self._state = _State.IDLE
        self._body = None

    def set_response_params(self, **params: Any) -> None:
        # This replaces the parser of the previous response.
        if self._parser is not None and _is_incomplete(self._parser):
            self.force_close()
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        if self._state is _State.IDLE and data:
            self.close()
            return
        if self._state is _State.NEW:
            self.force_close()
        while self._state is _State.HEAD and (length := self._head_length(data)):
            super().data_received(data[:length])
            data = data[length:]
            if not data or self.exception() is not None:
                return
        super().data_received(data)

    def _head_length(self, data: bytes) -> int:
        """Return the number of bytes of `data` up to the end of a head, or 0 if none ends in it."""
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
            # Otherwise the reader of a body that cannot be parsed waits forever.
            body.set_exception(aiohttp.ClientPayloadError("the body is not HTTP"))


class Connector(aiohttp.TCPConnector):
    """A connector whose connections can be checked by `begin()`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Not a public interface: if it has no effect, no connection is reused.
        self._factory = cast(
            "partial[ResponseHandler]", partial(_Handler, loop=asyncio.get_running_loop())
        )


def begin(connection: Connection) -> None:
    """Begin a request on a connection.

    Raises:
        UnusableConnection: the connection is closed or has unread bytes.
    """
    handler = connection.protocol
    if isinstance(handler, _Handler):
        if not handler.begin(connection):
            raise UnusableConnection(handler.is_reused)
    elif handler is not None:
        handler.force_close()


def _is_incomplete(parser: Any) -> bool:
    """Return whether a parser is within a message, as aiohttp checks when a connection ends.

    The second condition is for aiohttp's pure Python parser.
    """
    try:
        return parser.feed_eof() is not None or bool(getattr(parser, "_tail", b""))
    except Exception:  # a parser that raises is within a message
        return True


def _look_at(sock: socket.socket) -> Callable[[], object]:
    """Return a check of whether a socket has data or has been closed."""
    if not hasattr(select, "poll"):
        return lambda: select.select([sock], [], [], 0)[0]
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return partial(poll.poll, 0)
