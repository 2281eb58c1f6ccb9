"""The sandbox object and the domain that a test builds."""

from __future__ import annotations

from datetime import date

import pytest

from hostway_email.sandbox import Domain, Faults, Sandbox, Webmail


def test_empty_domain_has_defaults() -> None:
    """Without mailboxes all settings of the domain are defaults."""
    sandbox = Sandbox(mailboxes=0)

    assert len(sandbox.domain.mailboxes) == 0
    untouched = Domain("account007", "example.com", mailboxes=sandbox.domain.mailboxes)
    assert sandbox.domain == untouched
    assert sandbox.secret_minimum == 3
    assert sandbox.count() == 0
    assert sandbox.faults == Faults()


def test_add_mailbox() -> None:
    """Any field of a mailbox can be set; its username is case-insensitive."""
    sandbox = Sandbox(0)

    made = sandbox.add_mailbox("Ana", quota=5, forwards=["x@y.example"], webmail=None)

    assert sandbox.mailbox("ANA") is made
    assert (made.quota, made.forwards, made.webmail) == (5, ["x@y.example"], None)
    assert sandbox.add_mailbox("ben").webmail == Webmail()


def test_add_exchange() -> None:
    """Fields of both `Mailbox` and `ExchangeMailbox` can be set."""
    sandbox = Sandbox(0)

    made = sandbox.add_exchange("room1", resource_type="room", quota=7, city="Oslo", usage=3)

    assert made.exchange is not None
    assert (made.quota, made.usage, made.webmail) == (7, 3, None)
    assert (made.exchange.city, made.exchange.recipient_type) == ("Oslo", "RoomMailbox")
    assert made.exchange.display_name == "room1"
    assert not made.exchange.owa_enabled


def test_invalid_names_are_refused() -> None:
    """An unknown field, a duplicate username and a missing username are errors at once."""
    sandbox = Sandbox(0)
    sandbox.add_mailbox("ana")

    with pytest.raises(AttributeError, match="colour"):
        sandbox.add_mailbox("ben", colour="red")
    with pytest.raises(ValueError, match="'ANA'"):
        sandbox.add_mailbox("ANA")
    with pytest.raises(KeyError):
        sandbox.mailbox("ghost")


def test_sandboxes_share_no_state() -> None:
    """Changes to one sandbox do not affect another."""
    first, second = Sandbox(0), Sandbox(0)
    for sandbox in (first, second):
        sandbox.add_mailbox("ana")

    first.mailbox("ana").secrets["tk4"] = "x"
    first.mailbox("ana").forwards.append("x")
    first.secret_questions["tk9"] = "?"
    first.domain.limits["premium"] = 1

    assert "tk4" not in second.mailbox("ana").secrets
    assert second.mailbox("ana").forwards == []
    assert "tk9" not in second.secret_questions
    assert second.domain.limits["premium"] == -1


def test_settings() -> None:
    """All arguments of the sandbox take effect."""
    sandbox = Sandbox(
        0,
        account="acc1",
        domain="example.net",
        password_rules=True,
        today=date(2026, 1, 1),
        faults=Faults(latency_ms=3),
    )

    assert (sandbox.domain.account, sandbox.domain.name) == ("acc1", "example.net")
    assert sandbox.password_rules
    assert sandbox.faults.latency_ms == 3
