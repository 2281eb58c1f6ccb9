"""Bad responses: each ends in the documented error or success, and the client still works."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any

import anyio
import pytest

from hostway_email import (
    HostwayEmail,
    HostwayEmailError,
    Outcome,
    RequestTimeoutError,
    RetryPolicy,
    TransportError,
    UnexpectedRedirectError,
)

from ..support.bad_responses import BAD, MAX_BYTES, Bad, reset
from ..support.connections import Connections
from ..support.loops import Clock, settle
from ..support.servers import RawServer, Then, reply
from ..support.waiting import HANGS, until

pytestmark = pytest.mark.anyio

WHERE = "/accounts/account007/email/example.com"
BAD_ONE = "/accounts/account007/email/bad.example"
GOOD = reply(200, {"quota": 5})
TIMEOUT = 20


def client_of(server: RawServer, **options: object) -> HostwayEmail:
    """Return a client of the server whose only wait is its timeout."""
    settings: dict[str, object] = {
        "timeout": TIMEOUT,
        "retry": RetryPolicy(attempts=2, base_delay=0),
        "max_response_bytes": MAX_BYTES,
        "max_concurrency": 2,
        **options,
    }
    return HostwayEmail("admin", "s3cret-Pass", base_url=server.url, **settings)  # type: ignore[arg-type] # options of any type


def prepare(server: RawServer, bad: Bad, clock: Clock) -> None:
    """Set the bad response for one call; if it never ends, let the timeout expire."""
    server.replies_to[BAD_ONE] = [bad.reply]
    server.default = GOOD
    if bad.result is RequestTimeoutError:
        server.when_stuck = partial(clock.jump, TIMEOUT)


async def expect(bad: Bad, hostway: HostwayEmail) -> None:
    """Read once, and assert the documented result of the response."""
    domain = hostway.account("account007").domain("bad.example")
    if isinstance(bad.result, int):
        assert (await domain.get()).quota_mb == bad.result
        return
    with pytest.raises(bad.result, match=bad.text or None) as caught:
        await domain.get()
    assert caught.value.attempts == 1  # type: ignore[attr-defined] # an attribute of API errors
    shown = f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
    assert "canary" not in shown
    assert "s3cret" not in shown


async def error_of(call: Awaitable[object]) -> Any:
    """Return the error of a call, if it is one of this package; None for a success."""
    try:
        await call
    except HostwayEmailError as error:
        return error


# On trio the responses are read by the same code.
series = pytest.mark.parametrize(
    "loop", ["asyncio", pytest.param("trio", marks=pytest.mark.slow)], indirect=True
)


@series
@pytest.mark.parametrize("name", BAD)
async def test_read(server: RawServer, clock: Clock, name: str) -> None:
    """A read ends as documented, in bounded time, and the next one on the same client works."""
    bad = BAD[name]
    prepare(server, bad, clock)
    with anyio.fail_after(HANGS):
        async with client_of(server) as hostway:
            await expect(bad, hostway.with_options(retry=RetryPolicy.none()))

            domain = hostway.account("account007").domain("example.com")
            assert (await domain.get()).quota_mb == 5
            assert (await domain.get()).quota_mb == 5

    used = [request.connection for request in server.requests]
    assert used == ([1, 1, 1] if bad.reused else [1, 2, 2])


@series
@pytest.mark.parametrize("name", BAD)
async def test_create(server: RawServer, clock: Clock, name: str) -> None:
    """A POST that may have reached the API is sent once, and its error says so."""
    bad = BAD[name]
    prepare(server, bad, clock)
    with anyio.fail_after(HANGS):
        async with client_of(server) as hostway:
            error = await error_of(hostway.request("POST", BAD_ONE, body={"a": 1}))
            if error is not None:
                refused = 400 <= getattr(error, "status", 0) < 500
                assert error.outcome is (Outcome.NOT_APPLIED if refused else Outcome.UNKNOWN)
            assert len(server.requests) == 1

            assert await hostway.request("POST", WHERE, body={"a": 2}) == {"quota": 5}
    assert [request.body for request in server.requests] == [b'{"a":1}', b'{"a":2}']


@pytest.mark.parametrize(
    "name", [name for name, bad in BAD.items() if bad.result is TransportError]
)
async def test_read_is_retried(server: RawServer, name: str) -> None:
    """A read whose connection broke is retried on another connection."""
    server.replies = [BAD[name].reply, GOOD]
    with anyio.fail_after(HANGS):
        async with client_of(server) as hostway:
            assert await hostway.request("GET", WHERE) == {"quota": 5}
    assert [request.connection for request in server.requests] == [1, 2]


@pytest.mark.parametrize(
    ("status", "locations"),
    [
        (302, [WHERE]),
        (301, ["/a", "/b"]),
        (307, ["/a", "/a/../b", "?a=1", "?a=2"]),
        (308, ["./x", "./x/y", "../z"]),
    ],
)
async def test_redirect_loop(server: RawServer, status: int, locations: list[str]) -> None:
    """Any redirect loop ends after three steps."""
    server.replies = [reply(status, b"", {"Location": one}) for one in locations * 10]
    async with client_of(server) as hostway:
        with anyio.fail_after(HANGS), pytest.raises(UnexpectedRedirectError):
            await hostway.request("GET", WHERE)
        assert len(server.requests) == 4

        server.replies = []
        assert await hostway.request("GET", WHERE) == {"list": []}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_idle_connections_closed_by_the_server(server: RawServer, method: str) -> None:
    """A connection that the server closed while idle fails no call."""
    server.replies = [Then(reply(200, {})) for _ in range(4)]
    async with client_of(server, retry=RetryPolicy.none()) as hostway:
        for _ in range(4):
            await hostway.request(method, WHERE)  # type: ignore[call-overload] # the method is a variable
            await until(lambda: not server.open)
            await settle()
        await hostway.request(method, WHERE)  # type: ignore[call-overload] # the method is a variable

    assert [request.connection for request in server.requests] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("how", ["closed", "reset"])
async def test_connection_closed_during_reuse(server: RawServer, how: str) -> None:
    """A request on a connection that breaks on reuse is retried only if that is safe."""
    broken = Then(b"") if how == "closed" else reset(b"")
    server.replies = [reply(200, {}), broken, reply(200, {"again": 1}), broken]
    async with client_of(server) as hostway:
        with anyio.fail_after(HANGS):
            await hostway.request("GET", WHERE)
            assert await hostway.request("GET", WHERE) == {"again": 1}
            with pytest.raises(TransportError) as caught:
                await hostway.request("POST", WHERE, body={})

    assert caught.value.outcome is Outcome.UNKNOWN
    assert [request.connection for request in server.requests] == [1, 1, 2, 2]


async def test_many_bad_responses_at_once(
    server: RawServer, clock: Clock, connections: Connections
) -> None:
    """All of them on one client: each call ends, and no connection is left."""
    server.replies = [bad.reply for bad in BAD.values()]
    server.when_stuck = partial(clock.jump, TIMEOUT)
    ends: list[bool] = []
    async with client_of(server, max_concurrency=16, retry=RetryPolicy.none()) as hostway:

        async def read() -> None:
            try:
                await hostway.request("GET", WHERE)
                ends.append(True)
            except HostwayEmailError:
                ends.append(False)

        async with anyio.create_task_group() as tasks:
            for _ in BAD:
                tasks.start_soon(read)
        server.replies = []
        assert await hostway.request("GET", WHERE) == {"list": []}
        await settle()
        assert connections.open <= 16

    assert len(ends) == len(BAD)
    assert connections.most <= 2 * 16  # some may be open while they are being closed
