"""Message counts and the ways in which they cannot be had."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import MessageStats, Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com/usernames"


@pytest.mark.parametrize(("name", "kind"), [("ana", "mailbox"), ("eva", "exchange")])
async def test_counts(ask: Ask, sandbox: Sandbox, name: str, kind: str) -> None:
    """Both kinds of mailbox count three folders."""
    sandbox.mailbox(name).stats = MessageStats(9, 3, 7, 1, 5, 4)

    assert (await ask("GET", f"usernames/{name}/{kind}/messagestats")).json() == {
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


async def test_virtual_mailboxes(ask: Ask, sandbox: Sandbox) -> None:
    """A virtual mailbox exists, but its messages cannot be counted."""
    sandbox.mailbox("ana").virtual = True

    answer = await ask("GET", "usernames/ana/mailbox/messagestats")

    assert answer.status_code == 404
    reason = {"message": "Unable to get message count for virtual mailboxes."}
    assert answer.json()["itemNotFound"]["details"] == reason
    assert (await ask("GET", "usernames/ana/mailbox")).status_code == 200


async def test_missing_records(ask: Ask, sandbox: Sandbox) -> None:
    """A domain can lack the records that statistics need."""
    sandbox.domain.missing_records = True

    answer = await ask("GET", "usernames/eva/exchange/messagestats")

    assert answer.status_code == 500
    assert answer.json() == {"computeFault": "Missing Domain or Installation records"}


@pytest.mark.parametrize("path", ["ghost/mailbox", "eva/mailbox", "ana/exchange"])
async def test_missing_mailboxes(ask: Ask, path: str) -> None:
    """A mailbox that is missing, or of the other kind, is not found."""
    answer = await ask("GET", f"usernames/{path}/messagestats")

    assert answer.json()["itemNotFound"]["details"] == {"message": "Mailbox not found"}
