"""Protocols by which an Exchange mailbox can be reached, and phones that it lets in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.check import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.checks.resources import resource_kind
from hostway_email.audit.facts import MailboxFacts

__all__ = ["CHECKS"]

_GROUP: Final = "protocols"
_PROBES: Final = frozenset({"exchange"})


def pop_enabled(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    if mailbox.exchange and mailbox.exchange.pop_enabled:
        yield Evidence("POP3 is on")


PRT_01 = MailboxCheck(
    id="PRT-01",
    title="POP3 is on",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="POP3 knows nothing but the password, which can be guessed there unnoticed, and takes mail "
    "off the server, where it is neither searched nor backed up.",
    mend="Switch POP3 off for the mailbox unless a program on record still needs it.",
    probes=_PROBES,
    find=pop_enabled,
)


def imap_enabled(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    if mailbox.exchange and mailbox.exchange.imap_enabled:
        yield Evidence("IMAP is on")


PRT_02 = MailboxCheck(
    id="PRT-02",
    title="IMAP is on",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="IMAP knows nothing but the password, so a stolen one is enough to copy the whole mailbox.",
    mend="Switch IMAP off for the mailbox unless a program on record still needs it.",
    probes=_PROBES,
    find=imap_enabled,
)


def active_sync_unused(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    exchange = mailbox.exchange
    if (
        exchange
        and exchange.active_sync_enabled
        and exchange.has_active_sync_device_partnership is False
    ):
        yield Evidence("ActiveSync is on, and no device is paired")


PRT_03 = MailboxCheck(
    id="PRT-03",
    title="ActiveSync is on, but unused",
    severity=Severity.LOW,
    group=_GROUP,
    why="A way in that nobody uses is one that nobody watches: the first device to be paired could "
    "be a stranger's.",
    mend="Switch ActiveSync off until the owner wants to use a phone.",
    probes=_PROBES,
    find=active_sync_unused,
)


def active_sync_open(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    exchange = mailbox.exchange
    if not (exchange and exchange.active_sync_enabled):
        return
    policy = (exchange.active_sync_mailbox_policy or "").strip().casefold()
    if exchange.active_sync_allowed_devices == 0 and policy == "default":
        yield Evidence("ActiveSync is on for any device, under the policy Default")


PRT_04 = MailboxCheck(
    id="PRT-04",
    title="ActiveSync is open to any device",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="Whoever has the password can pair a device of their own and gets all mail from then on; "
    "the default policy asks for no lock and no encryption.",
    mend="Name the devices that are allowed, or assign a stricter policy.",
    probes=_PROBES,
    find=active_sync_open,
)


def resource_can_log_in(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    exchange = mailbox.exchange
    kind = exchange and resource_kind(exchange)
    if not exchange or not kind:
        return
    ways = {
        "Outlook on the web": exchange.owa_enabled,
        "POP3": exchange.pop_enabled,
        "IMAP": exchange.imap_enabled,
        "MAPI": exchange.mapi_enabled,
    }
    if enabled := [name for name, is_on in ways.items() if is_on]:
        yield Evidence(f"{kind} mailbox, reachable by {', '.join(enabled)}")


PRT_05 = MailboxCheck(
    id="PRT-05",
    title="A resource mailbox can log in",
    severity=Severity.HIGH,
    group=_GROUP,
    why="A room, a device or a shared mailbox belongs to no person: its password is old and known "
    "to many, and nobody notices who uses it.",
    mend="Switch off all protocols for it; give people access through their own mailboxes.",
    probes=_PROBES,
    find=resource_can_log_in,
)

CHECKS: Final[tuple[Check, ...]] = (PRT_01, PRT_02, PRT_03, PRT_04, PRT_05)
