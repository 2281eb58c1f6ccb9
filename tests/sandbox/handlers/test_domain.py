"""The domain: quota, aliases, InfoStore, statistics, antispam panel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import InfoStore, Sandbox, Webmail

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com"


async def test_quota_is_the_sum_of_the_mailboxes(send: Send, sandbox: Sandbox) -> None:
    """The domain's quota is the sum of its mailboxes' quotas plus the configured drift."""
    for name, quota in (("ana", 100), ("ben", 50), ("eva", 1000), ("room1", 10)):
        sandbox.mailbox(name).quota = quota

    response = await send("GET", "")

    assert response.status_code == 200
    assert response.json() == {
        "quota": 1160,
        "links": [{"href": f"{{APIBaseURL}}{PATH}/", "rel": "self"}],
    }
    sandbox.domain.quota_drift = 40
    assert (await send("GET", "")).json()["quota"] == 1200


async def test_aliases(send: Send) -> None:
    """The self link of the aliases has a host name and a trailing slash."""
    assert (await send("GET", "aliases")).json() == {
        "list": ["example.org"],
        "links": [{"href": f"https://api.hostway.com{PATH}/aliases/", "rel": "self"}],
    }


async def test_infostore(send: Send, sandbox: Sandbox) -> None:
    """An updated quota is returned; the update is a 204."""
    changed = await send("PUT", "infostore", {"quota": 50})

    assert (changed.status_code, changed.content) == (204, b"")
    assert (await send("GET", "infostore")).json() == {
        "infoStore": {"usage": 0, "quota": 50},
        "links": [{"href": f"{{APIBaseURL}}{PATH}/infostore/", "rel": "self"}],
    }
    assert sandbox.domain.infostore == InfoStore(0, 50)


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"foo": "bar"}, {"quota": "Required"}),
        ({"quota": -1}, {"quota": "-1 is less than minimum value 0"}),
        ({"quota": 100}, {"message": "Used storage exceeds the quota value"}),
        ({"quota": "50"}, {"quota": '"50" is not of type integer'}),
        ({"quota": True}, {"quota": "true is not of type integer"}),
    ],
)
async def test_infostore_refuses(
    send: Send, sandbox: Sandbox, body: object, details: dict[str, str]
) -> None:
    """The quota is required, must not be negative and not be below the usage."""
    sandbox.domain.infostore = InfoStore(usage=300, quota=500)

    response = await send("PUT", "infostore", body)

    assert response.status_code == 400
    fault = {"message": "POST data error", "code": 400, "details": details}
    assert response.json() == {"badRequest": fault}
    assert sandbox.domain.infostore.quota == 500


async def test_mailbox_type_count(send: Send, sandbox: Sandbox) -> None:
    """Mailboxes are counted by webmail type, Exchange mailboxes by their own type."""
    sandbox.mailbox("ben").webmail = Webmail("premium")
    sandbox.add_exchange("max", type="premium")

    assert (await send("GET", "statistics/mailboxTypeCount")).json() == {
        "numStandard": 1,
        "numActiveSync": 0,
        "numPremium": 1,
        "numExchange2013Standard": 2,
        "numExchange2013Premium": 1,
        "links": [
            {"href": f"{{{{APIBaseURL}}}}{PATH}/statistics/mailboxTypeCount/", "rel": "self"}
        ],
    }


async def test_sso_link(send: Send, sandbox: Sandbox) -> None:
    """The link to the antispam panel is returned as JSON or as a redirect."""
    sandbox.domain.sso_link = "https://avas.example/sso?token=x"
    path = "/accounts/account007/avas/example.com/SSOLink"

    assert (await send("GET", path)).json() == {
        "url": "https://avas.example/sso?token=x",
        "links": [{"href": f"https://api.hostway.com{path}", "rel": "self"}],
    }
    sandbox.domain.sso_redirects = True
    response = await send("GET", path)
    assert (response.status_code, response.content) == (302, b"")
    assert response.headers["location"] == "https://avas.example/sso?token=x"


@pytest.mark.parametrize(
    "path", ["/accounts/other/email/example.com", "/accounts/account007/email/x.com"]
)
async def test_unknown_account_and_domain(send: Send, path: str) -> None:
    """The 404 names what was not found: the account or the domain."""
    missing = "Account not found" if "other" in path else "Domain not found"

    assert (await send("GET", path)).json() == {
        "itemNotFound": {
            "message": "Resource not found",
            "code": 404,
            "details": {"message": missing},
        }
    }
