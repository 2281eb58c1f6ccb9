"""Trials that expire soon or have expired."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from hostway_email.audit.checks._shared import domain_twin
from hostway_email.audit.checks.base import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import ago, shown

__all__ = ["CHECKS"]


def trial_of_mailbox(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    return _trial(mailbox.trial_type, mailbox.trial_expiration, context)


def trial_of_domain(context: Context) -> Iterator[Evidence]:
    if webmail := context.domain.webmail:
        yield from _trial(webmail.trial_type, webmail.trial_expiration, context)


EXP_01 = MailboxCheck(
    id="EXP-01",
    title="Trial expires soon or has expired",
    severity=Severity.MEDIUM,
    group="trial",
    rationale="After its last day the features of the trial are gone, including those its users "
    "rely on, such as mail on the phone.",
    remediation="Order the plan or change back to the previous one, and tell the users which.",
    probes=frozenset(),
    find=trial_of_mailbox,
)
EXP_01_OF_DOMAIN = domain_twin(EXP_01, frozenset({"domain.webmail"}), trial_of_domain)

CHECKS: Final[tuple[Check, ...]] = (EXP_01, EXP_01_OF_DOMAIN)


def _trial(name: str | None, last_day: date | None, context: Context) -> Iterator[Evidence]:
    if last_day is None:
        return
    trial = f"trial of {shown(name)}" if name else "trial"
    days = (last_day - context.today).days
    if days < 0:
        yield Evidence(f"{trial} expired on {last_day}, {ago(-days)}", Severity.HIGH)
    elif days <= context.settings.trial_days:
        yield Evidence(f"{trial} expires on {last_day}, days left: {days:,}")
