"""Fault injection: switches, scripted responses and counters."""

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


async def test_scripted_response_replaces_the_operation(send: Send, sandbox: Sandbox) -> None:
    """A scripted failure has no effect, is used up, and applies to matching requests only."""
    sandbox.fail_next("DELETE", "/ana/mailbox", status=503, times=2, headers={"Retry-After": "3"})

    assert (await send("GET", "usernames/ana/mailbox")).status_code == 200
    first = await send("DELETE", "usernames/ana/mailbox")
    second = await send("DELETE", "usernames/ana/mailbox")
    third = await send("DELETE", "usernames/ana/mailbox")

    assert (first.status_code, first.content, first.headers["retry-after"]) == (503, b"", "3")
    assert (second.status_code, third.status_code) == (503, 204)


async def test_scripted_response_after_the_effect(send: Send, sandbox: Sandbox) -> None:
    """The response to a write can be lost: it takes effect, and a 502 is returned."""
    sandbox.fail_next("POST", "/contacts", after=True)
    contact = {"name": "Ana", "email": "a@b.example", "displayName": "Ana"}

    assert (await send("POST", "contacts", contact)).status_code == 502
    assert (await send("POST", "contacts", contact)).status_code == 409


@pytest.mark.parametrize(
    ("body", "content_type", "sent"),
    [
        (b"\x00raw", "application/json;charset=UTF-8", b"\x00raw"),
        ("no gateway", "text/plain;charset=UTF-8", b"no gateway"),
        ({"message": "no"}, "application/json;charset=UTF-8", b'{"message":"no"}'),
    ],
)
async def test_scripted_bodies(
    send: Send, sandbox: Sandbox, body: bytes, content_type: str, sent: bytes
) -> None:
    """Bytes are sent unchanged, a string as plain text, anything else as JSON."""
    sandbox.fail_next("GET", "/usernames/{mailboxName}/forwards", body=body)

    response = await send("GET", "usernames/ben/forwards")

    assert response.content == sent
    assert response.headers["content-type"] == content_type


async def test_scripted_content_type(send: Send, sandbox: Sandbox) -> None:
    """A scripted response may have another content type, such as the HTML of a proxy."""
    html = {"Content-Type": "text/html"}
    sandbox.fail_next("GET", "/infostore", body="<h1>Bad Gateway</h1>", headers=html)

    response = await send("GET", "infostore")

    assert response.headers.get_list("content-type") == ["text/html"]


async def test_counts(send: Send, sandbox: Sandbox) -> None:
    """Requests are counted in total, by operation, by path suffix and by template suffix."""
    await send("GET", "usernames/ana/forwards")
    await send("GET", "usernames/ben/forwards")
    await send("POST", "usernames/ben/forwards")

    assert sandbox.count() == 3
    assert sandbox.requests == {"forwards.get": 2, "forwards.create": 1}
    assert sandbox.count("GET", "/forwards") == 2
    assert sandbox.count("get", "/ben/forwards") == 1
    assert sandbox.count("GET", "/usernames/{mailboxName}/forwards") == 2
    assert sandbox.count("DELETE", "/forwards") == 0
    assert sandbox.count("POST") == 1


async def test_counters_endpoint(send: Send, sandbox: Sandbox) -> None:
    """The counters need no credentials, ignore faults and are not counted."""
    await send("GET", "infostore")
    await send("GET", "/nowhere")
    sandbox.faults.rate_limit_next = 1
    sandbox.faults.drop_rate = 1

    response = await send("GET", "/_sandbox", auth=None, headers={})

    assert response.json() == {
        "requests": 2,
        "operations": {"infostore.get": 1},
        "unknown": ["GET /nowhere"],
    }
    assert sandbox.count() == 2


async def test_websockets_are_closed(sandbox: Sandbox) -> None:
    """A websocket connection is closed without an error, as the API has none."""
    events: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(event: object) -> None:
        events.append(event)

    scope = {"type": "websocket", "path": "/x", "headers": [], "root_path": ""}
    await sandbox.app(scope, receive, send)

    assert events == [{"type": "websocket.close", "code": 1000, "reason": ""}]
