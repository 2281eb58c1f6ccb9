"""Access protocols of Exchange mailboxes, including ActiveSync devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hostway_email.audit.checks._resources import resource_kind
from hostway_email.audit.checks.base import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.collect.facts import MailboxFacts

__all__ = ["CHECKS"]

_GROUP: Final = "protocols"
_PROBES: Final = frozenset({"exchange"})


def pop_enabled(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    if mailbox.exchange and mailbox.exchange.pop_enabled:
        yield Evidence("POP3 is enabled")


PRT_01 = MailboxCheck(
    id="PRT-01",
    title="POP3 is enabled",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="POP3 requires nothing but the password, which can be guessed unnoticed, and removes "
    "mail from the server, so that it is neither searched nor backed up.",
    remediation="Disable POP3 for the mailbox unless a documented application still needs it.",
    probes=_PROBES,
    find=pop_enabled,
)


def imap_enabled(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    if mailbox.exchange and mailbox.exchange.imap_enabled:
        yield Evidence("IMAP is enabled")


PRT_02 = MailboxCheck(
    id="PRT-02",
    title="IMAP is enabled",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="IMAP requires nothing but the password, so a stolen one is enough to copy the whole "
    "mailbox.",
    remediation="Disable IMAP for the mailbox unless a documented application still needs it.",
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
        yield Evidence("ActiveSync is enabled, but no device is paired")


PRT_03 = MailboxCheck(
    id="PRT-03",
    title="ActiveSync is enabled but unused",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="Unused access is not monitored: the first device to be paired could be an "
    "attacker's.",
    remediation="Disable ActiveSync until the owner wants to pair a device.",
    probes=_PROBES,
    find=active_sync_unused,
)


def active_sync_open(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    exchange = mailbox.exchange
    if not (exchange and exchange.active_sync_enabled):
        return
    policy = (exchange.active_sync_mailbox_policy or "").strip().casefold()
    if exchange.active_sync_allowed_devices == 0 and policy == "default":
        yield Evidence("ActiveSync is enabled for any device, under the policy Default")


PRT_04 = MailboxCheck(
    id="PRT-04",
    title="ActiveSync is open to any device",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="An attacker who has the password can pair a device and receives all mail from then "
    "on; the default policy requires neither a device lock nor encryption.",
    remediation="List the allowed devices, or assign a stricter policy.",
    probes=_PROBES,
    find=active_sync_open,
)


def resource_can_log_in(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    exchange = mailbox.exchange
    kind = exchange and resource_kind(exchange)
    if not exchange or not kind:
        return
    protocols = {
        "Outlook on the web": exchange.owa_enabled,
        "POP3": exchange.pop_enabled,
        "IMAP": exchange.imap_enabled,
        "MAPI": exchange.mapi_enabled,
    }
    if enabled := [name for name, is_on in protocols.items() if is_on]:
        yield Evidence(f"{kind} mailbox, enabled protocols: {', '.join(enabled)}")


PRT_05 = MailboxCheck(
    id="PRT-05",
    title="Resource mailbox can log in",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="A room, equipment or shared mailbox belongs to no person: its password is old and "
    "widely known, and its use goes unnoticed.",
    remediation="Disable all protocols for it; give users access through their own mailboxes.",
    probes=_PROBES,
    find=resource_can_log_in,
)

CHECKS: Final[tuple[Check, ...]] = (PRT_01, PRT_02, PRT_03, PRT_04, PRT_05)
