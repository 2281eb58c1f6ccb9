"""A received status decides the result, whatever follows it."""

from __future__ import annotations

from functools import partial

import pytest

from hostway_email import (
    ConflictError,
    HostwayEmail,
    HostwayEmailError,
    InvalidResponseError,
    NotFoundError,
    Outcome,
    RateLimitedError,
    RequestTimeoutError,
    RetryPolicy,
    ServerError,
    StatusError,
    TransportError,
    UnexpectedRedirectError,
)

from ..support.loops import Clock
from ..support.servers import RawServer, Reply, Then, reply
from .conftest import Adapter

pytestmark = pytest.mark.anyio

TIMEOUT = 30

CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"


def head(status: int, rest: str) -> bytes:
    return f"HTTP/1.1 {status} Something\r\n{rest}".encode()


NO_BODY = {
    "with a body": "Content-Length: 2\r\n\r\n{}",
    "with chunks": f"{CHUNKED}2\r\n{{}}\r\n0\r\n\r\n",
    "with an end of chunks": f"{CHUNKED}0\r\n\r\n",
    "with half a response": "Content-Length: 0\r\n\r\nHTTP/1.1 20",
}
CLOSED = "Connection: close\r\n"
BROKEN = {
    "cut short": "Content-Length: 99\r\n\r\n{",
    "cut before the body": "Content-Length: 99\r\n\r\n",
    "cut in a chunk": f"{CHUNKED}ff\r\n{{",
    "with a chunk that is none": f"{CHUNKED}canary\r\n",
    "with a longer chunk": f"{CHUNKED}2\r\n{{}}{{}}\r\n0\r\n\r\n",
    # These two end as they should: without the announcement the next call could meet the end.
    "that cannot be unpacked": f"{CLOSED}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{{}}",
    "packed in an unknown way": f"{CLOSED}Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{{}}",
    "of no known length": "Content-Length: 2\r\n\r\n{}canary",
}
DONE: dict[str, Reply] = {
    **{
        f"{status} {name}": head(status, rest)
        for status in (204, 205)
        for name, rest in NO_BODY.items()
    },
    **{f"204 {name}, and closes": Then(head(204, rest)) for name, rest in NO_BODY.items()},
    **{f"200 {name}": Then(head(200, rest)) for name, rest in BROKEN.items()},
    "103, 200 with a chunk that is none": Then(
        head(103, "Link: </x>\r\n\r\n") + head(200, BROKEN["with a chunk that is none"])
    ),
    "200 that never ends": Then(head(200, BROKEN["cut short"]), "hold"),
}
REFUSED = {
    404: NotFoundError,
    409: ConflictError,
    429: RateLimitedError,
    500: ServerError,
    302: UnexpectedRedirectError,
}


async def change(hostway: HostwayEmail, method: str) -> None:
    """Send a write whose operation ignores the body of its success."""
    domain = hostway.account("a").domain("example.com")
    match method:
        case "PUT":
            await domain.infostore.update(quota_mb=5)
        case "DELETE":
            await domain.contacts.delete("ana")
        case _:
            await domain.username("ana").forwards.create(["ben@example.com"])


@pytest.fixture(autouse=True)
def _timeouts_expire(server: RawServer, clock: Clock) -> None:
    """Let the timeout expire once a response that never ends has stopped."""
    server.when_stuck = partial(clock.jump, TIMEOUT)


@pytest.mark.parametrize("case", DONE)
async def test_success_of_a_write(adapter: Adapter, server: RawServer, case: str) -> None:
    """A successful write is a success, sent once; its connection is not reused."""
    async with adapter.client(server.url, timeout=TIMEOUT) as hostway:
        for method in ("PUT", "DELETE", "POST"):
            server.replies = [DONE[case]]
            server.requests.clear()
            await change(hostway, method)
            assert [line.split(" ")[0] for line in server.lines] == [method]

            assert await hostway.request("GET", "/next") == {"list": []}


@pytest.mark.parametrize("name", BROKEN)
async def test_error_status(adapter: Adapter, server: RawServer, name: str) -> None:
    """An error status decides the error, whatever comes after it."""
    async with adapter.client(server.url, retry=RetryPolicy.none()) as hostway:
        for status, refusal in REFUSED.items():
            server.default = Then(head(status, BROKEN[name]))
            for method in ("PUT", "POST"):
                with pytest.raises(refusal) as caught:
                    await change(hostway, method)
                assert caught.value.status == status
            with pytest.raises(refusal):
                await hostway.request("GET", "/x")
    assert len(server.requests) == 3 * len(REFUSED)


@pytest.mark.parametrize("status", [404, 503])
async def test_error_body_that_never_ends(adapter: Adapter, server: RawServer, status: int) -> None:
    """An error whose body does not arrive in time is still that error."""
    server.default = Then(head(status, BROKEN["cut short"]), "hold")
    async with adapter.client(server.url, timeout=TIMEOUT, retry=RetryPolicy.none()) as hostway:
        with pytest.raises(StatusError) as caught:
            await hostway.request("GET", "/x")
    assert caught.value.status == status


@pytest.mark.parametrize(
    "case", [case for case in DONE if case.startswith("200") and "known length" not in case]
)
async def test_write_with_an_unreadable_response(
    adapter: Adapter, server: RawServer, case: str
) -> None:
    """A write with a broken response is not retried: it took effect."""
    error = RequestTimeoutError if case.endswith("never ends") else InvalidResponseError
    async with adapter.client(server.url, timeout=TIMEOUT) as hostway:
        for method in ("PUT", "POST"):
            server.replies = [DONE[case]]
            server.requests.clear()
            with pytest.raises(error) as caught:
                await hostway.request(method, "/x", body={"a": 1})  # type: ignore[arg-type]

            assert caught.value.outcome is Outcome.UNKNOWN
            assert len(server.requests) == caught.value.attempts == 1


async def test_read_with_a_truncated_response(adapter: Adapter, server: RawServer) -> None:
    """A read is retried, and its last error has the status."""
    server.replies = [DONE["200 cut short"], reply(200, {"a": 1})]
    async with adapter.client(server.url) as hostway:
        assert await hostway.request("GET", "/x") == {"a": 1}

        server.default = DONE["200 cut short"]
        hasty = hostway.with_options(retry=RetryPolicy.none())
        with pytest.raises(TransportError, match="HTTP 200") as caught:
            await hasty.request("GET", "/x")
    assert isinstance(caught.value, HostwayEmailError)
    assert len(server.requests) == 3
