"""Activity: what the number of messages tells of how a mailbox is used.

The API knows no last login, so both answers are inferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.check import Check, Context, Evidence, MailboxCheck, Severity
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

CHECKS: Final[tuple[Check, ...]] = (ACT_01, ACT_04)
