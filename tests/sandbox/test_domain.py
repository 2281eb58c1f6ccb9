"""The domain itself: quota, aliases, InfoStore, statistics, antispam panel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import InfoStore, Sandbox, Webmail

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

PATH = "/accounts/account007/email/example.com"


async def test_quota_is_the_sum_of_the_mailboxes(ask: Ask, sandbox: Sandbox) -> None:
    """The domain's quota adds up its mailboxes, and can be made to differ from them."""
    for name, quota in (("ana", 100), ("ben", 50), ("eva", 1000), ("room1", 10)):
        sandbox.mailbox(name).quota = quota

    answer = await ask("GET", "")

    assert answer.status_code == 200
    assert answer.json() == {
        "quota": 1160,
        "links": [{"href": f"{{APIBaseURL}}{PATH}/", "rel": "self"}],
    }
    sandbox.domain.quota_drift = 40
    assert (await ask("GET", "")).json()["quota"] == 1200


async def test_aliases(ask: Ask) -> None:
    """Aliases are listed with a real host and a slash in their link."""
    assert (await ask("GET", "aliases")).json() == {
        "list": ["example.org"],
        "links": [{"href": f"https://api.hostway.com{PATH}/aliases/", "rel": "self"}],
    }


async def test_infostore(ask: Ask, sandbox: Sandbox) -> None:
    """A quota that was set is read back; changing it is a 204."""
    changed = await ask("PUT", "infostore", {"quota": 50})

    assert (changed.status_code, changed.content) == (204, b"")
    assert (await ask("GET", "infostore")).json() == {
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
    ask: Ask, sandbox: Sandbox, body: object, details: dict[str, str]
) -> None:
    """A quota must be there, a number from 0, and hold what is stored already."""
    sandbox.domain.infostore = InfoStore(usage=300, quota=500)

    answer = await ask("PUT", "infostore", body)

    assert answer.status_code == 400
    fault = {"message": "POST data error", "code": 400, "details": details}
    assert answer.json() == {"badRequest": fault}
    assert sandbox.domain.infostore.quota == 500


async def test_mailbox_type_count(ask: Ask, sandbox: Sandbox) -> None:
    """Mailboxes are counted by webmail type, those of Exchange by their own."""
    sandbox.mailbox("ben").webmail = Webmail("premium")
    sandbox.add_exchange("max", type="premium")

    assert (await ask("GET", "statistics/mailboxTypeCount")).json() == {
        "numStandard": 1,
        "numActiveSync": 0,
        "numPremium": 1,
        "numExchange2013Standard": 2,
        "numExchange2013Premium": 1,
        "links": [
            {"href": f"{{{{APIBaseURL}}}}{PATH}/statistics/mailboxTypeCount/", "rel": "self"}
        ],
    }


async def test_sso_link(ask: Ask, sandbox: Sandbox) -> None:
    """The link to the antispam panel comes as JSON, or as a redirect to it."""
    sandbox.domain.sso_link = "https://avas.example/sso?token=x"
    path = "/accounts/account007/avas/example.com/SSOLink"

    assert (await ask("GET", path)).json() == {
        "url": "https://avas.example/sso?token=x",
        "links": [{"href": f"https://api.hostway.com{path}", "rel": "self"}],
    }
    sandbox.domain.sso_redirects = True
    answer = await ask("GET", path)
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.headers["location"] == "https://avas.example/sso?token=x"


@pytest.mark.parametrize(
    "path", ["/accounts/other/email/example.com", "/accounts/account007/email/x.com"]
)
async def test_unknown_account_and_domain(ask: Ask, path: str) -> None:
    """The 404 says whether the account or the domain is missing."""
    missing = "Account not found" if "other" in path else "Domain not found"

    assert (await ask("GET", path)).json() == {
        "itemNotFound": {
            "message": "Resource not found",
            "code": 404,
            "details": {"message": missing},
        }
    }
