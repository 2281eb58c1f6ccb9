"""OpenXchange accounts, upgrades and downgrades."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox, Webmail

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

LONG = "/accounts/account007/email/example.com/usernames/ana/webmail"
SHORT = "/email/example.com/usernames/ana/webmail"
ADMIN = ("admin", "sandbox")
ANA = ("ana@example.com", "Ana-secret-1")
FORMS = pytest.mark.parametrize(("path", "auth"), [(LONG, ADMIN), (SHORT, ANA)])


@pytest.fixture
def webmail(sandbox: Sandbox) -> Webmail:
    """The OpenXchange account of `ana`."""
    webmail = sandbox.mailbox("ana").webmail
    assert webmail is not None
    return webmail


@FORMS
async def test_details(send: Send, path: str, auth: tuple[str, str]) -> None:
    """Only the long form has the login token and `resetPassword`."""
    details = (await send("GET", path, auth=auth)).json()

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
async def test_create(send: Send, sandbox: Sandbox, path: str, auth: tuple[str, str]) -> None:
    """A new account is a 201; by default it is of standard type and allows upgrades."""
    sandbox.mailbox("ana").webmail = None
    assert (await send("GET", path, auth=auth)).status_code == 404

    response = await send("POST", path, {"language": "de_DE"}, auth=auth)

    assert (response.status_code, response.content) == (201, b"")
    assert sandbox.mailbox("ana").webmail == Webmail(language="de_DE")
    again = await send("POST", path, {}, auth=auth)
    fault = {"message": "OpenXchange account already exists", "code": 409, "details": ""}
    assert (again.status_code, again.json()) == (409, {"conflict": fault})


async def test_create_with_all_fields(send: Send, sandbox: Sandbox) -> None:
    """All fields are stored."""
    sandbox.mailbox("ana").webmail = None
    body = {"type": "activesync", "allowUpgrade": False, "theme": "t", "timezone": "Europe/Oslo"}

    assert (await send("POST", LONG, body)).status_code == 201

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
    send: Send,
    sandbox: Sandbox,
    path: str,
    auth: tuple[str, str],
    body: object,
    error: dict[str, str],
) -> None:
    """A type must be available and below its limit."""
    sandbox.mailbox("ana").webmail = None
    sandbox.mailbox("ben").webmail = Webmail("activesync")
    sandbox.domain.limits["activesync"] = 1

    response = await send("POST", path, body, auth=auth)

    assert response.status_code == 400
    assert response.json() == error
    assert sandbox.mailbox("ana").webmail is None


@FORMS
async def test_upgrade(
    send: Send, sandbox: Sandbox, webmail: Webmail, path: str, auth: tuple[str, str]
) -> None:
    """An upgrade is a 204 and sets the quota of the new type."""
    response = await send("PUT", path, {"type": "premium"}, auth=auth)

    assert (response.status_code, response.content) == (204, b"")
    assert webmail.type == "premium"
    assert sandbox.mailbox("ana").quota == sandbox.domain.type_quotas["premium"]


@FORMS
async def test_update_of_appearance(
    send: Send, webmail: Webmail, path: str, auth: tuple[str, str]
) -> None:
    """Theme, language, time zone and the password reset can be updated without a type."""
    body = {"theme": "new_theme", "language": "es_ES", "timezone": "UTC", "resetPassword": True}

    assert (await send("PUT", path, body, auth=auth)).status_code == 204

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
    send: Send,
    sandbox: Sandbox,
    webmail: Webmail,
    path: str,
    auth: tuple[str, str],
    now: str,
    body: object,
    error: dict[str, str],
) -> None:
    """Field errors, business rules and limits each have their own error shape."""
    webmail.type = now
    sandbox.mailbox("ana").usage = 4000
    sandbox.mailbox("ben").webmail = Webmail("activesync")
    sandbox.domain.limits["activesync"] = 1

    response = await send("PUT", path, body, auth=auth)

    assert response.status_code == 400
    assert response.json() == error
    assert webmail == Webmail(now)


@pytest.mark.parametrize("path", [LONG, SHORT])
@pytest.mark.parametrize(("now", "new"), [("standard", "premium"), ("premium", "standard")])
async def test_end_users_need_permission(
    send: Send, webmail: Webmail, path: str, now: str, new: str
) -> None:
    """Without permission, an end user can neither upgrade nor change an upgraded account."""
    webmail.type, webmail.allow_upgrade = now, False

    response = await send("PUT", path, {"type": new}, auth=ANA)

    assert response.json() == {"message": "This account is not allowed to be upgraded"}


async def test_the_account_needs_no_permission(send: Send, webmail: Webmail) -> None:
    """The account's credentials can always change types; an end user may keep standard."""
    webmail.allow_upgrade = False

    assert (await send("PUT", SHORT, {"type": "standard"}, auth=ANA)).status_code == 204
    assert (await send("PUT", LONG, {"type": "premium"})).status_code == 204


async def test_downgrade_can_forbid_upgrades(send: Send, webmail: Webmail) -> None:
    """The permission can be withdrawn together with the downgrade."""
    webmail.type = "premium"

    body = {"type": "standard", "allowUpgrade": False}
    assert (await send("PUT", LONG, body)).status_code == 204

    assert (webmail.type, webmail.allow_upgrade) == ("standard", False)


@pytest.mark.parametrize("body", [{"allowUpgrade": True}, {"type": "premium"}])
async def test_product_can_forbid_upgrades(
    send: Send, sandbox: Sandbox, body: dict[str, object]
) -> None:
    """If the product forbids upgrades, only the current type is accepted."""
    sandbox.domain.upgrade = False

    refused = await send("PUT", LONG, body)

    assert refused.status_code == 400
    assert refused.json() == {"message": "Upgrades are disabled by the product"}
    assert (await send("PUT", LONG, {"type": "standard"})).status_code == 204


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_exchange_has_no_webmail(send: Send, method: str) -> None:
    """An Exchange mailbox has no OpenXchange account and cannot create one."""
    path = LONG.replace("ana", "eva")

    assert (await send(method, path, None if method == "GET" else {})).status_code == 404
