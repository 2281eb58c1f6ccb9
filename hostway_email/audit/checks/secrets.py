"""Secret questions, by which a forgotten password is reset: the nearest this API has to a second
factor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.check import (
    Check,
    Context,
    DomainCheck,
    Evidence,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.checks.wording import ago, shown
from hostway_email.audit.facts import MailboxFacts

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
    why="Without enough of them the owner cannot reset a forgotten password alone, and has to be "
    "recognised by somebody in some other way.",
    mend="Have the owner answer as many questions as are required.",
    probes=frozenset({"secrets", "domain.secret_minimum"}),
    find=too_few_questions,
)


def retired_questions(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    # Where nothing is on offer there is nothing to compare with.
    offered = context.domain.secret_questions
    for key in dict.fromkeys(mailbox.secrets or ()):
        if offered and key not in offered:
            yield Evidence(f"the question {shown(key)} is no longer on offer")


SEC_02 = MailboxCheck(
    id="SEC-02",
    title="A retired secret question is in use",
    severity=Severity.LOW,
    group=_GROUP,
    why="The question was withdrawn, often because its answer is easily guessed, and may not be "
    "asked any more when the owner needs it.",
    mend="Have the owner choose a question that is on offer.",
    probes=frozenset({"secrets", "domain.secret_questions"}),
    find=retired_questions,
)


def weak_recovery(context: Context) -> Iterator[Evidence]:
    if context.domain.secret_minimum == 1:
        yield Evidence("1 secret question is enough to reset a password")


SEC_03 = DomainCheck(
    id="SEC-03",
    title="One secret question resets a password",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="The answer to a single question can often be guessed or found out, and it is all that a "
    "stranger needs to set a new password.",
    mend="Ask Hostway to require at least two questions.",
    probes=frozenset({"domain.secret_minimum"}),
    find=weak_recovery,
)


def reset_pending(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    before = context.earlier and context.earlier.facts.webmail
    now = mailbox.webmail
    if context.earlier and now and now.reset_password and before and before.reset_password:
        since = ago(context.earlier.days)
        yield Evidence(f"a new password is demanded at the next login, as it was {since}")


SEC_04 = MailboxCheck(
    id="SEC-04",
    title="A forced password reset is still pending",
    severity=Severity.LOW,
    group=_GROUP,
    why="The owner has not logged in to webmail since the reset was demanded, so the password that "
    "was to be replaced, perhaps because others know it, still works.",
    mend="Ask the owner to log in and choose a new password, or set one yourself.",
    probes=frozenset({"webmail"}),
    find=reset_pending,
    apart=lambda _settings: 1,
)

CHECKS: Final[tuple[Check, ...]] = (SEC_01, SEC_02, SEC_03, SEC_04)
