"""The advice of errors, which depends on the operation that failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from hostway_email import (
    BadRequestError,
    ConflictError,
    ContactCreate,
    ExchangeCreate,
    ExchangeUpdate,
    HostwayEmail,
    MailboxCreate,
    MailboxUpdate,
    StatusError,
    WebmailCreate,
)
from hostway_email.sandbox import Sandbox

from ..support.transports import client_over, response
from .operations import ANSWERS, NEW, domain, user

pytestmark = pytest.mark.anyio

Call = Callable[[HostwayEmail], Awaitable[object]]

MISSING: dict[str, Call] = {
    "mailbox": lambda it: user(it, "jhon").mailbox.update(MailboxUpdate(quota_mb=85)),
    "mailbox, renamed": lambda it: user(it, "jhon").mailbox.update(MailboxUpdate(username="jo")),
    "exchange": lambda it: user(it, "jhon").exchange.update(ExchangeUpdate(city="Berlin")),
    "exchange, with a password": lambda it: user(it, "jhon").exchange.update(
        ExchangeUpdate(password=NEW)
    ),
    "exchange, with a name": lambda it: user(it, "jhon").exchange.update(
        ExchangeUpdate(display_name="John")
    ),
}


@pytest.mark.parametrize("call", MISSING.values(), ids=MISSING)
async def test_update_of_a_missing_mailbox(
    call: Call, hostway: HostwayEmail, sandbox: Sandbox
) -> None:
    """The advice is to check the name: to send what is required would create the mailbox."""
    with pytest.raises(BadRequestError) as caught:
        await call(hostway)

    assert "There is no such" in caught.value.advice
    assert str(caught.value).endswith("check its name. To create it, call create().")
    assert "send it again" not in str(caught.value)
    assert "jhon" not in sandbox.domain.mailboxes


@pytest.mark.parametrize(
    ("changes", "details"),
    [
        (MailboxUpdate(password=NEW), {"password": "A digit is required"}),
        (MailboxUpdate(quota_mb=85), {"quota": "Required to be less than 80"}),
        (MailboxUpdate(quota_mb=85), {"password": "Was used before"}),
    ],
)
async def test_other_rejections_of_an_update(
    changes: MailboxUpdate, details: dict[str, str]
) -> None:
    """What an update has given, or need not give, does not tell that the mailbox is missing."""
    hostway, _ = client_over([response(400, {"badRequest": {"details": details}})])
    with pytest.raises(BadRequestError) as caught:
        await user(hostway).mailbox.update(changes)

    assert caught.value.advice == BadRequestError.advice


OTHERS: dict[str, tuple[Call, type[StatusError], str]] = {
    "contact": (
        lambda it: domain(it).contacts.create(
            ContactCreate(name="carl", email="carl@example.net", display_name="Carl")
        ),
        ConflictError,
        "call update()",
    ),
    "webmail": (
        lambda it: user(it).webmail.create(WebmailCreate(type="standard")),
        ConflictError,
        "call update()",
    ),
    "password": (
        lambda it: user(it).mailbox.reset_password(
            answers={"tk1": "wrong answer"}, password="New-secret-7"
        ),
        ConflictError,
        "secret questions",
    ),
    "secrets": (
        lambda it: user(it).secrets.set({"tk1": "answer1"}),
        BadRequestError,
        "secret_question_settings",
    ),
}


@pytest.mark.parametrize(("call", "kind", "advice"), OTHERS.values(), ids=OTHERS)
async def test_other_operations(
    call: Call, kind: type[StatusError], advice: str, hostway: HostwayEmail
) -> None:
    """Other errors whose meaning the operation decides say so as well."""
    await user(hostway).secrets.set(ANSWERS)
    with pytest.raises(kind) as caught:
        await call(hostway)

    assert advice in caught.value.advice
    assert caught.value.args[-1] == caught.value.advice


@pytest.mark.parametrize("kind", ["mailbox", "exchange"])
async def test_creation_of_an_existing_mailbox(kind: str) -> None:
    """A conflict of a creation is that the mailbox exists."""
    hostway, _ = client_over([response(409)])
    ana = user(hostway)
    with pytest.raises(ConflictError, match=r"The mailbox exists: call update\(\)"):
        if kind == "mailbox":
            await ana.mailbox.create(MailboxCreate(password=NEW))
        else:
            await ana.exchange.create(ExchangeCreate(password=NEW, display_name="Ana"))
