"""OpenXchange accounts, upgrades and downgrades."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox, Webmail

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

LONG = "/accounts/account007/email/example.com/usernames/ana/webmail"
SHORT = "/email/example.com/usernames/ana/webmail"
ADMIN = ("admin", "sandbox")
ANA = ("ana@example.com", "Ana-secret-1")
FORMS = pytest.mark.parametrize(("path", "auth"), [(LONG, ADMIN), (SHORT, ANA)])


@pytest.fixture
def webmail(sandbox: Sandbox) -> Webmail:
    """The account of Ana."""
    webmail = sandbox.mailbox("ana").webmail
    assert webmail is not None
    return webmail


@FORMS
async def test_details(ask: Ask, path: str, auth: tuple[str, str]) -> None:
    """Only the long form tells the login token and whether a new password is due."""
    details = (await ask("GET", path, auth=auth)).json()

    if path == LONG:
        assert details.pop("authToken")
        assert details.pop("resetPassword") is False
    assert details == {
        "type": "standard",
        "allowUpgrade": True,
        "theme": "default",
        "language": "en_US",
        "timezone": "America/Chicago",
        "links": [{"href": f"{{APIBaseURL}}{path}/", "rel": "self"}],
    }


@FORMS
async def test_create(ask: Ask, sandbox: Sandbox, path: str, auth: tuple[str, str]) -> None:
    """A new account is a 201, of standard type and open to upgrades unless told otherwise."""
    sandbox.mailbox("ana").webmail = None
    assert (await ask("GET", path, auth=auth)).status_code == 404

    answer = await ask("POST", path, {"language": "de_DE"}, auth=auth)

    assert (answer.status_code, answer.content) == (201, b"")
    assert sandbox.mailbox("ana").webmail == Webmail(language="de_DE")
    again = await ask("POST", path, {}, auth=auth)
    fault = {"message": "OpenXchange account already exists", "code": 409, "details": ""}
    assert (again.status_code, again.json()) == (409, {"conflict": fault})


async def test_create_with_everything(ask: Ask, sandbox: Sandbox) -> None:
    """All that can be given is kept."""
    sandbox.mailbox("ana").webmail = None
    body = {"type": "activesync", "allowUpgrade": False, "theme": "t", "timezone": "Europe/Oslo"}

    assert (await ask("POST", LONG, body)).status_code == 201

    assert sandbox.mailbox("ana").webmail == Webmail(
        "activesync", False, theme="t", timezone="Europe/Oslo"
    )


@FORMS
@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            {"type": "non-valid"},
            {"type": '"non-valid" is not one of standard, activesync, premium'},
        ),
        ({"type": "activesync"}, {"computeFault": "Number of mailboxes exceeded"}),
        ({"allowUpgrade": "yes"}, {"allowUpgrade": '"yes" is not of type boolean'}),
    ],
)
async def test_create_refuses(
    ask: Ask,
    sandbox: Sandbox,
    path: str,
    auth: tuple[str, str],
    body: object,
    error: dict[str, str],
) -> None:
    """A type must be on offer and have a seat left."""
    sandbox.mailbox("ana").webmail = None
    sandbox.mailbox("ben").webmail = Webmail("activesync")
    sandbox.domain.limits["activesync"] = 1

    answer = await ask("POST", path, body, auth=auth)

    assert answer.status_code == 400
    assert answer.json() == error
    assert sandbox.mailbox("ana").webmail is None


@FORMS
async def test_upgrade(
    ask: Ask, sandbox: Sandbox, webmail: Webmail, path: str, auth: tuple[str, str]
) -> None:
    """An upgrade is a 204 and brings the storage of the new type."""
    answer = await ask("PUT", path, {"type": "premium"}, auth=auth)

    assert (answer.status_code, answer.content) == (204, b"")
    assert webmail.type == "premium"
    assert sandbox.mailbox("ana").quota == sandbox.domain.type_quotas["premium"]


@FORMS
async def test_update_of_looks(
    ask: Ask, webmail: Webmail, path: str, auth: tuple[str, str]
) -> None:
    """Theme, language, time zone and the forced reset need no type."""
    body = {"theme": "new_theme", "language": "es_ES", "timezone": "UTC", "resetPassword": True}

    assert (await ask("PUT", path, body, auth=auth)).status_code == 204

    assert webmail == Webmail("standard", True, True, "new_theme", "es_ES", "UTC")


@FORMS
@pytest.mark.parametrize(
    ("now", "body", "error"),
    [
        ("standard", {"type": ""}, {"type": "Required"}),
        (
            "standard",
            {"type": "invalid-type"},
            {"type": '"invalid-type" is not one of standard, activesync, premium'},
        ),
        (
            "standard",
            {"type": "premium", "allowUpgrade": False},
            {"message": "The allowUpgrade option is inconsistent with the provided type"},
        ),
        (
            "premium",
            {"allowUpgrade": False},
            {"message": "The account is already upgraded. Please downgrade it to standard first."},
        ),
        ("standard", {"type": "activesync"}, {"computeFault": "Number of mailboxes exceeded"}),
        (
            "premium",
            {"type": "standard"},
            {"message": "Current mailbox usage is larger than the new quota value"},
        ),
    ],
)
async def test_update_refuses(
    ask: Ask,
    sandbox: Sandbox,
    webmail: Webmail,
    path: str,
    auth: tuple[str, str],
    now: str,
    body: object,
    error: dict[str, str],
) -> None:
    """Fields, business rules and quantities are each refused in their own shape."""
    webmail.type = now
    sandbox.mailbox("ana").usage = 4000
    sandbox.mailbox("ben").webmail = Webmail("activesync")
    sandbox.domain.limits["activesync"] = 1

    answer = await ask("PUT", path, body, auth=auth)

    assert answer.status_code == 400
    assert answer.json() == error
    assert webmail == Webmail(now)


@pytest.mark.parametrize("path", [LONG, SHORT])
@pytest.mark.parametrize(("now", "new"), [("standard", "premium"), ("premium", "standard")])
async def test_end_users_need_permission(
    ask: Ask, webmail: Webmail, path: str, now: str, new: str
) -> None:
    """An end user who may not upgrade can neither upgrade nor change an upgraded account."""
    webmail.type, webmail.allow_upgrade = now, False

    answer = await ask("PUT", path, {"type": new}, auth=ANA)

    assert answer.json() == {"message": "This account is not allowed to be upgraded"}


async def test_the_account_needs_no_permission(ask: Ask, webmail: Webmail) -> None:
    """The account changes types whatever the setting; an end user may stay at standard."""
    webmail.allow_upgrade = False

    assert (await ask("PUT", SHORT, {"type": "standard"}, auth=ANA)).status_code == 204
    assert (await ask("PUT", LONG, {"type": "premium"})).status_code == 204


async def test_downgrade_may_forbid_upgrades(ask: Ask, webmail: Webmail) -> None:
    """Together with the downgrade the permission can be taken away."""
    webmail.type = "premium"

    body = {"type": "standard", "allowUpgrade": False}
    assert (await ask("PUT", LONG, body)).status_code == 204

    assert (webmail.type, webmail.allow_upgrade) == ("standard", False)


@pytest.mark.parametrize("body", [{"allowUpgrade": True}, {"type": "premium"}])
async def test_the_product_may_forbid_upgrades(
    ask: Ask, sandbox: Sandbox, body: dict[str, object]
) -> None:
    """Where the product forbids upgrades, only the current type may be sent."""
    sandbox.domain.upgrade = False

    refused = await ask("PUT", LONG, body)

    assert refused.status_code == 400
    assert refused.json() == {"message": "Upgrades are disabled by the product"}
    assert (await ask("PUT", LONG, {"type": "standard"})).status_code == 204


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_exchange_has_none(ask: Ask, method: str) -> None:
    """An Exchange mailbox has no OpenXchange account and gets none."""
    path = LONG.replace("ana", "eva")

    assert (await ask(method, path, None if method == "GET" else {})).status_code == 404
