"""Authentication and authorization."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Send = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

ANA = ("ana@example.com", "Ana-secret-1")
BEN = ("ben@example.com", "Ben-secret-1")
ADMIN = ("admin", "sandbox")
ANSWERS = {"tk1": "one", "tk2": "two", "tk3": "three"}


@pytest.mark.parametrize("form", ["/accounts/account007/email", "/email"])
@pytest.mark.parametrize(("auth", "status"), [(ADMIN, 204), (ANA, 204), (BEN, 403)])
async def test_secrets_are_set_by_the_account_or_their_owner(
    send: Send, form: str, auth: tuple[str, str], status: int
) -> None:
    """The valid credentials of another mailbox get a 403, not a 401."""
    response = await send("PUT", f"{form}/example.com/usernames/ana/secrets", ANSWERS, auth=auth)

    assert response.status_code == status


@pytest.mark.parametrize(("auth", "status"), [(ANA, 200), (ADMIN, 401), (BEN, 401)])
async def test_short_webmail_requires_the_owner(
    send: Send, auth: tuple[str, str], status: int
) -> None:
    """The short form requires the mailbox's own credentials; those of the account are refused."""
    response = await send("GET", "/email/example.com/usernames/ana/webmail", auth=auth)

    assert response.status_code == status


@pytest.mark.parametrize(("auth", "status"), [(ANA, 204), (ADMIN, 204), (BEN, 401)])
async def test_long_webmail_update_accepts_the_owner(
    send: Send, auth: tuple[str, str], status: int
) -> None:
    """The long path documents errors for end users, so it accepts their credentials."""
    response = await send("PUT", "usernames/ana/webmail", {"theme": "dark"}, auth=auth)

    assert response.status_code == status


@pytest.mark.parametrize("auth", [ANA, BEN, ADMIN])
async def test_short_product_settings_accept_any_owner(send: Send, auth: tuple[str, str]) -> None:
    """The credentials of any mailbox in the domain can read its product settings."""
    assert (await send("GET", "/email/example.com/webmailNames", auth=auth)).status_code == 200


async def test_owner_has_no_account_access(send: Send) -> None:
    """A mailbox's credentials cannot read the domain, nor the mailbox itself."""
    for path in ("usernames", "usernames/ana/mailbox", ""):
        assert (await send("GET", path, auth=ANA)).status_code == 401


async def test_owner_of_a_missing_mailbox(send: Send) -> None:
    """Valid credentials of a mailbox get a 404 for a missing one."""
    path = "/email/example.com/usernames/ghost/webmail"

    assert (await send("GET", path, auth=ANA)).status_code == 404


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + b64encode(b"admin").decode(),
        "Basic " + b64encode(b"\xff:\xff").decode(),
        "Bearer " + b64encode(b"admin:sandbox").decode(),
        "Basic " + b64encode(b"ana@example.net:Ana-secret-1").decode(),
    ],
)
async def test_malformed_authorization_headers(send: Send, header: str) -> None:
    """Anything but HTTP Basic with valid credentials is a 401 with a challenge."""
    headers = {"Authorization": header, "Content-Type": "application/json"}

    response = await send("GET", "", auth=None, headers=headers)

    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Basic ")
    assert response.json() == {"unauthorized": {"message": "Unauthorized", "code": 401}}


async def test_scheme_is_case_insensitive(send: Send) -> None:
    """The authentication scheme may be in any case."""
    header = "bAsIc " + b64encode(b"admin:sandbox").decode()

    assert (await send("GET", "", auth=None, headers={"Authorization": header})).is_success


async def test_credentials_check_can_be_disabled(send: Send, sandbox: Sandbox) -> None:
    """Without the check all requests are authorized."""
    sandbox.faults.check_credentials = False

    for path in ("", "/email/example.com/usernames/ana/webmail"):
        assert (await send("GET", path, auth=None)).status_code == 200


async def test_changed_password_replaces_the_old_one(send: Send) -> None:
    """After a password change the old password is invalid and the new one valid."""
    await send("PUT", "usernames/ana/mailbox", {"password": "New-secret-2"})
    path = "/email/example.com/usernames/ana/webmail"

    assert (await send("GET", path, auth=ANA)).status_code == 401
    assert (await send("GET", path, auth=("ana@example.com", "New-secret-2"))).status_code == 200
