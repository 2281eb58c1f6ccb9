"""Activity: use of a mailbox, inferred from message counts.

The API has no time of the last login.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hostway_email.audit.checks.base import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import ago

__all__ = ["CHECKS"]

_GROUP: Final = "activity"


def never_used(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    inbox = mailbox.statistics and mailbox.statistics.inbox
    sent = mailbox.statistics and mailbox.statistics.sent
    if not inbox or not sent or sent.all_messages != 0:
        return
    if inbox.all_messages and inbox.all_messages == inbox.unread_messages:
        yield Evidence(f"inbox messages: {inbox.all_messages:,}, read: 0, sent: 0")


ACT_01 = MailboxCheck(
    id="ACT-01",
    title="Mailbox never used (inferred)",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="Incoming mail stays unread and an intrusion would go unnoticed, while the licence "
    "is still paid for. Inferred from message counts: a mailbox that is only read by POP3 can look "
    "the same.",
    remediation="Ask whether it is needed; if not, delete it or forward its mail to a colleague.",
    probes=frozenset({"statistics"}),
    find=never_used,
)


def inactive(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if context.baseline is None:
        return
    before, now = _counts(context.baseline.facts), _counts(mailbox)
    if before and now and now.unread > before.unread and now.untouched_since(before):
        new = now.unread - before.unread
        baseline = f"the audit {ago(context.baseline.days)}"
        yield Evidence(f"new unread messages since {baseline}: {new:,}; read: 0, sent: 0")


ACT_02 = MailboxCheck(
    id="ACT-02",
    title="Inactive mailbox (inferred)",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="Mail still arrives but is neither read nor answered: senders wait in vain, and an "
    "intrusion would go unnoticed. Inferred from message counts.",
    remediation="Ask whether its owner has left; if so, block the login and forward the mail to "
    "the successor.",
    probes=frozenset({"statistics"}),
    find=inactive,
    min_baseline_age_days=lambda settings: settings.inactive_days,
)


def sent_surge(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if context.baseline is None:
        return
    before, now = _counts(context.baseline.facts), _counts(mailbox)
    if before is None or now is None:
        return
    usual = max(before.sent, context.settings.sent_surge_floor)
    if now.sent - before.sent > context.settings.sent_surge_factor * usual:
        yield Evidence(
            f"sent messages: {now.sent:,}, up from {before.sent:,} {ago(context.baseline.days)}"
        )


ACT_03 = MailboxCheck(
    id="ACT-03",
    title="Surge in sent mail",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="A mailbox that suddenly sends many times as much as in all the time before has "
    "often been compromised to send spam, which gets the whole domain blocked elsewhere.",
    remediation="Review the sent mail. Unless the owner can explain it, set a new password and "
    "check the forwards.",
    probes=frozenset({"statistics"}),
    find=sent_surge,
    min_baseline_age_days=lambda _settings: 0,
)


def spam_backlog(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    spam = mailbox.statistics and mailbox.statistics.spam
    limit = context.settings.spam_backlog
    if spam and spam.all_messages is not None and spam.all_messages > limit:
        yield Evidence(f"messages in the spam folder: {spam.all_messages:,}, limit {limit:,}")


ACT_04 = MailboxCheck(
    id="ACT-04",
    title="Spam folder backlog",
    severity=Severity.INFO,
    group=_GROUP,
    rationale="Legitimate mail that was classified as spam goes unnoticed, and the folder uses up "
    "quota.",
    remediation="Have the owner review the folder and empty it.",
    probes=frozenset({"statistics"}),
    find=spam_backlog,
)

CHECKS: Final[tuple[Check, ...]] = (ACT_01, ACT_02, ACT_03, ACT_04)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Numbers of read, unread and sent messages of a mailbox."""

    read: int
    unread: int
    sent: int

    def untouched_since(self, before: _Counts) -> bool:
        return self.read == before.read and self.sent == before.sent


def _counts(mailbox: MailboxFacts) -> _Counts | None:
    """Return the counts of a mailbox; None if one is missing from the response."""
    inbox = mailbox.statistics and mailbox.statistics.inbox
    sent = mailbox.statistics and mailbox.statistics.sent
    if not inbox or not sent or sent.all_messages is None:
        return None
    if inbox.all_messages is None or inbox.unread_messages is None:
        return None
    read = inbox.all_messages - inbox.unread_messages
    return _Counts(read, inbox.unread_messages, sent.all_messages)
