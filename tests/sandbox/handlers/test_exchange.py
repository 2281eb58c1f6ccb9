"""Exchange mailboxes from creation to deletion."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com/usernames"
NEW = {"password": "pWord123$", "displayName": "John"}


async def test_details(send: Send, sandbox: Sandbox) -> None:
    """Sizes, times and numbers are strings in the manual's formats."""
    eva = sandbox.mailbox("eva")
    assert eva.exchange is not None
    eva.quota, eva.usage = 1000, 0
    eva.exchange.when_changed = datetime(2013, 10, 11, 9, 43, 48)
    eva.exchange.proxy_addresses.append("eva@second.example.com")
    eva.exchange.forwarding_smtp_address = "smtp:test@google.com"
    start = f"{{{{APIBaseURL}}}}{PATH}/eva"

    details = (await send("GET", "usernames/eva/exchange")).json()

    assert len(details) == 56
    expected = {
        "quota": "1000 MB (1,048,576,000 bytes)",
        "totalItemSize": "0",
        "archiveQuota": "50 GB (53,687,091,200 bytes)",
        "maxSendSize": "50 MB (52,428,800 bytes)",
        "recipientLimits": "100",
        "itemCount": "0",
        "whenChanged": "10/11/2013 9:43:48 AM",
        "recipientType": "UserMailbox",
        "resourceType": "user",
        "type": "standard",
        "displayName": "Eva Ito",
        "username": "eva",
        "domain": "example.com",
        "alias": "eva",
        "primarySmtpAddress": "eva@example.com",
        "emailAddresses": [
            {"address": "eva@example.com", "header": "SMTP"},
            {"address": "eva@second.example.com", "header": "smtp"},
        ],
        "forwardingSmtpAddress": "smtp:test@google.com",
        "deliverToMailboxAndForward": False,
        "rejectMessagesFromSendersOrMembers": "",
        "activeSyncAllowedDeviceIDs": [],
        "links": [
            {"href": f"{start}/exchange/", "rel": "self"},
            {"href": f"{start}/secrets", "rel": "related"},
        ],
    }
    assert {name: details[name] for name in expected} == expected


async def test_sizes_may_be_any_text(send: Send, sandbox: Sandbox) -> None:
    """A test can set the string on the wire, such as `unlimited`."""
    exchange = sandbox.mailbox("eva").exchange
    assert exchange is not None
    exchange.quota = "unlimited"
    exchange.total_item_size = ""

    details = (await send("GET", "usernames/eva/exchange")).json()

    assert (details["quota"], details["totalItemSize"]) == ("unlimited", "")


async def test_create_and_read_back(send: Send, sandbox: Sandbox) -> None:
    """A new mailbox is a 201; sent fields are returned, others have defaults."""
    body = {**NEW, "type": "premium", "city": "Lisbon", "resetPassword": True}

    response = await send("PUT", "usernames/john/exchange", body)

    assert (response.status_code, response.content) == (201, b"")
    made = (await send("GET", "usernames/john/exchange")).json()
    assert (made["type"], made["city"], made["company"]) == ("premium", "Lisbon", "")
    assert made["quota"] == "50 GB (53,687,091,200 bytes)"
    assert made["whenCreated"] == "3/2/2026 9:43:48 AM"
    john = sandbox.mailbox("john")
    assert john.exchange is not None
    assert john.exchange.reset_password
    assert john.password == "pWord123$"


@pytest.mark.parametrize(
    ("resource", "recipient"), [("room", "RoomMailbox"), ("equipment", "EquipmentMailbox")]
)
async def test_create_a_resource(send: Send, resource: str, recipient: str) -> None:
    """Rooms and equipment have their own recipient type and no login."""
    await send("PUT", "usernames/r1/exchange", {**NEW, "resourceType": resource})

    made = (await send("GET", "usernames/r1/exchange")).json()

    assert (made["resourceType"], made["recipientType"]) == (resource, recipient)
    assert not any(made[f"{way}Enabled"] for way in ("owa", "pop", "imap", "mapi"))


async def test_update_changes_only_what_it_names(send: Send, sandbox: Sandbox) -> None:
    """An update is a 204, sets `whenChanged` and keeps other fields."""
    response = await send("PUT", "usernames/eva/exchange", {"title": "CFO", "city": ""})

    assert response.status_code == 204
    made = (await send("GET", "usernames/eva/exchange")).json()
    assert (made["title"], made["displayName"], made["type"]) == ("CFO", "Eva Ito", "standard")
    assert made["whenChanged"] == "3/2/2026 9:43:48 AM"
    assert made["whenCreated"] == "10/11/2013 9:43:39 AM"
    assert sandbox.mailbox("eva").password == "Eva-secret-1"


async def test_update_of_type_and_password(send: Send, sandbox: Sandbox) -> None:
    """A new type changes the quota; a password cannot be reused."""
    body = {"type": "premium", "password": "!q2w3e4R", "resetPassword": True}

    assert (await send("PUT", "usernames/eva/exchange", body)).status_code == 204
    again = await send("PUT", "usernames/eva/exchange", body)

    assert (again.status_code, again.content) == (400, b"")
    assert sandbox.mailbox("eva").quota == 51200


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("new", {"displayName": "John"}, {"password": "Required"}),
        ("new", {"password": "pWord123$"}, {"displayName": "Required"}),
        ("new", {}, {"password": "Required", "displayName": "Required"}),
        ("eva", {"password": ""}, {"password": "Required"}),
        ("eva", {"city": "x" * 129}, {"city": "Longer than maximum length 128"}),
        ("eva", {"postalCode": "x" * 41}, {"postalCode": "Longer than maximum length 40"}),
        ("eva", {"title": 5}, {"title": "5 is not of type string"}),
        ("eva", {"type": "gold"}, {"type": '"gold" is not one of standard, premium'}),
        (
            "new",
            {**NEW, "resourceType": "car"},
            {"resourceType": '"car" is not one of user, equipment, room'},
        ),
        ("x" * 65, NEW, {"username": "Invalid mailbox name"}),
        ("a%2Fb", NEW, {"username": "Invalid mailbox name"}),
    ],
)
async def test_refuses(
    send: Send, sandbox: Sandbox, name: str, body: object, error: dict[str, str]
) -> None:
    """Errors are a flat object of fields and reasons; nothing changes."""
    response = await send("PUT", f"usernames/{name}/exchange", body)

    assert response.status_code == 400
    assert response.json() == error
    assert len(sandbox.domain.mailboxes) == 4


async def test_resource_type_cannot_be_updated(send: Send) -> None:
    """This error is the only one in plain text, and occurs even if the value is the same."""
    response = await send("PUT", "usernames/room1/exchange", {"resourceType": "room"})

    assert response.status_code == 400
    assert response.text == "resourceType cannot be updated"
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("john", "abc1234", "Password should not start with 'abc' case-insensitively"),
        ("john", "!q2w3e4R", "Password should start with a letter"),
        ("eva", "password", "Password should not start with the phrase 'pass' case-insensitively"),
    ],
)
async def test_password_rules(
    send: Send, sandbox: Sandbox, name: str, password: str, reason: str
) -> None:
    """The error names the violated rule."""
    sandbox.password_rules = True

    response = await send("PUT", f"usernames/{name}/exchange", {**NEW, "password": password})

    assert response.json() == {"password": reason}


async def test_conflicts(send: Send, sandbox: Sandbox) -> None:
    """A regular mailbox's name is a conflict; a disabled domain refuses updates and deletions."""
    sandbox.domain.disabled = True

    for method, name, text in (
        ("PUT", "ana", "Mailbox already exists"),
        ("PUT", "eva", "Domain is disabled"),
        ("DELETE", "eva", "Domain is disabled"),
    ):
        body = {"title": "CFO"} if method == "PUT" else None
        response = await send(method, f"usernames/{name}/exchange", body)
        assert response.status_code == 409
        assert response.json()["conflict"]["message"] == text


async def test_not_found_has_no_body(send: Send) -> None:
    """A missing Exchange mailbox is a 404 without a body, and so is a regular mailbox."""
    for path in ("ghost", "ana"):
        response = await send("GET", f"usernames/{path}/exchange")
        assert (response.status_code, response.content) == (404, b"")


async def test_delete(send: Send) -> None:
    """A deleted mailbox is not found."""
    assert (await send("DELETE", "usernames/eva/exchange")).status_code == 204
    assert (await send("DELETE", "usernames/eva/exchange")).status_code == 404
