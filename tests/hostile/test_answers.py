"""Every bad answer ends in the documented error or success, and the client goes on working."""

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
    """Return a client of the server that waits for nothing but its own timeout."""
    settings: dict[str, object] = {
        "timeout": TIMEOUT,
        "retry": RetryPolicy(attempts=2, base_delay=0),
        "max_response_bytes": MAX_BYTES,
        "max_concurrency": 2,
        **options,
    }
    return HostwayEmail("admin", "s3cret-Pass", base_url=server.url, **settings)  # type: ignore[arg-type]


def prepare(server: RawServer, bad: Bad, clock: Clock) -> None:
    """Keep the bad answer for one call; one that never ends lets the timeout run out."""
    server.answers_to[BAD_ONE] = [bad.answer]
    server.default = GOOD
    if bad.ends is RequestTimeoutError:
        server.when_stuck = partial(clock.jump, TIMEOUT)


async def expect(bad: Bad, hostway: HostwayEmail) -> None:
    """Read once, and see the one answer end as it should."""
    domain = hostway.account("account007").domain("bad.example")
    if isinstance(bad.ends, int):
        assert (await domain.get()).quota_mb == bad.ends
        return
    with pytest.raises(bad.ends, match=bad.text or None) as caught:
        await domain.get()
    assert caught.value.attempts == 1  # type: ignore[attr-defined]
    shown = f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
    assert "canary" not in shown
    assert "s3cret" not in shown


async def error_of(call: Awaitable[object]) -> Any:
    """Return the error of a call, if it is one of ours; None for a success."""
    try:
        await call
    except HostwayEmailError as error:
        return error


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


@pytest.mark.parametrize("name", [name for name, bad in BAD.items() if bad.ends is TransportError])
async def test_read_is_repeated(server: RawServer, name: str) -> None:
    """A read whose connection broke is asked again, on another connection."""
    server.answers = [BAD[name].answer, GOOD]
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
async def test_redirects_in_a_circle(server: RawServer, status: int, locations: list[str]) -> None:
    """However a circle is drawn, it is left after three steps."""
    server.answers = [reply(status, b"", {"Location": one}) for one in locations * 10]
    async with client_of(server) as hostway:
        with anyio.fail_after(HANGS), pytest.raises(UnexpectedRedirectError):
            await hostway.request("GET", WHERE)
        assert len(server.requests) == 4

        server.answers = []
        assert await hostway.request("GET", WHERE) == {"list": []}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
async def test_kept_connections_are_closed_under_us(server: RawServer, method: str) -> None:
    """A connection that the server closed while it was idle costs no call anything."""
    server.answers = [Then(reply(200, {})) for _ in range(4)]
    async with client_of(server, retry=RetryPolicy.none()) as hostway:
        for _ in range(4):
            await hostway.request(method, WHERE)  # type: ignore[call-overload]
            await until(lambda: not server.open)
            await settle()
        await hostway.request(method, WHERE)  # type: ignore[call-overload]

    assert [request.connection for request in server.requests] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("how", ["closed", "reset"])
async def test_kept_connection_is_closed_at_the_wrong_moment(server: RawServer, how: str) -> None:
    """One that breaks just as it is used again is repeated where that is safe, and only there."""
    broken = Then(b"") if how == "closed" else reset(b"")
    server.answers = [reply(200, {}), broken, reply(200, {"again": 1}), broken]
    async with client_of(server) as hostway:
        with anyio.fail_after(HANGS):
            await hostway.request("GET", WHERE)
            assert await hostway.request("GET", WHERE) == {"again": 1}
            with pytest.raises(TransportError) as caught:
                await hostway.request("POST", WHERE, body={})

    assert caught.value.outcome is Outcome.UNKNOWN
    assert [request.connection for request in server.requests] == [1, 1, 2, 2]


async def test_many_bad_answers_at_once(
    server: RawServer, clock: Clock, connections: Connections
) -> None:
    """All of them together, on one client: each call ends, and no connection stays behind."""
    server.answers = [bad.answer for bad in BAD.values()]
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
        server.answers = []
        assert await hostway.request("GET", WHERE) == {"list": []}
        await settle()
        assert connections.open <= 16

    assert len(ends) == len(BAD)
    assert connections.most <= 2 * 16  # some may be open while they are being closed
