"""Exchange mailboxes: limits that are missing, senders that are not checked, foreign addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.check import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.checks.addresses import distinct, is_external
from hostway_email.audit.checks.resources import resource_kind
from hostway_email.audit.checks.wording import shown
from hostway_email.audit.facts import MailboxFacts

__all__ = ["CHECKS"]

_GROUP: Final = "exchange"


def no_sending_limits(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    if mailbox.exchange and mailbox.exchange.recipients_unlimited:
        yield Evidence("the number of recipients of a message is unlimited")
    if mailbox.exchange and mailbox.exchange.send_size_unlimited:
        yield Evidence("the size of a sent message is unlimited")


EXC_01 = MailboxCheck(
    id="EXC-01",
    title="No sending limits",
    severity=Severity.LOW,
    group=_GROUP,
    why="Whoever takes over the mailbox can send spam to thousands with one message, which soon "
    "gets the whole domain refused elsewhere.",
    mend="Set a limit that fits ordinary use, such as 500 recipients and 50 MB.",
    probes=frozenset({"exchange"}),
    find=no_sending_limits,
)


def unauthenticated_senders(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    exchange = mailbox.exchange
    if exchange and exchange.require_sender_authentication_enabled is False:
        kind = resource_kind(exchange)
        if kind in ("room", "equipment"):
            yield Evidence(f"{kind} mailbox, accepts mail of senders who did not sign in")


EXC_02 = MailboxCheck(
    id="EXC-02",
    title="A resource accepts mail from anybody",
    severity=Severity.LOW,
    group=_GROUP,
    why="Strangers can book the room or the device, and learn from its answers when it is free.",
    mend="Require authenticated senders for it, unless outsiders are meant to book it.",
    probes=frozenset({"exchange"}),
    find=unauthenticated_senders,
)


def foreign_addresses(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    for address in distinct(mailbox.exchange.addresses if mailbox.exchange else ()):
        if is_external(address, context):
            yield Evidence(f"has the address {shown(address)}")


EXC_03 = MailboxCheck(
    id="EXC-03",
    title="An address outside the own domains",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="The mailbox answers to a domain that is not known as yours: a forgotten one that somebody "
    "else may own by now, or one that serves to pose as another.",
    mend="Remove the address, or add its domain to the internal domains if it is yours.",
    probes=frozenset({"exchange", "domain.aliases"}),
    find=foreign_addresses,
)

CHECKS: Final[tuple[Check, ...]] = (EXC_01, EXC_02, EXC_03)
