"""Fault injection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import anyio
import httpx
import pytest

from hostway_email.sandbox import ConnectionDroppedError, Faults, Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

STATS = "usernames/ana/mailbox/messagestats"


async def statuses(send: Send, path: str, times: int) -> list[int]:
    return [(await send("GET", path)).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ("no_connection", "Unable to get message count. No IMAP connection"),
        ("search_failed", "Unable to get message count. IMAP search operation failed."),
        ("folder_selection_failed", "Unable to get message count. IMAP folder selection failed."),
    ],
)
async def test_imap_causes(
    send: Send,
    sandbox: Sandbox,
    cause: Literal["no_connection", "search_failed", "folder_selection_failed"],
    text: str,
) -> None:
    """Each documented cause has its own message, and only message statistics fail."""
    sandbox.faults.imap_failure_rate = 1
    sandbox.faults.imap_cause = cause

    for kind in ("ana/mailbox", "eva/exchange"):
        response = await send("GET", f"usernames/{kind}/messagestats")
        assert response.status_code == 502
        assert response.json() == {"message": text}
    assert (await send("GET", "usernames/ana/mailbox")).status_code == 200


async def test_first_statistics_fail(send: Send, sandbox: Sandbox) -> None:
    """The first N requests for message statistics fail, regardless of other requests."""
    sandbox.faults.imap_fail_first = 2

    assert await statuses(send, STATS, 1) == [502]
    assert await statuses(send, "infostore", 1) == [200]
    assert await statuses(send, STATS, 3) == [502, 200, 200]


async def test_random_faults_are_reproducible() -> None:
    """Sandboxes with the same seed fail at the same requests, others at different ones."""

    async def run(seed: int) -> list[int]:
        sandbox = Sandbox(0, seed, faults=Faults(imap_failure_rate=0.5))
        sandbox.add_mailbox("ana")
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, auth=("admin", "sandbox")) as client:
            url = f"https://api.test/accounts/account007/email/example.com/{STATS}"
            return [(await client.get(url)).status_code for _ in range(40)]

    first = await run(7)

    assert set(first) == {200, 502}
    assert await run(7) == first
    assert await run(8) != first


async def test_faults_do_not_depend_on_the_domain() -> None:
    """The same requests fail for any number of generated mailboxes."""

    async def run(mailboxes: int) -> list[int]:
        sandbox = Sandbox(mailboxes, faults=Faults(imap_failure_rate=0.5))
        sandbox.add_mailbox("zz-top")
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, auth=("admin", "sandbox")) as client:
            path = "/accounts/account007/email/example.com/usernames/zz-top/mailbox/messagestats"
            return [(await client.get(f"https://api.test{path}")).status_code for _ in range(30)]

    assert await run(0) == await run(50)


async def test_rate_limit(send: Send, sandbox: Sandbox) -> None:
    """The next N requests get a 429 without effect, with `Retry-After` if set."""
    sandbox.faults.rate_limit_next = 2
    sandbox.faults.retry_after = "Wed, 21 Oct 2026 07:28:00 GMT"

    refused = await send("DELETE", "usernames/ana/mailbox")

    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    sandbox.faults.retry_after = None
    assert "retry-after" not in (await send("GET", "")).headers
    assert await statuses(send, "usernames/ana/mailbox", 1) == [200]


async def test_random_rate_limit(send: Send, sandbox: Sandbox) -> None:
    """A share of the requests gets a 429."""
    sandbox.faults.rate_limit_rate = 0.5

    assert set(await statuses(send, "", 30)) == {200, 429}


async def test_latency(send: Send, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each API request is delayed, without blocking the event loop."""
    slept: list[float] = []

    async def sleep(delay: float) -> None:
        slept.append(delay)

    monkeypatch.setattr(anyio, "sleep", sleep)
    sandbox.faults.latency_ms = 250

    await send("GET", "")
    await send("GET", "/_sandbox")

    assert slept == [0.25]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_dropped_connections(send: Send, sandbox: Sandbox, method: str) -> None:
    """The connection is dropped in the middle of the response, after the operation took effect."""
    sandbox.faults.drop_rate = 1

    with pytest.raises(ConnectionDroppedError):
        await send(method, "usernames/ana/mailbox")

    sandbox.faults.drop_rate = 0
    left = await statuses(send, "usernames/ana/mailbox", 1)
    assert left == ([404] if method == "DELETE" else [200])


async def test_drop_sends_half_a_response(sandbox: Sandbox) -> None:
    """The headers and the first half of the body are sent before the connection is dropped."""
    sandbox.faults.drop_rate = 1
    sandbox.faults.check_credentials = False
    events: list[dict[str, object]] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/email/secretQuestionSettings",
        "raw_path": b"/email/secretQuestionSettings",
        "query_string": b"",
        "headers": [],
        "root_path": "",
    }

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    async def send(event: object) -> None:
        assert isinstance(event, dict)
        events.append(event)

    with pytest.raises(ConnectionDroppedError):
        await sandbox.app(scope, receive, send)

    start, half = events
    assert start["status"] == 200
    assert isinstance(start["headers"], list)
    assert isinstance(half["body"], bytes)
    assert int(dict(start["headers"])[b"content-length"]) > len(half["body"]) > 0
    assert half["more_body"] is True


async def test_internal_hosts(send: Send, sandbox: Sandbox) -> None:
    """Links can contain an internal host, as an example in the manual does."""
    sandbox.faults.internal_hosts = True
    inside = "http://coreapi01.ote.chicago.hostway:8095/accounts/account007/email/example.com"

    response = await send("GET", "usernames/ana/autoresponder")

    assert response.json()["links"][0]["href"] == f"{inside}/usernames/ana/autoresponder"
    paged = await send("GET", "usernames?page=1&pageSize=2")
    assert paged.json()["links"][1]["href"] == f"{inside}/usernames?page=2&pageSize=2"
