"""Activity: what the number of messages tells of how a mailbox is used.

The API knows no last login, so all answers are inferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hostway_email.audit.check import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.checks.wording import ago
from hostway_email.audit.facts import MailboxFacts

__all__ = ["CHECKS"]

_GROUP: Final = "activity"


def never_used(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    inbox = mailbox.statistics and mailbox.statistics.inbox
    sent = mailbox.statistics and mailbox.statistics.sent
    if not inbox or not sent or sent.all_messages != 0:
        return
    if inbox.all_messages and inbox.all_messages == inbox.unread_messages:
        yield Evidence(f"messages in the inbox: {inbox.all_messages:,}, read: 0, sent: 0")


ACT_01 = MailboxCheck(
    id="ACT-01",
    title="The mailbox seems never to have been used",
    severity=Severity.LOW,
    group=_GROUP,
    why="Nobody reads what arrives and nobody would notice a stranger in it; its licence is paid "
    "for all the same. This is inferred: a mailbox that is only read by POP3 can look the same.",
    mend="Ask whether it is needed; if not, delete it or forward its mail to a colleague.",
    probes=frozenset({"statistics"}),
    find=never_used,
)


def inactive(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if context.earlier is None:
        return
    before, now = _counts(context.earlier.facts), _counts(mailbox)
    if before and now and now.unread > before.unread and now.untouched_since(before):
        new = now.unread - before.unread
        since = f"the audit {ago(context.earlier.days)}"
        yield Evidence(f"new unread messages since {since}: {new:,}; read: 0, sent: 0")


ACT_02 = MailboxCheck(
    id="ACT-02",
    title="The mailbox seems to be unused now",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="Mail still comes in, and nobody reads it or answers: senders wait for nothing, and nobody "
    "would notice a stranger in it. This is inferred from the numbers of messages.",
    mend="Ask whether its owner has left; if so, block the login and forward the mail to whoever "
    "took over.",
    probes=frozenset({"statistics"}),
    find=inactive,
    apart=lambda settings: settings.inactive_days,
)


def sent_surge(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if context.earlier is None:
        return
    before, now = _counts(context.earlier.facts), _counts(mailbox)
    if before is None or now is None:
        return
    usual = max(before.sent, context.settings.sent_surge_floor)
    if now.sent - before.sent > context.settings.sent_surge_factor * usual:
        yield Evidence(
            f"messages in the folder of sent mail: {now.sent:,}, up from {before.sent:,} "
            f"{ago(context.earlier.days)}"
        )


ACT_03 = MailboxCheck(
    id="ACT-03",
    title="Far more mail was sent than before",
    severity=Severity.HIGH,
    group=_GROUP,
    why="A mailbox that suddenly sends many times as much as in all its time before has often been "
    "taken over to send spam, for which the whole domain is then blocked elsewhere.",
    mend="Look at what was sent; unless its owner can explain it, set a new password and check "
    "its forwards.",
    probes=frozenset({"statistics"}),
    find=sent_surge,
    apart=lambda _settings: 0,
)


def spam_backlog(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    spam = mailbox.statistics and mailbox.statistics.spam
    limit = context.settings.spam_backlog
    if spam and spam.all_messages is not None and spam.all_messages > limit:
        yield Evidence(f"messages in the spam folder: {spam.all_messages:,}, limit {limit:,}")


ACT_04 = MailboxCheck(
    id="ACT-04",
    title="The spam folder is overflowing",
    severity=Severity.INFO,
    group=_GROUP,
    why="Nobody looks for mail that was taken for spam by mistake, and the folder uses up quota.",
    mend="Have the owner look through it and empty it.",
    probes=frozenset({"statistics"}),
    find=spam_backlog,
)

CHECKS: Final[tuple[Check, ...]] = (ACT_01, ACT_02, ACT_03, ACT_04)


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many messages of a mailbox are read, unread and sent."""

    read: int
    unread: int
    sent: int

    def untouched_since(self, before: _Counts) -> bool:
        return self.read == before.read and self.sent == before.sent


def _counts(mailbox: MailboxFacts) -> _Counts | None:
    """Return the counts of a mailbox; None if the API did not tell one of them."""
    inbox = mailbox.statistics and mailbox.statistics.inbox
    sent = mailbox.statistics and mailbox.statistics.sent
    if not inbox or not sent or sent.all_messages is None:
        return None
    if inbox.all_messages is None or inbox.unread_messages is None:
        return None
    read = inbox.all_messages - inbox.unread_messages
    return _Counts(read, inbox.unread_messages, sent.all_messages)
