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
    why="Without enough answers the owner cannot reset a forgotten password and has to be "
    "identified in another way.",
    mend="Have the owner answer the required number of questions.",
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
    why="The question was withdrawn, often because its answer is easy to guess, and may no longer "
    "be asked when the owner needs it.",
    mend="Have the owner choose a question that is still offered.",
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
    why="The answer to a single question can often be guessed or found out, and is all an "
    "attacker needs to set a new password.",
    mend="Ask Hostway to require at least two questions.",
    probes=frozenset({"domain.secret_minimum"}),
    find=weak_recovery,
)


def reset_pending(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    before = context.earlier and context.earlier.facts.webmail
    now = mailbox.webmail
    if context.earlier and now and now.reset_password and before and before.reset_password:
        since = ago(context.earlier.days)
        yield Evidence(f"password reset required at the next login, as it was {since}")


SEC_04 = MailboxCheck(
    id="SEC-04",
    title="Forced password reset still pending",
    severity=Severity.LOW,
    group=_GROUP,
    why="The owner has not logged in to webmail since the reset was required, so the old "
    "password, which others may know, still works.",
    mend="Ask the owner to log in and choose a new password, or set one yourself.",
    probes=frozenset({"webmail"}),
    find=reset_pending,
    apart=lambda _settings: 1,
)

CHECKS: Final[tuple[Check, ...]] = (SEC_01, SEC_02, SEC_03, SEC_04)
