"""Surplus bytes after a response are never read as the response to another request."""

from __future__ import annotations

import itertools
import select
import socket
import ssl
import struct
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.tls import TLSAttribute, TLSStream

from hostway_email import HostwayEmail, RetryPolicy

from ..support.servers import RawRequest, RawServer, reply, serving
from .conftest import Adapter, Certificate

if sys.platform == "linux":
    import fcntl

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what has arrived"),
]

SIOCOUTQNSD = 0x894B
WRONG = {"path": "of no request"}
KINDS = {
    "a response": reply(200, WRONG),
    "three responses": reply(200, WRONG) * 3,
    "half a status line": b"HTTP/1.1 20",
    "half a response": reply(200, WRONG)[:-3],
    "100 Continue": b"HTTP/1.1 100 Continue\r\n\r\n",
    "103 Early Hints": b"HTTP/1.1 103 Hints\r\nLink: </x>\r\n\r\n",
    "408 Request Timeout": reply(408, WRONG, {"Connection": "close"}),
    "no HTTP": b"canary",
}


async def arrived(stream: SocketStream) -> None:
    """Wait until all sent bytes are in the kernel of the other side, as far as they will be.

    On the loopback interface this is the case as soon as they have left this side.
    """
    raw = stream.extra(SocketAttribute.raw_socket)
    while raw.fileno() >= 0 and unsent(raw):  # noqa: ASYNC110 # there is no event for it
        await anyio.sleep(0.001)


def unsent(raw: socket.socket) -> int:
    """Return how many bytes have not left the kernel of this machine."""
    (count,) = struct.unpack("i", fcntl.ioctl(raw, SIOCOUTQNSD, bytes(4)))
    return int(count)


@dataclass
class Attack:
    """A server that sends `surplus` with each response, or that many seconds after it.

    Attributes:
        size: length of the response, head and body.
        come: events, set once the surplus of a path has arrived.
    """

    surplus: bytes
    delay: float | None
    size: int = 0
    come: dict[str, anyio.Event] = field(default_factory=dict)

    async def __call__(self, request: RawRequest, stream: SocketStream) -> None:
        path = request.line.split(" ")[1]
        real = reply(200, {"path": path})
        if self.size:
            body = real.partition(b"\r\n\r\n")[2]
            real = reply(200, body.rjust(self.size - 200), {"Content-Type": "application/json"})
            real = real.replace(b"\r\n", b"\r\nX: %s\r\n" % (b"x" * (self.size - len(real) - 5)), 1)
        try:
            if self.delay is None:
                await stream.send(real + self.surplus)
            else:
                await stream.send(real)
                await anyio.sleep(self.delay)
                await stream.send(self.surplus)
            await arrived(stream)
        finally:
            self.come[path].set()

    async def count_wrong(self, hostway: HostwayEmail, calls: int, concurrency: int) -> int:
        """Return how many of the calls got the response to another one.

        Each round starts once the surplus of the previous one has arrived: bytes that come after a
        request was sent on their connection cannot be distinguished from its response.
        """
        wrong = 0

        async def ask(path: str) -> None:
            nonlocal wrong
            self.come[path] = anyio.Event()
            wrong += await hostway.request("GET", path) != {"path": path}

        for start in range(0, calls, concurrency):
            paths = [f"/{start + number}" for number in range(concurrency)]
            async with anyio.create_task_group() as tasks:
                for path in paths:
                    tasks.start_soon(ask, path)
            for path in paths:
                await self.come[path].wait()
        return wrong


@asynccontextmanager
async def attacked(
    adapter: Adapter, attack: Attack, tls: Certificate | None = None
) -> AsyncIterator[tuple[RawServer, HostwayEmail]]:
    """Open a client of an attacking server."""
    trusted = None if tls is None else tls.trusted()
    async with serving(None if tls is None else tls.of_server()) as server:
        server.default = attack
        async with adapter.client(
            server.url, ssl_context=trusted, retry=RetryPolicy.none()
        ) as hostway:
            yield server, hostway


MOMENTS = {"same segment": (None, 1), "1 ms, 8 at once": (0.001, 8), "5 ms": (0.005, 1)}
# Each kind at once, and one of them at each moment and with TLS; all combinations take a minute.
SOME = [
    *((kind, False, "same segment") for kind in KINDS),
    *(("a response", tls, moment) for tls in (False, True) for moment in MOMENTS),
]


@pytest.mark.parametrize(
    ("kind", "tls", "moment", "calls"),
    [
        *((*case, 8) for case in dict.fromkeys(SOME)),
        *(
            pytest.param(*case, 40, marks=pytest.mark.slow)
            for case in itertools.product(KINDS, (False, True), MOMENTS)
        ),
    ],
)
async def test_surplus(
    adapter: Adapter,
    certificate: Certificate,
    kind: str,
    tls: bool,
    moment: str,
    calls: int,
) -> None:
    """Bytes that arrive on an idle connection, or with a response, are never the next response.

    No call fails because of them either: its request had not been sent.
    """
    delay, concurrency = MOMENTS[moment]
    attack = Attack(KINDS[kind], delay)
    async with attacked(adapter, attack, certificate if tls else None) as (server, hostway):
        assert await attack.count_wrong(hostway, calls, concurrency) == 0

    assert len(server.requests) == server.connections == calls


@pytest.mark.parametrize("size", [65_536, 131_072, 262_144])
async def test_surplus_in_a_buffer(adapter: Adapter, size: int) -> None:
    """Surplus bytes in a buffer below the parser are detected as well."""
    attack = Attack(KINDS["a response"], None, size)
    async with attacked(adapter, attack) as (server, hostway):
        assert await attack.count_wrong(hostway, calls=24, concurrency=8) == 0

    assert server.connections == 24


async def test_end_of_tls(adapter: Adapter, certificate: Certificate) -> None:
    """A connection whose TLS, but not TCP, was ended by the server is not reused."""

    async def respond(request: RawRequest, stream: SocketStream) -> None:
        await stream.send(reply(200, {"path": request.line}))
        assert isinstance(stream, TLSStream)
        raw = stream.transport_stream
        tls = stream.extra(TLSAttribute.ssl_object)
        with pytest.raises(ssl.SSLWantReadError):
            tls.unwrap()
        await raw.send(stream._write_bio.read())
        ended.set()
        await raw.receive()

    ended = anyio.Event()
    async with serving(certificate.of_server()) as server:
        server.default = respond
        async with adapter.client(server.url, ssl_context=certificate.trusted()) as hostway:
            for number in (1, 2, 3):
                ended = anyio.Event()
                found = await hostway.request("POST", f"/{number}")
                assert found == {"path": f"POST /{number}"}
                await ended.wait()
    assert server.connections == 3


async def test_tickets_of_tls_are_no_surplus(adapter: Adapter, certificate: Certificate) -> None:
    """Session tickets of TLS are no surplus."""
    context = certificate.of_server()
    context.num_tickets = 20
    async with serving(context) as server:
        async with adapter.client(server.url, ssl_context=certificate.trusted()) as hostway:
            for _ in range(10):
                assert await hostway.request("GET", "/x") == {"list": []}
    assert server.connections == 1


async def test_server_that_speaks_first(ours: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes on a new connection before the request are no response to it.

    Nothing was sent on that connection, so even a create uses another one.
    """
    set_option = socket.socket.setsockopt

    waited: list[bool] = []
    spoken: list[bytes] = []

    def wait_for_the_server(sock: socket.socket, *option: int) -> None:
        # All libraries do this between connecting and sending.
        if option[:2] == (socket.IPPROTO_TCP, socket.TCP_NODELAY) and not waited:
            waited.append(bool(select.select([sock], [], [], 30)[0]))
        set_option(sock, *option)

    def serve(listener: socket.socket) -> None:
        with listener.accept()[0] as hasty:
            hasty.sendall(reply(200, WRONG))
            try:
                spoken.append(hasty.recv(1000))
            except ConnectionResetError:  # Closed with the response unread.
                spoken.append(b"")
        with listener.accept()[0] as patient:
            while b"{}" not in patient.recv(1000):
                pass
            patient.sendall(reply(200, {"path": "/x"}))

    monkeypatch.setattr(socket.socket, "setsockopt", wait_for_the_server)
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as threads:
        served = threads.submit(serve, listener)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with ours.client(url) as hostway:
            found = await hostway.request("POST", "/x", body={})
    served.result()

    assert waited == [True]
    assert (found, spoken) == ({"path": "/x"}, [b""])
