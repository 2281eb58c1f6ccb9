"""Support tickets about failed migrations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox, Ticket

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio


async def test_every_request_opens_a_ticket(ask: Ask, sandbox: Sandbox) -> None:
    """A ticket is a 201 without a trace in the answer; asked twice there are two."""
    body = {"subject": "subject", "body": "body"}

    for _ in range(2):
        answer = await ask("POST", "usernames/ana/migration", body)
        assert (answer.status_code, answer.content) == (201, b"")

    assert sandbox.domain.tickets == [Ticket("ana", "subject", "body")] * 2


async def test_refuses(ask: Ask, sandbox: Sandbox) -> None:
    """Both fields are texts, and the mailbox must be there."""
    wrong = await ask("POST", "usernames/ana/migration", {"subject": 5})
    missing = await ask("POST", "usernames/ghost/migration", {"subject": "x"})

    assert (wrong.status_code, wrong.json()) == (400, {"subject": "5 is not of type string"})
    assert missing.status_code == 404
    assert sandbox.domain.tickets == []
