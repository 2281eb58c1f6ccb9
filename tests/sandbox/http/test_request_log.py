"""The counters of received requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio


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
    await send("GET", "aliases?page=1")
    sandbox.faults.rate_limit_next = 1
    sandbox.faults.drop_rate = 1

    response = await send("GET", "/_sandbox", auth=None, headers={})

    assert response.json() == {
        "requests": 3,
        "operations": {"infostore.get": 1, "aliases.list": 1},
        "unknown": ["GET /nowhere"],
        "refused": [
            "GET /accounts/account007/email/example.com/aliases: "
            "page: page is not valid query parameter name"
        ],
    }
    assert sandbox.count() == 3
