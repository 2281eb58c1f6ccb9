"""Autoresponders: left on, combined with an external forward, or empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.checks.base import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.checks.forwards import external_forwards
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import ago, shown

__all__ = ["CHECKS"]

_GROUP: Final = "autoresponder"


def left_on(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if not _replies(mailbox):
        return
    baseline = context.baseline
    if baseline and _replies(baseline.facts) and baseline.days >= context.settings.autoreply_days:
        text = f"autoresponder is on, as it was {ago(baseline.days)}"
        yield Evidence(text, severity=Severity.MEDIUM)
    else:
        yield Evidence("autoresponder is on")


AR_01 = MailboxCheck(
    id="AR-01",
    title="Autoresponder is on",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="The API has no end date for an autoresponder, so it is easily left on: it confirms "
    "to every sender, spammers included, that the address is in use and when its owner is away.",
    remediation="Ask the owner whether it is still needed; switch it off if not.",
    probes=frozenset({"autoresponder"}),
    find=left_on,
)


def reply_and_forward(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if _replies(mailbox):
        for target in external_forwards(mailbox, context):
            yield Evidence(f"autoresponder is on, forwards to {shown(target)}")


AR_02 = MailboxCheck(
    id="AR-02",
    title="Autoresponder together with an external forward",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="Automatic replies from the forward's target can cause an endless mail loop, and "
    "replies to forged senders are backscatter that harms the domain's reputation.",
    remediation="Switch off the autoresponder, or delete the forward.",
    probes=frozenset({"autoresponder", "forwards", "exchange", "domain.aliases"}),
    find=reply_and_forward,
)


def empty_reply(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    reply = mailbox.autoresponder
    if reply and reply.active and not (reply.has_subject or reply.has_body):
        yield Evidence("autoresponder has neither a subject nor a body")


AR_03 = MailboxCheck(
    id="AR-03",
    title="Empty autoresponder message",
    severity=Severity.INFO,
    group=_GROUP,
    rationale="Senders receive an empty reply, which looks like an error or like spam.",
    remediation="Write a message, or switch the autoresponder off.",
    probes=frozenset({"autoresponder"}),
    find=empty_reply,
)

CHECKS: Final[tuple[Check, ...]] = (AR_01, AR_02, AR_03)


def _replies(mailbox: MailboxFacts) -> bool:
    return bool(mailbox.autoresponder and mailbox.autoresponder.active)
