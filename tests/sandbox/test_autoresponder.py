"""Automatic replies, in both shapes that the manual has for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Autoresponder, Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com/usernames/ana/autoresponder"
CONTENT = {"body": "AutoRespond", "active": True, "subject": "Subject"}


async def test_set_and_read_back_flat(ask: Ask) -> None:
    """The shape of the manual's example: flat, with `href`."""
    answer = await ask("PUT", "usernames/ana/autoresponder", CONTENT)

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await ask("GET", "usernames/ana/autoresponder")).json() == {
        **CONTENT,
        "links": [{"href": f"https://api.hostway.com{PATH}", "rel": "self"}],
    }


async def test_nested(ask: Ask, sandbox: Sandbox) -> None:
    """The shape of the manual's description: nested, with `location` and a slash."""
    sandbox.faults.autoresponder = "nested"
    sandbox.mailbox("ana").autoresponder = Autoresponder(True, "Subject", "AutoRespond")

    assert (await ask("GET", "usernames/ana/autoresponder")).json() == {
        "autoresponder": CONTENT,
        "links": [{"location": f"{{APIBaseURL}}{PATH}/", "rel": "self"}],
    }


async def test_mixed(ask: Ask, sandbox: Sandbox) -> None:
    """Both shapes can occur in one domain, each mailbox always in the same."""
    sandbox.faults.autoresponder = "mixed"
    for number in range(12):
        sandbox.add_mailbox(f"m{number}")

    async def shapes() -> list[bool]:
        answers = [await ask("GET", f"usernames/m{n}/autoresponder") for n in range(12)]
        return ["autoresponder" in answer.json() for answer in answers]

    first = await shapes()
    assert set(first) == {True, False}
    assert await shapes() == first


async def test_switching_off_keeps_the_subject(ask: Ask, sandbox: Sandbox) -> None:
    """A subject that is left out stays as it was."""
    sandbox.mailbox("ana").autoresponder = Autoresponder(True, "Subject", "Old")

    await ask("PUT", "usernames/ana/autoresponder", {"body": "New", "active": False})

    assert sandbox.mailbox("ana").autoresponder == Autoresponder(False, "Subject", "New")


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
async def test_refuses(ask: Ask, sandbox: Sandbox, body: object, error: dict[str, str]) -> None:
    """The body is required even to switch the reply off."""
    answer = await ask("PUT", "usernames/ana/autoresponder", body)

    assert answer.status_code == 400
    assert answer.json() == error
    assert sandbox.mailbox("ana").autoresponder == Autoresponder()
