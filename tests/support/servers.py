"""A raw HTTP server whose responses are scripted byte by byte."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import anyio
from anyio.abc import SocketAttribute, SocketStream

from .loops import STALLS, settle
from .transports import content_of

__all__ = [
    "RawRequest",
    "RawServer",
    "Reply",
    "Then",
    "reply",
    "serving",
]


def reply(
    status: int = 200,
    body: bytes | str | Mapping[str, object] | list[object] = b"",
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """Return the bytes of an HTTP response; `length` is its Content-Length if that is false."""
    content = content_of(body)
    lines = {"Content-Length": str(len(content) if length is None else length)}
    if not isinstance(body, (bytes, str)):
        lines["Content-Type"] = "application/json"
    lines |= headers or {}
    if "Transfer-Encoding" in lines:
        del lines["Content-Length"]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Something\r\n{head}\r\n".encode("latin-1") + content


async def _nothing() -> None:
    pass


@dataclass(frozen=True)
class RawRequest:
    """One request: its bytes, and the number of its connection, from 1.

    A response that never ends calls `stuck` when it stops, or starts to repeat itself.
    """

    raw: bytes
    connection: int
    stuck: Callable[[], Awaitable[None]] = field(default=_nothing, compare=False, repr=False)

    @property
    def line(self) -> str:
        """The first line without the protocol."""
        return self.raw.partition(b"\r\n")[0].decode().removesuffix(" HTTP/1.1")

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.line.partition(" ")[2].partition("?")[0]

    @property
    def headers(self) -> dict[str, str]:
        """The headers, names in lower case."""
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return {name.lower(): value.strip() for name, _, value in pairs}

    @property
    def body(self) -> bytes:
        """The bytes after the headers."""
        return self.raw.partition(b"\r\n\r\n")[2]


@dataclass(frozen=True)
class Then:
    """Bytes to send, and what to do then: `close`, or `hold` the connection open."""

    data: bytes
    end: str = "close"


TLS_HANDSHAKE: Final = b"\x16"
Reply = bytes | Then | Callable[[RawRequest, SocketStream], Awaitable[None]]


class RawServer:
    """An HTTP server that sends scripted responses.

    `replies` are sent in order, then `default` for ever; `replies_to` a path come first, so that
    no other request gets them. A callable reply writes by itself. `when_stuck` is called when a
    reply that never ends has sent all that it will, and the client can have read it.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.replies: list[Reply] = []
        self.replies_to: dict[str, list[Reply]] = {}
        self.when_stuck: Callable[[], object] = lambda: None
        self.default: Reply = reply(200, {"list": []})
        self.requests: list[RawRequest] = []
        self.connections = 0
        self.open = 0
        self.most_open = 0
        self.released = anyio.Event()

    @property
    def lines(self) -> list[str]:
        """The first lines of all requests."""
        return [request.line for request in self.requests]

    async def serve(self, stream: SocketStream) -> None:
        """Reply to the requests of one connection."""
        self.connections += 1
        number = self.connections
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            async with stream:
                await STALLS.pause()
                received = await stream.receive()
                if received.startswith(TLS_HANDSHAKE):
                    await self._stuck()
                while True:
                    raw, received = await _one_request(stream, received)
                    request = RawRequest(raw, number, self._stuck)
                    self.requests.append(request)
                    scripted = self._reply_to(request)
                    await STALLS.pause()
                    if not await self._send(scripted, request, stream):
                        return
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass
        finally:
            self.open -= 1

    def _reply_to(self, request: RawRequest) -> Reply:
        for replies in (self.replies_to.get(request.path), self.replies):
            if replies:
                return replies.pop(0)
        return self.default

    async def _stuck(self) -> None:
        await settle()
        self.when_stuck()

    async def _send(self, scripted: Reply, request: RawRequest, stream: SocketStream) -> bool:
        if isinstance(scripted, bytes):
            await stream.send(scripted)
            return True
        if not isinstance(scripted, Then):
            await scripted(request, stream)
            return True
        if scripted.data:
            await stream.send(scripted.data)
        if scripted.end == "hold":
            await self._stuck()
            await stream.receive()
        else:
            await STALLS.pause()
        return False


@asynccontextmanager
async def serving(ssl_context: Any = None) -> AsyncIterator[RawServer]:
    """Run a server on a free port of this machine."""
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    server = RawServer(listener.extra(SocketAttribute.local_port))
    accepting: Any = listener
    if ssl_context is not None:
        from anyio.streams.tls import TLSListener

        accepting = TLSListener(listener, ssl_context, standard_compatible=False)
        server.url = server.url.replace("http://127.0.0.1", "https://localhost")
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(accepting.serve, server.serve)
        yield server
        tasks.cancel_scope.cancel()


async def _one_request(stream: SocketStream, received: bytes) -> tuple[bytes, bytes]:
    """Return the next complete request, and the bytes after it."""
    while b"\r\n\r\n" not in received:
        received += await stream.receive()
    head, _, rest = received.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(rest) < length:
        rest += await stream.receive()
    return head + b"\r\n\r\n" + rest[:length], rest[length:]
