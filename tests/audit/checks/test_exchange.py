"""Exchange mailboxes and protocols: only explicit values count."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostway_email.audit.checks._resources import resource_kind
from hostway_email.audit.checks.base import Evidence, MailboxCheck
from hostway_email.audit.checks.exchange import EXC_01, EXC_02, EXC_03
from hostway_email.audit.checks.protocols import PRT_01, PRT_02, PRT_03, PRT_04, PRT_05
from hostway_email.audit.collect.facts import ExchangeFacts, MailboxFacts

Ask = Callable[..., list[Evidence]]


def box(**facts: object) -> MailboxFacts:
    return MailboxFacts(username="ana", exchange=ExchangeFacts.model_validate(facts))


@pytest.mark.parametrize(("check", "field"), [(PRT_01, "pop_enabled"), (PRT_02, "imap_enabled")])
def test_protocols(ask: Ask, check: MailboxCheck, field: str) -> None:
    assert len(ask(check, box(**{field: True}))) == 1
    assert ask(check, box(**{field: False})) == []
    assert ask(check, box(**{field: None})) == []


@pytest.mark.parametrize(
    ("enabled", "paired", "expected"),
    [(True, False, 1), (True, True, 0), (True, None, 0), (False, False, 0), (None, False, 0)],
)
def test_unused_sync(ask: Ask, enabled: bool | None, paired: bool | None, expected: int) -> None:
    """A missing value does not mean that no device is paired."""
    mailbox = box(active_sync_enabled=enabled, has_active_sync_device_partnership=paired)

    assert len(ask(PRT_03, mailbox)) == expected


@pytest.mark.parametrize(
    ("enabled", "policy", "devices", "expected"),
    [
        (True, "Default", 0, 1),
        (True, " default ", 0, 1),
        (True, "Default", 1, 0),
        (True, "Company phones", 0, 0),
        (True, None, 0, 0),
        (False, "Default", 0, 0),
    ],
)
def test_open_sync(
    ask: Ask, enabled: bool, policy: str | None, devices: int, expected: int
) -> None:
    """A list of devices or a custom policy is enough for a pass."""
    mailbox = box(
        active_sync_enabled=enabled,
        active_sync_mailbox_policy=policy,
        active_sync_allowed_devices=devices,
    )

    assert len(ask(PRT_04, mailbox)) == expected


@pytest.mark.parametrize(
    ("resource_type", "recipient_type", "kind"),
    [
        ("room", "UserMailbox", "room"),
        ("RoomMailbox", None, "room"),
        (None, "EquipmentMailbox", "equipment"),
        ("user", "SharedMailbox", "shared"),
        ("EQUIPMENT", "", "equipment"),
        ("user", "UserMailbox", None),
        (None, None, None),
    ],
)
def test_resource_kind(
    resource_type: str | None, recipient_type: str | None, kind: str | None
) -> None:
    """Either of the two fields, in either spelling, is enough."""
    exchange = ExchangeFacts(resource_type=resource_type, recipient_type=recipient_type)

    assert resource_kind(exchange) == kind


def test_resource_names_all_protocols(ask: Ask) -> None:
    mailbox = box(
        recipient_type="SharedMailbox",
        owa_enabled=True,
        pop_enabled=True,
        imap_enabled=False,
        mapi_enabled=True,
    )

    assert ask(PRT_05, mailbox) == [
        Evidence("shared mailbox, enabled protocols: Outlook on the web, POP3, MAPI")
    ]


def test_user_mailboxes_may_log_in(ask: Ask) -> None:
    assert ask(PRT_05, box(resource_type="user", owa_enabled=True)) == []


def test_each_missing_limit_is_named(ask: Ask) -> None:
    assert len(ask(EXC_01, box(recipients_unlimited=True, send_size_unlimited=True))) == 2
    assert len(ask(EXC_01, box(send_size_unlimited=True))) == 1


@pytest.mark.parametrize(
    ("kind", "required", "expected"),
    [
        ("room", False, 1),
        ("equipment", False, 1),
        ("room", None, 0),
        ("SharedMailbox", False, 0),
        ("user", False, 0),
    ],
)
def test_unauthenticated_senders(ask: Ask, kind: str, required: bool | None, expected: int) -> None:
    """User and shared mailboxes may receive external mail."""
    mailbox = box(resource_type=kind, require_sender_authentication_enabled=required)

    assert len(ask(EXC_02, mailbox)) == expected


def test_foreign_addresses(ask: Ask) -> None:
    """Each external address is named once; entries that are no email addresses are ignored."""
    mailbox = box(
        addresses=[
            *("ana@example.net", "ana@EXAMPLE.ORG", "/o=Exchange/cn=ana"),
            *("smtp:Ana@partner.example", "ana@partner.example", "ana@mail.example.net"),
        ]
    )

    assert [found.text for found in ask(EXC_03, mailbox)] == [
        "proxy address smtp:Ana@partner.example",
        "proxy address ana@mail.example.net",
    ]
