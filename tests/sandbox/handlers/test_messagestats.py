"""Message statistics and their errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import MessageStats, Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com/usernames"


@pytest.mark.parametrize(("name", "kind"), [("ana", "mailbox"), ("eva", "exchange")])
async def test_counts(send: Send, sandbox: Sandbox, name: str, kind: str) -> None:
    """Both kinds of mailboxes have the counts of three folders."""
    sandbox.mailbox(name).stats = MessageStats(9, 3, 7, 1, 5, 4)

    assert (await send("GET", f"usernames/{name}/{kind}/messagestats")).json() == {
        "messageCount": {
            "inbox": {"allMessages": 9, "unreadMessages": 3},
            "sent": {"allMessages": 7, "unreadMessages": 1},
            "spam": {"allMessages": 5, "unreadMessages": 4},
        },
        "links": [
            {
                "href": f"https://api.hostway.com{PATH}/{name}/{kind}/messagestats/",
                "rel": "self",
            }
        ],
    }


async def test_virtual_mailboxes(send: Send, sandbox: Sandbox) -> None:
    """A virtual mailbox exists, but its messages cannot be counted."""
    sandbox.mailbox("ana").virtual = True

    response = await send("GET", "usernames/ana/mailbox/messagestats")

    assert response.status_code == 404
    reason = {"message": "Unable to get message count for virtual mailboxes."}
    assert response.json()["itemNotFound"]["details"] == reason
    assert (await send("GET", "usernames/ana/mailbox")).status_code == 200


async def test_missing_records(send: Send, sandbox: Sandbox) -> None:
    """Missing records of the domain are a 500."""
    sandbox.domain.missing_records = True

    response = await send("GET", "usernames/eva/exchange/messagestats")

    assert response.status_code == 500
    assert response.json() == {"computeFault": "Missing Domain or Installation records"}


@pytest.mark.parametrize("path", ["ghost/mailbox", "eva/mailbox", "ana/exchange"])
async def test_missing_mailboxes(send: Send, path: str) -> None:
    """A missing mailbox, or one of the other kind, is a 404."""
    response = await send("GET", f"usernames/{path}/messagestats")

    assert response.json()["itemNotFound"]["details"] == {"message": "Mailbox not found"}
