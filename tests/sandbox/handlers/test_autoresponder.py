"""Automatic replies, in both shapes of the manual."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Autoresponder, Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com/usernames/ana/autoresponder"
CONTENT = {"body": "AutoRespond", "active": True, "subject": "Subject"}


async def test_set_and_read_back_flat(send: Send) -> None:
    """The shape of the manual's example: flat, with `href`."""
    response = await send("PUT", "usernames/ana/autoresponder", CONTENT)

    assert (response.status_code, response.content) == (204, b"")
    assert (await send("GET", "usernames/ana/autoresponder")).json() == {
        **CONTENT,
        "links": [{"href": f"https://api.hostway.com{PATH}", "rel": "self"}],
    }


async def test_nested(send: Send, sandbox: Sandbox) -> None:
    """The shape of the manual's description: nested, with `location` and a slash."""
    sandbox.faults.autoresponder = "nested"
    sandbox.mailbox("ana").autoresponder = Autoresponder(True, "Subject", "AutoRespond")

    assert (await send("GET", "usernames/ana/autoresponder")).json() == {
        "autoresponder": CONTENT,
        "links": [{"location": f"{{APIBaseURL}}{PATH}/", "rel": "self"}],
    }


async def test_mixed(send: Send, sandbox: Sandbox) -> None:
    """Both shapes can occur in one domain; a mailbox keeps its shape."""
    sandbox.faults.autoresponder = "mixed"
    for number in range(12):
        sandbox.add_mailbox(f"m{number}")

    async def shapes() -> list[bool]:
        responses = [await send("GET", f"usernames/m{n}/autoresponder") for n in range(12)]
        return ["autoresponder" in response.json() for response in responses]

    first = await shapes()
    assert set(first) == {True, False}
    assert await shapes() == first


async def test_disabling_keeps_the_subject(send: Send, sandbox: Sandbox) -> None:
    """An omitted subject is not changed."""
    sandbox.mailbox("ana").autoresponder = Autoresponder(True, "Subject", "Old")

    await send("PUT", "usernames/ana/autoresponder", {"body": "New", "active": False})

    assert sandbox.mailbox("ana").autoresponder == Autoresponder(False, "Subject", "New")


async def test_untouched_reply_cannot_be_written_back(send: Send, sandbox: Sandbox) -> None:
    """An unset reply reads as empty text, which is refused like a missing text, strict or not."""
    untouched = (await send("GET", "usernames/ana/autoresponder")).json()
    del untouched["links"]
    assert untouched == {"active": False, "subject": "", "body": ""}

    for sandbox.strict in (True, False):
        response = await send("PUT", "usernames/ana/autoresponder", untouched)
        assert (response.status_code, response.json()) == (400, {"body": "Required"})
    assert sandbox.refused == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"subject": "Subject", "active": True}, {"body": "Required"}),
        ({"body": "", "active": False}, {"body": "Required"}),
        ({"body": "x"}, {"active": "Required"}),
        ({}, {"body": "Required", "active": "Required"}),
        ({"body": "x", "active": "yes"}, {"active": '"yes" is not of type boolean'}),
        ({"body": "x", "active": True, "subject": 1}, {"subject": "1 is not of type string"}),
    ],
)
async def test_refuses(send: Send, sandbox: Sandbox, body: object, error: dict[str, str]) -> None:
    """The body is required even to disable the reply."""
    response = await send("PUT", "usernames/ana/autoresponder", body)

    assert response.status_code == 400
    assert response.json() == error
    assert sandbox.mailbox("ana").autoresponder == Autoresponder()
