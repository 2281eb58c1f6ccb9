"""A small domain, and a fixture that runs a check on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from hostway_email.audit.checks.base import (
    AggregateCheck,
    Baseline,
    Check,
    Context,
    DomainCheck,
    Evidence,
    MailboxCheck,
)
from hostway_email.audit.checks.settings import AuditSettings
from hostway_email.audit.collect.facts import DomainFacts, MailboxFacts

Ask = Callable[..., list[Evidence]]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Run a check on mailboxes of `example.net`, and return its evidence."""

    def ask(
        check: Check,
        mailboxes: MailboxFacts | Sequence[MailboxFacts] = (),
        *,
        domain: DomainFacts | None = None,
        settings: AuditSettings | None = None,
        today: date = date(2026, 3, 15),
        baseline: Baseline | None = None,
    ) -> list[Evidence]:
        facts = domain or DomainFacts(account="a", domain="example.net", aliases=["example.org"])
        context = Context(facts, settings or AuditSettings(), today, baseline)
        every = [mailboxes] if isinstance(mailboxes, MailboxFacts) else list(mailboxes)
        match check:
            case MailboxCheck():
                return [found for one in every for found in check.find(one, context)]
            case DomainCheck():
                return list(check.find(context))
            case AggregateCheck():
                join = check.start(context)
                for mailbox in every:
                    join.add(mailbox)
                return list(join.find({mailbox.username.casefold() for mailbox in every}))
        raise AssertionError(f"a check of an unknown kind: {check}")

    return ask
