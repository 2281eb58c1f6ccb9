"""Webmail settings of the domain, and what its product offers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

import httpx
import pytest

from hostway_email.sandbox import DomainWebmail, Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

LONG = "/accounts/account007/email/example.com"
SHORT = "/email/example.com"
BOTH = pytest.mark.parametrize("start", [LONG, SHORT])


async def test_settings(ask: Ask, sandbox: Sandbox) -> None:
    """Trials are dates, or null where there is none."""
    links = [{"location": f"{{APIBaseURL}}{LONG}/webmail/", "rel": "self"}]
    settings = {"type": "standard", "allowUpgrade": True, "links": links}

    assert (await ask("GET", "webmail")).json() == {
        **settings,
        "trialType": None,
        "trialExpiration": None,
    }
    sandbox.domain.webmail = DomainWebmail("standard", True, "premium", date(2018, 10, 28))
    assert (await ask("GET", "webmail")).json() == {
        **settings,
        "trialType": "premium",
        "trialExpiration": "2018-10-28",
    }


async def test_change(ask: Ask, sandbox: Sandbox) -> None:
    """The permission to upgrade can be switched."""
    answer = await ask("PUT", "webmail", {"allowUpgrade": False})

    assert (answer.status_code, answer.content) == (204, b"")
    assert sandbox.domain.webmail.allow_upgrade is False


async def test_change_needs_a_value(ask: Ask) -> None:
    """A change without the permission is refused."""
    answer = await ask("PUT", "webmail", {})

    assert (answer.status_code, answer.json()) == (400, {"allowUpgrade": "Required"})


async def test_product_forbids(ask: Ask, sandbox: Sandbox) -> None:
    """What the product forbids cannot be switched on, but stays off without complaint."""
    sandbox.domain.upgrade = False

    answer = await ask("PUT", "webmail", {"allowUpgrade": True})

    assert answer.status_code == 409
    reason = "Upgrade is disabled at the product level and cannot be turned on"
    assert answer.json()["conflict"]["message"] == reason
    assert (await ask("PUT", "webmail", {"allowUpgrade": False})).status_code == 204


@BOTH
async def test_product(ask: Ask, sandbox: Sandbox, start: str) -> None:
    """Limits, names and the permission are read by both forms, each linking to itself."""
    sandbox.domain.limits = {"activesync": 2, "starter": -1}
    sandbox.domain.names = {"standard": "SMX Mail Basic"}
    sandbox.domain.upgrade = False

    for resource, key, value in (
        ("webmailLimits", "webmailLimits", {"activesync": 2, "starter": -1}),
        ("webmailNames", "webmailNames", {"standard": "SMX Mail Basic"}),
        ("webmailUpgrade", "allowed", False),
    ):
        href = f"https://api.hostway.com{start}/{resource}/"
        assert (await ask("GET", f"{start}/{resource}")).json() == {
            key: value,
            "links": [{"href": href, "rel": "self"}],
        }
