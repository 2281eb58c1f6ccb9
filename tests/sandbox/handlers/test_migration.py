"""Support tickets about failed migrations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox, Ticket

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio


async def test_every_request_opens_a_ticket(send: Send, sandbox: Sandbox) -> None:
    """A ticket is a 201 without a body or location; a second request opens another."""
    body = {"subject": "subject", "body": "body"}

    for _ in range(2):
        response = await send("POST", "usernames/ana/migration", body)
        assert (response.status_code, response.content) == (201, b"")

    assert sandbox.domain.tickets == [Ticket("ana", "subject", "body")] * 2


async def test_refuses(send: Send, sandbox: Sandbox) -> None:
    """Both fields must be strings, and the mailbox must exist."""
    wrong = await send("POST", "usernames/ana/migration", {"subject": 5})
    missing = await send("POST", "usernames/ghost/migration", {"subject": "x"})

    assert (wrong.status_code, wrong.json()) == (400, {"subject": "5 is not of type string"})
    assert missing.status_code == 404
    assert sandbox.domain.tickets == []
