"""Scripted responses."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio


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
