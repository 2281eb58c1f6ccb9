"""The dispatch of requests: content type, body and protocol."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("application/json; charset=UTF-8", 200),
        ("application/json; Charset=utf-8", 200),
        ('APPLICATION/JSON;charset="utf8"', 200),
        ("application/json", 200),
        ("application/json; charset=latin-1", 400),
        ("text/plain", 400),
    ],
)
async def test_content_type_is_lenient_in_spelling(send: Send, value: str, status: int) -> None:
    """Any case, quotes and a missing charset are accepted; another type or charset is not."""
    response = await send("GET", "infostore", headers={"Content-Type": value})

    assert response.status_code == status


async def test_content_type_check_can_be_disabled(send: Send, sandbox: Sandbox) -> None:
    """Without the check the header may be missing."""
    sandbox.faults.check_content_type = False

    assert (await send("GET", "infostore", headers={})).status_code == 200


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff", b'"text"'])
async def test_body_must_be_an_object(send: Send, content: bytes) -> None:
    """Anything but a JSON object is a 400."""
    response = await send("PUT", "infostore", content=content)

    assert response.status_code == 400
    assert "message" in response.json()


async def test_websockets_are_closed(sandbox: Sandbox) -> None:
    """A websocket connection is closed without an error, as the API has none."""
    events: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(event: object) -> None:
        events.append(event)

    scope = {"type": "websocket", "path": "/x", "headers": [], "root_path": ""}
    await sandbox.app(scope, receive, send)

    assert events == [{"type": "websocket.close", "code": 1000, "reason": ""}]
