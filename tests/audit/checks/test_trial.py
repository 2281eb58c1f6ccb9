"""Trials around their last day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from hostway_email.audit.checks.base import Evidence, Severity
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.checks.trial import EXP_01, EXP_01_OF_DOMAIN
from hostway_email.audit.collect.facts import DomainFacts, DomainWebmailFacts, MailboxFacts

Ask = Callable[..., list[Evidence]]

TODAY = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, Evidence("trial of premium expired on 2026-03-14, 1 day ago", Severity.HIGH)),
        (0, Evidence("trial of premium expires on 2026-03-15, days left: 0")),
        (14, Evidence("trial of premium expires on 2026-03-29, days left: 14")),
        (15, None),
    ],
)
def test_days(ask: Ask, days: int, expected: Evidence | None) -> None:
    """On its last day a trial has not expired; trials of domains count in the same way."""
    end = TODAY + timedelta(days=days)
    mailbox = MailboxFacts(username="ana", trial_type="premium", trial_expiration=end)
    webmail = DomainWebmailFacts(trial_type="premium", trial_expiration=end)
    domain = DomainFacts(account="a", domain="example.net", webmail=webmail)
    found = [] if expected is None else [expected]

    assert ask(EXP_01, mailbox, today=TODAY) == found
    assert ask(EXP_01_OF_DOMAIN, domain=domain, today=TODAY) == found


def test_trial_without_a_name(ask: Ask) -> None:
    mailbox = MailboxFacts(username="ana", trial_expiration=TODAY)

    (found,) = ask(EXP_01, mailbox, today=TODAY)

    assert found.text.startswith("trial expires")


def test_trial_without_an_end(ask: Ask) -> None:
    """A trial without an end date is no finding."""
    assert ask(EXP_01, MailboxFacts(username="ana", trial_type="premium")) == []


def test_setting(ask: Ask) -> None:
    mailbox = MailboxFacts(username="ana", trial_expiration=TODAY + timedelta(days=1))

    assert ask(EXP_01, mailbox, today=TODAY, settings=AuditSettings(trial_days=0)) == []
