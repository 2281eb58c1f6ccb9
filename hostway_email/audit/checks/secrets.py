"""Secret questions for resetting a forgotten password: the closest thing to MFA in this API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.checks.base import (
    Check,
    Context,
    DomainCheck,
    Evidence,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import ago, shown

__all__ = ["CHECKS"]

_GROUP: Final = "secrets"


def too_few_questions(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    minimum = context.domain.secret_minimum
    if mailbox.secrets is None or minimum is None:
        return
    answered = len(set(mailbox.secrets))
    if answered < minimum:
        yield Evidence(f"secret questions answered: {answered:,}, required: {minimum:,}")


SEC_01 = MailboxCheck(
    id="SEC-01",
    title="Too few secret questions answered",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="Without enough answers the owner cannot reset a forgotten password and has to be "
    "identified in another way.",
    remediation="Have the owner answer the required number of questions.",
    probes=frozenset({"secrets", "domain.secret_minimum"}),
    find=too_few_questions,
)


def retired_questions(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    # Without offered questions there is nothing to compare with.
    offered = context.domain.secret_questions
    for key in dict.fromkeys(mailbox.secrets or ()):
        if offered and key not in offered:
            yield Evidence(f"question {shown(key)} is no longer offered")


SEC_02 = MailboxCheck(
    id="SEC-02",
    title="Retired secret question in use",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="The question was withdrawn, often because its answer is easy to guess, and may no "
    "longer be asked when the owner needs it.",
    remediation="Have the owner choose a question that is still offered.",
    probes=frozenset({"secrets", "domain.secret_questions"}),
    find=retired_questions,
)


def weak_recovery(context: Context) -> Iterator[Evidence]:
    if context.domain.secret_minimum == 1:
        yield Evidence("1 secret question is enough to reset a password")


SEC_03 = DomainCheck(
    id="SEC-03",
    title="Weak recovery policy: one secret question is enough",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="The answer to a single question can often be guessed or found out, and is all an "
    "attacker needs to set a new password.",
    remediation="Ask Hostway to require at least two questions.",
    probes=frozenset({"domain.secret_minimum"}),
    find=weak_recovery,
)


def reset_pending(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    before = context.baseline and context.baseline.facts.webmail
    now = mailbox.webmail
    if context.baseline and now and now.reset_password and before and before.reset_password:
        baseline = ago(context.baseline.days)
        yield Evidence(f"password reset required at the next login, as it was {baseline}")


SEC_04 = MailboxCheck(
    id="SEC-04",
    title="Forced password reset still pending",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="The owner has not logged in to webmail since the reset was required, so the old "
    "password, which others may know, still works.",
    remediation="Ask the owner to log in and choose a new password, or set one yourself.",
    probes=frozenset({"webmail"}),
    find=reset_pending,
    min_baseline_age_days=lambda _settings: 1,
)

CHECKS: Final[tuple[Check, ...]] = (SEC_01, SEC_02, SEC_03, SEC_04)
