"""Faults on demand: switches, scripted answers, and counters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import anyio
import httpx
import pytest

from hostway_email.sandbox import ConnectionDroppedError, Faults, Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

STATS = "usernames/ana/mailbox/messagestats"


async def statuses(ask: Ask, path: str, times: int) -> list[int]:
    return [(await ask("GET", path)).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ("no_connection", "Unable to get message count. No IMAP connection"),
        ("search_failed", "Unable to get message count. IMAP search operation failed."),
        ("folder_selection_failed", "Unable to get message count. IMAP folder selection failed."),
    ],
)
async def test_imap_causes(
    ask: Ask,
    sandbox: Sandbox,
    cause: Literal["no_connection", "search_failed", "folder_selection_failed"],
    text: str,
) -> None:
    """Each of the three documented causes has its own text, and only statistics fail."""
    sandbox.faults.imap_failure_rate = 1
    sandbox.faults.imap_cause = cause

    for kind in ("ana/mailbox", "eva/exchange"):
        answer = await ask("GET", f"usernames/{kind}/messagestats")
        assert answer.status_code == 502
        assert answer.json() == {"message": text}
    assert (await ask("GET", "usernames/ana/mailbox")).status_code == 200


async def test_the_first_statistics_fail(ask: Ask, sandbox: Sandbox) -> None:
    """The first N requests for statistics fail, whatever comes between them."""
    sandbox.faults.imap_fail_first = 2

    assert await statuses(ask, STATS, 1) == [502]
    assert await statuses(ask, "infostore", 1) == [200]
    assert await statuses(ask, STATS, 3) == [502, 200, 200]


async def test_chance_is_repeatable() -> None:
    """Two sandboxes of one seed fail at the same requests, those of another at others."""

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


async def test_the_world_does_not_move_the_faults() -> None:
    """How many mailboxes were generated changes nothing about which requests fail."""

    async def run(mailboxes: int) -> list[int]:
        sandbox = Sandbox(mailboxes, faults=Faults(imap_failure_rate=0.5))
        sandbox.add_mailbox("zz-top")
        transport = httpx.ASGITransport(sandbox.app)
        async with httpx.AsyncClient(transport=transport, auth=("admin", "sandbox")) as client:
            path = "/accounts/account007/email/example.com/usernames/zz-top/mailbox/messagestats"
            return [(await client.get(f"https://api.test{path}")).status_code for _ in range(30)]

    assert await run(0) == await run(50)


async def test_rate_limit(ask: Ask, sandbox: Sandbox) -> None:
    """The next N requests get a 429 before they have any effect, with Retry-After if set."""
    sandbox.faults.rate_limit_next = 2
    sandbox.faults.retry_after = "Wed, 21 Oct 2026 07:28:00 GMT"

    refused = await ask("DELETE", "usernames/ana/mailbox")

    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    sandbox.faults.retry_after = None
    assert "retry-after" not in (await ask("GET", "")).headers
    assert await statuses(ask, "usernames/ana/mailbox", 1) == [200]


async def test_rate_limit_by_chance(ask: Ask, sandbox: Sandbox) -> None:
    """A rate limits a share of the requests."""
    sandbox.faults.rate_limit_rate = 0.5

    assert set(await statuses(ask, "", 30)) == {200, 429}


async def test_latency(ask: Ask, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request waits so long, on the event loop that it runs on."""
    slept: list[float] = []

    async def sleep(delay: float) -> None:
        slept.append(delay)

    monkeypatch.setattr(anyio, "sleep", sleep)
    sandbox.faults.latency_ms = 250

    await ask("GET", "")
    await ask("GET", "/_sandbox")

    assert slept == [0.25]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_dropped_connections(ask: Ask, sandbox: Sandbox, method: str) -> None:
    """The connection ends in the middle of the answer; what was asked has been done."""
    sandbox.faults.drop_rate = 1

    with pytest.raises(ConnectionDroppedError):
        await ask(method, "usernames/ana/mailbox")

    sandbox.faults.drop_rate = 0
    left = await statuses(ask, "usernames/ana/mailbox", 1)
    assert left == ([404] if method == "DELETE" else [200])


async def test_drop_sends_half_an_answer(sandbox: Sandbox) -> None:
    """Before the end come the head and the first half of the body, as from a real server."""
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


async def test_internal_hosts(ask: Ask, sandbox: Sandbox) -> None:
    """Links can name a host inside the provider, as one of the manual's do."""
    sandbox.faults.internal_hosts = True
    inside = "http://coreapi01.ote.chicago.hostway:8095/accounts/account007/email/example.com"

    answer = await ask("GET", "usernames/ana/autoresponder")

    assert answer.json()["links"][0]["href"] == f"{inside}/usernames/ana/autoresponder"
    paged = await ask("GET", "usernames?page=1&pageSize=2")
    assert paged.json()["links"][1]["href"] == f"{inside}/usernames?page=2&pageSize=2"


async def test_scripted_answer_comes_instead(ask: Ask, sandbox: Sandbox) -> None:
    """A scripted failure has no effect on the state, is used up, and leaves others alone."""
    sandbox.fail_next("DELETE", "/ana/mailbox", status=503, times=2, headers={"Retry-After": "3"})

    assert (await ask("GET", "usernames/ana/mailbox")).status_code == 200
    first = await ask("DELETE", "usernames/ana/mailbox")
    second = await ask("DELETE", "usernames/ana/mailbox")
    third = await ask("DELETE", "usernames/ana/mailbox")

    assert (first.status_code, first.content, first.headers["retry-after"]) == (503, b"", "3")
    assert (second.status_code, third.status_code) == (503, 204)


async def test_scripted_answer_after_the_effect(ask: Ask, sandbox: Sandbox) -> None:
    """The answer of a write can be lost: it took effect, and a 502 comes back."""
    sandbox.fail_next("POST", "/contacts", after=True)
    contact = {"name": "Ana", "email": "a@b.example", "displayName": "Ana"}

    assert (await ask("POST", "contacts", contact)).status_code == 502
    assert (await ask("POST", "contacts", contact)).status_code == 409


@pytest.mark.parametrize(
    ("body", "content_type", "sent"),
    [
        (b"\x00raw", "application/json;charset=UTF-8", b"\x00raw"),
        ("no gateway", "text/plain;charset=UTF-8", b"no gateway"),
        ({"message": "no"}, "application/json;charset=UTF-8", b'{"message":"no"}'),
    ],
)
async def test_scripted_bodies(
    ask: Ask, sandbox: Sandbox, body: bytes, content_type: str, sent: bytes
) -> None:
    """Bytes go out as they are, text as text, anything else as JSON."""
    sandbox.fail_next("GET", "/usernames/{mailboxName}/forwards", body=body)

    answer = await ask("GET", "usernames/ben/forwards")

    assert answer.content == sent
    assert answer.headers["content-type"] == content_type


async def test_scripted_content_type(ask: Ask, sandbox: Sandbox) -> None:
    """A scripted answer may be of another kind, such as the HTML of a proxy."""
    html = {"Content-Type": "text/html"}
    sandbox.fail_next("GET", "/infostore", body="<h1>Bad Gateway</h1>", headers=html)

    answer = await ask("GET", "infostore")

    assert answer.headers.get_list("content-type") == ["text/html"]


async def test_counts(ask: Ask, sandbox: Sandbox) -> None:
    """Requests are counted in all, by operation, by the end of a path and of a template."""
    await ask("GET", "usernames/ana/forwards")
    await ask("GET", "usernames/ben/forwards")
    await ask("POST", "usernames/ben/forwards")

    assert sandbox.count() == 3
    assert sandbox.requests == {"forwards.get": 2, "forwards.create": 1}
    assert sandbox.count("GET", "/forwards") == 2
    assert sandbox.count("get", "/ben/forwards") == 1
    assert sandbox.count("GET", "/usernames/{mailboxName}/forwards") == 2
    assert sandbox.count("DELETE", "/forwards") == 0
    assert sandbox.count("POST") == 1


async def test_control_path(ask: Ask, sandbox: Sandbox) -> None:
    """Another process can read the counters, without credentials, faults or being counted."""
    await ask("GET", "infostore")
    await ask("GET", "/nowhere")
    sandbox.faults.rate_limit_next = 1
    sandbox.faults.drop_rate = 1

    answer = await ask("GET", "/_sandbox", auth=None, headers={})

    assert answer.json() == {
        "requests": 2,
        "operations": {"infostore.get": 1},
        "unknown": ["GET /nowhere"],
    }
    assert sandbox.count() == 2


async def test_websockets_are_closed(sandbox: Sandbox) -> None:
    """The API has no websockets; asking for one is answered, not an error."""
    events: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(event: object) -> None:
        events.append(event)

    scope = {"type": "websocket", "path": "/x", "headers": [], "root_path": ""}
    await sandbox.app(scope, receive, send)

    assert events == [{"type": "websocket.close", "code": 1000, "reason": ""}]
