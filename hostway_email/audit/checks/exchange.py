"""Exchange mailboxes: missing limits, unauthenticated senders and external proxy addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.checks._addresses import distinct, is_external
from hostway_email.audit.checks._resources import resource_kind
from hostway_email.audit.checks.base import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import shown

__all__ = ["CHECKS"]

_GROUP: Final = "exchange"


def no_sending_limits(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    if mailbox.exchange and mailbox.exchange.recipients_unlimited:
        yield Evidence("recipients per message: unlimited")
    if mailbox.exchange and mailbox.exchange.send_size_unlimited:
        yield Evidence("size of sent messages: unlimited")


EXC_01 = MailboxCheck(
    id="EXC-01",
    title="No sending limits",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="A compromised mailbox can send spam to thousands of recipients with one message, "
    "which soon gets the whole domain blocked elsewhere.",
    remediation="Set limits that fit normal use, such as 500 recipients and 50 MB.",
    probes=frozenset({"exchange"}),
    find=no_sending_limits,
)


def unauthenticated_senders(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    exchange = mailbox.exchange
    if exchange and exchange.require_sender_authentication_enabled is False:
        kind = resource_kind(exchange)
        if kind in ("room", "equipment"):
            yield Evidence(f"{kind} mailbox, accepts unauthenticated senders")


EXC_02 = MailboxCheck(
    id="EXC-02",
    title="Resource accepts unauthenticated senders",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="External senders can book the room or equipment, and learn from its replies when it "
    "is free.",
    remediation="Require authenticated senders for it, unless external senders are meant to book "
    "it.",
    probes=frozenset({"exchange"}),
    find=unauthenticated_senders,
)


def foreign_addresses(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    for address in distinct(mailbox.exchange.addresses if mailbox.exchange else ()):
        if is_external(address, context):
            yield Evidence(f"proxy address {shown(address)}")


EXC_03 = MailboxCheck(
    id="EXC-03",
    title="Proxy address outside the own domains",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="The mailbox receives mail for a domain that is not known as yours: a forgotten one "
    "that may have a new owner by now, or one that serves to impersonate another.",
    remediation="Remove the address; if its domain is yours, add it to internal_domains.",
    probes=frozenset({"exchange", "domain.aliases"}),
    find=foreign_addresses,
)

CHECKS: Final[tuple[Check, ...]] = (EXC_01, EXC_02, EXC_03)
