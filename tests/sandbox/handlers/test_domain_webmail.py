"""The webmail settings of the domain, and its product settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

import httpx
import pytest

from hostway_email.sandbox import DomainWebmail, Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

LONG = "/accounts/account007/email/example.com"
SHORT = "/email/example.com"
BOTH = pytest.mark.parametrize("start", [LONG, SHORT])


async def test_settings(send: Send, sandbox: Sandbox) -> None:
    """Trial fields are null without a trial."""
    links = [{"location": f"{{APIBaseURL}}{LONG}/webmail/", "rel": "self"}]
    settings = {"type": "standard", "allowUpgrade": True, "links": links}

    assert (await send("GET", "webmail")).json() == {
        **settings,
        "trialType": None,
        "trialExpiration": None,
    }
    sandbox.domain.webmail = DomainWebmail("standard", True, "premium", date(2018, 10, 28))
    assert (await send("GET", "webmail")).json() == {
        **settings,
        "trialType": "premium",
        "trialExpiration": "2018-10-28",
    }


async def test_change(send: Send, sandbox: Sandbox) -> None:
    """Upgrades can be allowed and forbidden."""
    response = await send("PUT", "webmail", {"allowUpgrade": False})

    assert (response.status_code, response.content) == (204, b"")
    assert sandbox.domain.webmail.allow_upgrade is False


async def test_change_needs_a_value(send: Send) -> None:
    """An update without the field is refused."""
    response = await send("PUT", "webmail", {})

    assert (response.status_code, response.json()) == (400, {"allowUpgrade": "Required"})


async def test_product_forbids(send: Send, sandbox: Sandbox) -> None:
    """Upgrades forbidden by the product cannot be allowed; forbidding them is accepted."""
    sandbox.domain.upgrade = False

    response = await send("PUT", "webmail", {"allowUpgrade": True})

    assert response.status_code == 409
    reason = "Upgrade is disabled at the product level and cannot be turned on"
    assert response.json()["conflict"]["message"] == reason
    assert (await send("PUT", "webmail", {"allowUpgrade": False})).status_code == 204


@BOTH
async def test_product(send: Send, sandbox: Sandbox, start: str) -> None:
    """Product settings can be read by both forms, each with its own self link."""
    sandbox.domain.limits = {"activesync": 2, "starter": -1}
    sandbox.domain.names = {"standard": "SMX Mail Basic"}
    sandbox.domain.upgrade = False

    for resource, key, value in (
        ("webmailLimits", "webmailLimits", {"activesync": 2, "starter": -1}),
        ("webmailNames", "webmailNames", {"standard": "SMX Mail Basic"}),
        ("webmailUpgrade", "allowed", False),
    ):
        href = f"https://api.hostway.com{start}/{resource}/"
        assert (await send("GET", f"{start}/{resource}")).json() == {
            key: value,
            "links": [{"href": href, "rel": "self"}],
        }
