"""Limits on time and connections, on real sockets."""

from __future__ import annotations

import time

import anyio
import pytest
from anyio.abc import SocketStream

from hostway_email import ConnectError, HostwayEmail, RequestTimeoutError, RetryPolicy

from ..servers import RawRequest, RawServer, Then, reply

pytestmark = pytest.mark.anyio

WHERE = "/accounts/account007/email/example.com"


async def drop_by_drop(request: RawRequest, stream: SocketStream) -> None:
    """Send a byte a while, each well within any timeout for one read."""
    await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    for _ in range(100):
        await stream.send(b" ")
        await anyio.sleep(0.05)


@pytest.mark.parametrize("timeout", [0.1, 0.3])
async def test_timeout_holds_for_a_whole_attempt(server: RawServer, timeout: float) -> None:
    """A body that trickles is cut off when `timeout` has run out, whatever each read takes."""
    server.answers = [drop_by_drop]
    async with HostwayEmail(
        base_url=server.url, timeout=timeout, retry=RetryPolicy.none()
    ) as hostway:
        started = time.monotonic()
        with pytest.raises(RequestTimeoutError, match=f"within {timeout:g} s"):
            await hostway.request("GET", WHERE)

        assert timeout <= time.monotonic() - started < timeout + 1.5


async def test_deadline_holds_for_all_attempts(server: RawServer) -> None:
    """However many attempts there are, the deadline ends them, the one under way included."""
    server.default = Then(b"", "hold")
    policy = RetryPolicy(attempts=100, base_delay=0, deadline=0.4)
    async with HostwayEmail(base_url=server.url, timeout=0.1, retry=policy) as hostway:
        with anyio.fail_after(3), pytest.raises(RequestTimeoutError) as caught:
            await hostway.request("GET", WHERE)

    assert 2 <= caught.value.attempts <= 5


async def test_all_attempts_are_too_late(server: RawServer) -> None:
    """Each attempt has the whole timeout, each on a connection of its own."""
    server.answers = [Then(b"", "hold"), drop_by_drop, reply(200, {"a": 1})]
    async with HostwayEmail(
        base_url=server.url, timeout=0.3, retry=RetryPolicy(base_delay=0)
    ) as hostway:
        assert await hostway.request("GET", WHERE) == {"a": 1}

    assert [request.connection for request in server.requests] == [1, 2, 3]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_ten_thousand_calls_at_once(server: RawServer) -> None:
    """They wait for their turn as long as it takes, and on no more than 32 connections."""
    server.default = reply(200, {})
    ended = 0

    async def call() -> None:
        nonlocal ended
        await hostway.request("GET", WHERE)
        ended += 1

    # All of them take much longer than one may: the time in the queue must not count.
    async with HostwayEmail(
        base_url=server.url, timeout=1.5, max_concurrency=32, retry=RetryPolicy.none()
    ) as hostway:
        started = time.monotonic()
        async with anyio.create_task_group() as tasks:
            for _ in range(10_000):
                tasks.start_soon(call)
        taken = time.monotonic() - started

    assert ended == 10_000
    assert taken > 1.5
    assert server.connections == server.most_open == 32


async def test_nothing_listens() -> None:
    """Where nobody is, that is told at once, and every verb may be repeated."""
    async with anyio.create_task_group():
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        await listener.aclose()
    async with HostwayEmail(
        base_url=f"http://127.0.0.1:{port}", retry=RetryPolicy(attempts=3, base_delay=0)
    ) as hostway:
        for method in ("GET", "POST", "PUT", "DELETE"):
            with anyio.fail_after(5), pytest.raises(ConnectError) as caught:
                await hostway.request(method, WHERE)  # type: ignore[arg-type]
            assert caught.value.attempts == 3
