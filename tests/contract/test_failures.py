"""Failed requests: the error, whether the request was sent, and no second attempt."""

from __future__ import annotations

import socket
import struct
import traceback
from functools import partial
from typing import Any

import anyio
import pytest
from anyio.abc import SocketAttribute, SocketStream

from hostway_email import (
    ConnectError,
    Outcome,
    RequestTimeoutError,
    RetryPolicy,
    Transport,
    TransportError,
)

from ..support.loops import Clock
from ..support.servers import RawRequest, RawServer, Then, reply
from ..support.waiting import HANGS
from .conftest import PASSWORD, Adapter, ask, until

pytestmark = pytest.mark.anyio

TIMEOUT = 20
METHODS = ["GET", "POST", "PUT", "DELETE"]
SIGN_ON = "https://login.example/?token=sign-on-secret"


async def reset(request: RawRequest, stream: SocketStream) -> None:
    """Reset the connection, as a crashed server does."""
    raw = stream.extra(SocketAttribute.raw_socket)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    await stream.aclose()


BROKEN: dict[str, Any] = {
    "closed without a response": Then(b""),
    "reset": reset,
    "closed in the head": Then(f"HTTP/1.1 200 OK\r\nLocation: {SIGN_ON}\r\nX: ".encode()),
    "closed in the body": Then(reply(200, b"abc", {"Location": SIGN_ON}, length=100)),
    "not HTTP": Then(f"+OK POP3 {SIGN_ON} ready\r\n\r\n".encode()),
    "bad header": Then(f"HTTP/1.1 200 OK\r\n: {SIGN_ON}\x00\r\n\r\n".encode()),
}


@pytest.mark.parametrize("kept", [False, True], ids=["new", "kept"])
@pytest.mark.parametrize("case", BROKEN)
async def test_broken_connection(
    adapter: Adapter, server: RawServer, case: str, kept: bool
) -> None:
    """A request on a broken connection was sent once, and is never sent again by a transport.

    This includes kept connections, on which some libraries retry by themselves.
    """
    for method in METHODS:
        server.requests.clear()
        async with adapter.open(server.url) as transport:
            if kept:
                await transport.send(ask(server, path="/before"))
            server.replies = [BROKEN[case]]
            request = ask(server, method, content=b"{}" if method in ("POST", "PUT") else b"")

            with pytest.raises(TransportError) as caught:
                await transport.send(request)

            assert not isinstance(caught.value, (ConnectError, RequestTimeoutError))
            assert request.sent
            assert server.lines[kept:] == [f"{method} /x"]
            assert (await transport.send(ask(server))).status == 200
        broken, following = server.requests[-2:]
        assert following.connection == broken.connection + 1


@pytest.mark.parametrize("case", BROKEN)
async def test_errors_hold_no_secrets(transport: Transport, server: RawServer, case: str) -> None:
    """Neither the credentials of the request nor the response headers are in an error."""
    server.replies = [BROKEN[case]]

    with pytest.raises(TransportError) as caught:
        await transport.send(ask(server))

    shown = "".join(traceback.format_exception(caught.value))
    held = [caught.value, *chain(caught.value)]
    for text in [shown, *(repr(vars(one)) + repr(one.args) for one in held)]:
        assert PASSWORD not in text
        assert "sign-on-secret" not in text


def chain(error: BaseException) -> list[BaseException]:
    """Return all causes and contexts of an error."""
    found: list[BaseException] = []
    for one in (error.__cause__, error.__context__):
        if one is not None and one not in found:
            found += [one, *chain(one)]
    return found


async def test_refused_connection(adapter: Adapter) -> None:
    """Nothing was sent, so every request may be retried."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        async with adapter.open(url) as transport:
            request = ask(RawServer(taken.getsockname()[1]), "POST", content=b"{}")
            with pytest.raises(ConnectError) as caught:
                await transport.send(request)

    assert not request.sent
    assert isinstance(caught.value, ConnectionError)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


async def test_unknown_host(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that does not resolve is a failed connection."""

    def nowhere(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    server = RawServer(80)
    server.url = "http://nowhere.test"
    request = ask(server, "POST")

    async with adapter.open(server.url) as transport:
        with pytest.raises(ConnectError):
            await transport.send(request)

    assert not request.sent


async def test_outcome_of_a_write(adapter: Adapter, server: RawServer) -> None:
    """A write that was sent may have taken effect; one without a connection has not."""
    server.default = Then(b"")
    async with adapter.client(server.url) as hostway:
        with pytest.raises(TransportError) as broken:
            await hostway.request("POST", "/x", body={"a": 1})
    async with adapter.client("http://127.0.0.1:1") as hostway:
        with pytest.raises(ConnectError) as refused:
            await hostway.request("POST", "/x", body={"a": 1})

    assert broken.value.outcome is Outcome.UNKNOWN
    assert len(server.requests) == broken.value.attempts == 1
    assert refused.value.outcome is Outcome.NOT_APPLIED
    assert refused.value.attempts > 1


async def test_timeout_while_waiting_for_a_response(
    adapter: Adapter, server: RawServer, clock: Clock
) -> None:
    """A timeout closes the connection, and the next call uses another one."""
    server.replies = [reply(200), Then(b"", "hold"), Then(reply(200, b"ab", length=9), "hold")]
    server.when_stuck = partial(clock.jump, TIMEOUT)
    async with adapter.client(server.url, timeout=TIMEOUT) as hostway:
        await hostway.request("GET", "/x")
        outcomes = []
        for _ in range(2):
            with anyio.fail_after(HANGS), pytest.raises(RequestTimeoutError) as caught:
                await hostway.request("POST", "/x")
            outcomes.append(caught.value.outcome)
        assert await hostway.request("GET", "/x") == {"list": []}

    assert outcomes == [Outcome.UNKNOWN, Outcome.UNKNOWN]
    assert [one.connection for one in server.requests] == [1, 1, 2, 3]


async def test_timeout_before_anything_was_sent(
    ours: Adapter, server: RawServer, clock: Clock
) -> None:
    """Before the connection is made nothing was sent: here the TLS handshake hangs.

    The incomplete connection is closed.
    """
    url = server.url.replace("http://", "https://")

    server.when_stuck = partial(clock.jump, TIMEOUT)
    policy = RetryPolicy(attempts=2, base_delay=0)
    async with ours.client(url, timeout=TIMEOUT, retry=policy) as hostway:
        with anyio.fail_after(HANGS), pytest.raises(RequestTimeoutError) as caught:
            await hostway.request("POST", "/x", body={"a": 1})
        await until(lambda: server.open == 0)

    assert caught.value.outcome is Outcome.NOT_APPLIED
    assert server.connections == caught.value.attempts == 2


async def test_cancelled_request(adapter: Adapter, server: RawServer) -> None:
    """The connection of a cancelled request is never reused."""
    server.replies = [
        reply(200, b"warm"),
        Then(b"", "hold"),
        Then(reply(200, b"a", length=2), "hold"),
    ]
    async with adapter.open(server.url) as transport:
        await transport.send(ask(server))
        for wanted in (2, 3):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(transport.send, ask(server))
                await until(lambda wanted=wanted: len(server.requests) == wanted)
                tasks.cancel_scope.cancel()
        response = await transport.send(ask(server))

        assert response.content == b'{"list": []}'
        last = server.requests[-1].connection
        assert last == 3
        assert last not in [one.connection for one in server.requests[:-1]]


async def test_requests_cancelled_at_random(adapter: Adapter, server: RawServer) -> None:
    """The response to a cancelled request is never returned for another one."""

    async def slow(request: RawRequest, stream: SocketStream) -> None:
        await anyio.sleep(0.003)
        await stream.send(reply(200, request.line.encode()))

    server.default = slow
    async with adapter.open(server.url) as transport:

        async def one(number: int) -> None:
            with anyio.move_on_after(0.0007 * (number % 10)):
                await transport.send(ask(server, path=f"/cancelled/{number}"))
            response = await transport.send(ask(server, path=f"/whole/{number}"))
            assert response.content == f"GET /whole/{number}".encode()

        async with anyio.create_task_group() as tasks:
            for number in range(30):
                tasks.start_soon(one, number)
