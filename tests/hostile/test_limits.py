"""Limits on time and connections, on real sockets."""

from __future__ import annotations

from functools import partial

import anyio
import pytest
from anyio.abc import SocketStream

from hostway_email import ConnectError, HostwayEmail, RequestTimeoutError, RetryPolicy

from ..support.connections import Connections
from ..support.loops import Clock, settle
from ..support.servers import RawRequest, RawServer, Then, reply
from ..support.waiting import HANGS, until

pytestmark = pytest.mark.anyio

WHERE = "/accounts/account007/email/example.com"


@pytest.mark.parametrize("timeout", [0.1, 20.0])
async def test_timeout_holds_for_a_whole_attempt(
    server: RawServer, clock: Clock, timeout: float
) -> None:
    """A trickling body ends when `timeout` has passed, whatever each read takes."""
    bytes_sent = 0

    async def drop_by_drop(request: RawRequest, stream: SocketStream) -> None:
        """Send a byte at a time, each well within any read timeout."""
        nonlocal bytes_sent
        await stream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in range(100):
            await stream.send(b" ")
            bytes_sent += 1
            await settle()
            clock.jump(0.4 * timeout)

    server.default = drop_by_drop
    async with HostwayEmail(
        base_url=server.url, timeout=timeout, retry=RetryPolicy.none()
    ) as hostway:
        started = anyio.current_time()
        with pytest.raises(RequestTimeoutError, match=f"timed out after {timeout:g} s"):
            await hostway.request("GET", WHERE)

        assert anyio.current_time() - started >= timeout
        await until(lambda: not server.open)
    assert bytes_sent < 100


async def test_deadline_holds_for_all_attempts(server: RawServer, clock: Clock) -> None:
    """The deadline ends all attempts, including the current one."""
    server.default = Then(b"", "hold")
    server.when_stuck = partial(clock.jump, 60)
    policy = RetryPolicy(attempts=100, base_delay=0, deadline=150)
    async with HostwayEmail(base_url=server.url, timeout=60, retry=policy) as hostway:
        with anyio.fail_after(HANGS), pytest.raises(RequestTimeoutError) as caught:
            await hostway.request("GET", WHERE)

    assert caught.value.attempts == len(server.requests) == 3


async def test_all_attempts_time_out(server: RawServer, clock: Clock) -> None:
    """Each attempt has the full timeout, on its own connection."""
    begun = Then(reply(200, b" ", length=100), "hold")
    server.replies = [Then(b"", "hold"), begun, reply(200, {"a": 1})]
    server.when_stuck = partial(clock.jump, 20)
    async with HostwayEmail(
        base_url=server.url, timeout=20, retry=RetryPolicy(base_delay=0)
    ) as hostway:
        assert await hostway.request("GET", WHERE) == {"a": 1}

    assert [request.connection for request in server.requests] == [1, 2, 3]


@pytest.mark.parametrize("calls", [1_000, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("loop", ["asyncio"], indirect=True)
async def test_ten_thousand_calls_at_once(
    server: RawServer, clock: Clock, connections: Connections, calls: int
) -> None:
    """They wait for a slot as long as it takes, and use no more than 32 connections."""
    asked = ended = 0

    async def now_and_then_slow(request: RawRequest, stream: SocketStream) -> None:
        nonlocal asked
        asked += 1
        if asked % (calls // 10) == 0:
            clock.jump(60)
        await stream.send(reply(200, {}))

    async def call() -> None:
        nonlocal ended
        await hostway.request("GET", WHERE)
        ended += 1

    server.default = now_and_then_slow
    # All of them take much longer than the timeout of one: the time in the queue must not count.
    async with HostwayEmail(
        base_url=server.url,
        timeout=500,
        max_concurrency=32,
        retry=RetryPolicy(attempts=1, deadline=500),
    ) as hostway:
        started = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            for _ in range(calls):
                tasks.start_soon(call)
        assert anyio.current_time() - started > 500

    assert ended == calls
    assert server.connections == connections.most == 32


async def test_refused_connection() -> None:
    """A refused connection is an error at once, and every method may be retried."""
    async with anyio.create_task_group():
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
        port = listener.extra(anyio.abc.SocketAttribute.local_port)
        await listener.aclose()
    async with HostwayEmail(
        base_url=f"http://127.0.0.1:{port}", retry=RetryPolicy(attempts=3, base_delay=0)
    ) as hostway:
        for method in ("GET", "POST", "PUT", "DELETE"):
            with anyio.fail_after(HANGS), pytest.raises(ConnectError) as caught:
                await hostway.request(method, WHERE)  # type: ignore[arg-type] # the method is a variable
            assert caught.value.attempts == 3
