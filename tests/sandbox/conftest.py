"""A small domain, and an HTTP client that is independent of the SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import httpx
import pytest

from hostway_email.sandbox import Sandbox

DOMAIN = "/accounts/account007/email/example.com"
HEADERS = {"Content-Type": "application/json; charset=UTF-8"}


@pytest.fixture
def sandbox() -> Sandbox:
    """A domain with two regular mailboxes, an Exchange mailbox and a room."""
    sandbox = Sandbox(mailboxes=0, today=date(2026, 3, 2))
    sandbox.domain.aliases = ["example.org"]
    sandbox.add_mailbox("ana", password="Ana-secret-1", quota=100, usage=40)
    sandbox.add_mailbox("ben", password="Ben-secret-1", quota=50)
    sandbox.add_exchange("eva", password="Eva-secret-1", display_name="Eva Ito")
    sandbox.add_exchange("room1", resource_type="room")
    return sandbox


@pytest.fixture
async def send(sandbox: Sandbox) -> AsyncIterator[Callable[..., Awaitable[httpx.Response]]]:
    """Send one request; a path without a leading slash is relative to the domain."""
    transport = httpx.ASGITransport(sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://api.test") as client:

        async def send_request(
            method: str,
            path: str,
            body: object = None,
            *,
            auth: tuple[str, str] | None = ("admin", "sandbox"),
            headers: dict[str, str] | None = None,
            content: bytes | None = None,
        ) -> httpx.Response:
            url = path if path.startswith("/") else f"{DOMAIN}/{path}".rstrip("/")
            sent = HEADERS if headers is None else headers
            request = client.build_request(method, url, headers=sent)
            if body is not None:
                request = client.build_request(method, url, headers=sent, json=body)
            if content is not None:
                request = client.build_request(method, url, headers=sent, content=content)
            return await client.send(request, auth=httpx.BasicAuth(*auth) if auth else None)

        yield send_request
