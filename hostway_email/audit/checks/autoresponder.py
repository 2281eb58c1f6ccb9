"""Automatic replies: left on, dangerous together with a forward, or empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.check import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.checks.forwards import external_forwards
from hostway_email.audit.checks.wording import ago, shown
from hostway_email.audit.facts import MailboxFacts

__all__ = ["CHECKS"]

_GROUP: Final = "autoresponder"


def left_on(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if not _replies(mailbox):
        return
    earlier = context.earlier
    if earlier and _replies(earlier.facts) and earlier.days >= context.settings.autoreply_days:
        text = f"the automatic reply is on, as it was {ago(earlier.days)}"
        yield Evidence(text, severity=Severity.MEDIUM)
    else:
        yield Evidence("the automatic reply is on")


AR_01 = MailboxCheck(
    id="AR-01",
    title="The automatic reply is on",
    severity=Severity.LOW,
    group=_GROUP,
    why="The API knows no end date, so a reply is easily forgotten: it goes on telling strangers, "
    "spammers included, that the address is read and when its owner is away.",
    mend="Ask the owner whether it is still needed, and switch it off if it is not.",
    probes=frozenset({"autoresponder"}),
    find=left_on,
)


def reply_and_forward(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if _replies(mailbox):
        for target in external_forwards(mailbox, context):
            yield Evidence(f"replies automatically and forwards to {shown(target)}")


AR_02 = MailboxCheck(
    id="AR-02",
    title="Automatic reply and external forward together",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="A reply from the forward's target can come back and be answered and forwarded again, "
    "without an end; and answers to forged senders make the domain look like a spammer.",
    mend="Keep one of the two: switch off the reply, or delete the forward.",
    probes=frozenset({"autoresponder", "forwards", "exchange", "domain.aliases"}),
    find=reply_and_forward,
)


def empty_reply(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    reply = mailbox.autoresponder
    if reply and reply.active and not (reply.has_subject or reply.has_body):
        yield Evidence("the automatic reply has neither a subject nor a text")


AR_03 = MailboxCheck(
    id="AR-03",
    title="The automatic reply is empty",
    severity=Severity.INFO,
    group=_GROUP,
    why="Whoever writes gets an empty message back, which looks like an error or like spam.",
    mend="Write a text for the reply, or switch it off.",
    probes=frozenset({"autoresponder"}),
    find=empty_reply,
)

CHECKS: Final[tuple[Check, ...]] = (AR_01, AR_02, AR_03)


def _replies(mailbox: MailboxFacts) -> bool:
    return bool(mailbox.autoresponder and mailbox.autoresponder.active)
