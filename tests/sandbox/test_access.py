"""Whose credentials open what."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable

import httpx
import pytest

from hostway_email.sandbox import Sandbox

Ask = Callable[..., Awaitable[httpx.Response]]

pytestmark = pytest.mark.anyio

ANA = ("ana@example.com", "Ana-secret-1")
BEN = ("ben@example.com", "Ben-secret-1")
ADMIN = ("admin", "sandbox")
ANSWERS = {"tk1": "one", "tk2": "two", "tk3": "three"}


@pytest.mark.parametrize("form", ["/accounts/account007/email", "/email"])
@pytest.mark.parametrize(("auth", "status"), [(ADMIN, 204), (ANA, 204), (BEN, 403)])
async def test_secrets_are_set_by_the_account_or_their_owner(
    ask: Ask, form: str, auth: tuple[str, str], status: int
) -> None:
    """An owner who is known but asks for the mailbox of another gets a 403, not a 401."""
    answer = await ask("PUT", f"{form}/example.com/usernames/ana/secrets", ANSWERS, auth=auth)

    assert answer.status_code == status


@pytest.mark.parametrize(("auth", "status"), [(ANA, 200), (ADMIN, 401), (BEN, 401)])
async def test_short_webmail_is_for_the_owner_alone(
    ask: Ask, auth: tuple[str, str], status: int
) -> None:
    """The short form wants the mailbox's own credentials; those of the account are refused."""
    answer = await ask("GET", "/email/example.com/usernames/ana/webmail", auth=auth)

    assert answer.status_code == status


@pytest.mark.parametrize(("auth", "status"), [(ANA, 204), (ADMIN, 204), (BEN, 401)])
async def test_long_webmail_update_takes_the_owner_too(
    ask: Ask, auth: tuple[str, str], status: int
) -> None:
    """End users have errors of their own on the long path, so they can come that way."""
    answer = await ask("PUT", "usernames/ana/webmail", {"theme": "dark"}, auth=auth)

    assert answer.status_code == status


@pytest.mark.parametrize("auth", [ANA, BEN, ADMIN])
async def test_short_product_settings_are_for_all(ask: Ask, auth: tuple[str, str]) -> None:
    """Any owner of the domain may read what its product offers."""
    assert (await ask("GET", "/email/example.com/webmailNames", auth=auth)).status_code == 200


async def test_an_owner_is_no_account(ask: Ask) -> None:
    """Owners cannot read the rest of the domain, not even their own mailbox."""
    for path in ("usernames", "usernames/ana/mailbox", ""):
        assert (await ask("GET", path, auth=ANA)).status_code == 401


async def test_owner_of_a_missing_mailbox(ask: Ask) -> None:
    """A known owner who asks for a name that does not exist learns that."""
    path = "/email/example.com/usernames/ghost/webmail"

    assert (await ask("GET", path, auth=ANA)).status_code == 404


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
async def test_broken_headers_are_wrong_credentials(ask: Ask, header: str) -> None:
    """Whatever is not HTTP Basic with the right pair is a 401 that asks for it."""
    headers = {"Authorization": header, "Content-Type": "application/json"}

    answer = await ask("GET", "", auth=None, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.json() == {"unauthorized": {"message": "Unauthorized", "code": 401}}


async def test_scheme_has_no_case(ask: Ask) -> None:
    """The name of the scheme may be written in any case."""
    header = "bAsIc " + b64encode(b"admin:sandbox").decode()

    assert (await ask("GET", "", auth=None, headers={"Authorization": header})).is_success


async def test_checks_can_be_switched_off(ask: Ask, sandbox: Sandbox) -> None:
    """Without the check everybody may do everything."""
    sandbox.faults.check_credentials = False

    for path in ("", "/email/example.com/usernames/ana/webmail"):
        assert (await ask("GET", path, auth=None)).status_code == 200


async def test_a_changed_password_is_the_owners_new_one(ask: Ask) -> None:
    """After a reset the old password opens nothing, the new one everything that is the owner's."""
    await ask("PUT", "usernames/ana/mailbox", {"password": "New-secret-2"})
    path = "/email/example.com/usernames/ana/webmail"

    assert (await ask("GET", path, auth=ANA)).status_code == 401
    assert (await ask("GET", path, auth=("ana@example.com", "New-secret-2"))).status_code == 200


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
async def test_content_type_is_lenient_in_spelling(ask: Ask, value: str, status: int) -> None:
    """Case, quotes and a missing charset do not matter; another type or charset does."""
    answer = await ask("GET", "infostore", headers={"Content-Type": value})

    assert answer.status_code == status


async def test_content_type_check_can_be_switched_off(ask: Ask, sandbox: Sandbox) -> None:
    """Without the check the header may be missing."""
    sandbox.faults.check_content_type = False

    assert (await ask("GET", "infostore", headers={})).status_code == 200


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff", b'"text"'])
async def test_a_body_must_be_an_object(ask: Ask, content: bytes) -> None:
    """Anything but a JSON object is a 400."""
    answer = await ask("PUT", "infostore", content=content)

    assert answer.status_code == 400
    assert "message" in answer.json()
