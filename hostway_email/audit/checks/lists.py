"""Black/white lists: risky, mistaken and contradictory entries.

A whitelisted domain is reported once: as WL-02 if it is an own domain, as WL-03 if it is a
free-mail domain, else as WL-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hostway_email.audit.checks._addresses import canonical, domain_of, is_free_mail, is_internal
from hostway_email.audit.checks._shared import Owner, SharedCheck, domain_twin
from hostway_email.audit.checks.base import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.collect.facts import ListedFacts, MailboxFacts
from hostway_email.audit.text import shown

__all__ = ["CHECKS"]

_GROUP: Final = "lists"
_PROBES: Final = frozenset({"blackwhitelist", "domain.aliases"})
_NAMES: Final = {"W": "whitelisted", "B": "blacklisted"}


def domain_whitelisted(owner: Owner, context: Context) -> Iterator[Evidence]:
    for address in _whitelisted_domains(owner):
        if not is_internal(address, context) and not is_free_mail(address, context):
            yield Evidence(f"{shown(address)} is whitelisted")


WL_01 = SharedCheck(
    id="WL-01",
    title="Whole domain whitelisted",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="All mail that claims to come from the domain bypasses the filter, including forged "
    "mail and mail from compromised mailboxes.",
    remediation="Whitelist the required addresses instead of the whole domain.",
    probes=_PROBES,
    find=domain_whitelisted,
)


def own_domain_whitelisted(owner: Owner, context: Context) -> Iterator[Evidence]:
    for address in _whitelisted_domains(owner):
        if is_internal(address, context):
            yield Evidence(f"{shown(address)}, an own domain, is whitelisted")


WL_02 = SharedCheck(
    id="WL-02",
    title="Own domain whitelisted",
    severity=Severity.CRITICAL,
    group=_GROUP,
    rationale="Anyone can forge your domain as the sender: mail that impersonates colleagues, "
    "executives and administrators then bypasses the filter.",
    remediation="Delete the entry: genuine mail of colleagues does not need it.",
    probes=_PROBES,
    find=own_domain_whitelisted,
)


def free_mail_whitelisted(owner: Owner, context: Context) -> Iterator[Evidence]:
    for address in _whitelisted_domains(owner):
        if is_free_mail(address, context):
            yield Evidence(f"{shown(address)}, a free-mail domain, is whitelisted")


WL_03 = SharedCheck(
    id="WL-03",
    title="Free-mail domain whitelisted",
    severity=Severity.CRITICAL,
    group=_GROUP,
    rationale="Anyone, including spammers, can get an address there within a minute and then "
    "bypasses the filter.",
    remediation="Whitelist the required addresses instead of the whole domain.",
    probes=_PROBES,
    find=free_mail_whitelisted,
)


def contradictions(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    own = _entries(mailbox.blackwhitelist, "on this list")
    if own:
        general = _entries(context.domain.blackwhitelist, "on the domain's list")
        yield from _conflicts_within(own)
        yield from _opposed(own, general)
        yield from _shadowed(own, general)
        yield from _shadowed(general, own)


def contradictions_of_domain(context: Context) -> Iterator[Evidence]:
    return _conflicts_within(_entries(context.domain.blackwhitelist, "on this list"))


WL_04 = MailboxCheck(
    id="WL-04",
    title="Contradictory or redundant list entries",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="The API does not document which of two entries takes precedence, so mail may be "
    "accepted or rejected contrary to one of them. A redundant entry hides that it is not needed.",
    remediation="Decide how mail from that sender should be handled, and delete the other entry.",
    probes=frozenset({"blackwhitelist", "domain.blackwhitelist"}),
    find=contradictions,
)
WL_04_OF_DOMAIN = domain_twin(WL_04, frozenset({"domain.blackwhitelist"}), contradictions_of_domain)


def internal_blacklisted(owner: Owner, context: Context) -> Iterator[Evidence]:
    for entry in owner.blackwhitelist or ():
        if _side(entry) == "B" and is_internal(entry.address, context):
            yield Evidence(f"{shown(entry.address)}, which is internal, is blacklisted")


WL_05 = SharedCheck(
    id="WL-05",
    title="Internal address blacklisted",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="Mail from within the organisation is rejected or filed as spam, mostly unnoticed.",
    remediation="Delete the entry; if spammers forged the address, rely on the spam filter "
    "instead.",
    probes=_PROBES,
    find=internal_blacklisted,
)


def long_whitelist(owner: Owner, context: Context) -> Iterator[Evidence]:
    count = sum(_side(entry) == "W" for entry in owner.blackwhitelist or ())
    limit = context.settings.max_allow_list
    if count > limit:
        yield Evidence(f"whitelist entries: {count:,}, limit {limit:,}")


WL_06 = SharedCheck(
    id="WL-06",
    title="Whitelist too long",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="So many exceptions are hard to review, and each of them bypasses the filter.",
    remediation="Delete entries that are no longer needed. If much legitimate mail is caught, set "
    "a less aggressive SPAM_LEVEL.",
    probes=frozenset({"blackwhitelist"}),
    find=long_whitelist,
)

CHECKS: Final[tuple[Check, ...]] = (
    *WL_01.both(),
    *WL_02.both(),
    *WL_03.both(),
    WL_04,
    WL_04_OF_DOMAIN,
    *WL_05.both(),
    *WL_06.both(),
)


def _side(entry: ListedFacts) -> str:
    return (entry.type or "").strip().upper()


def _whitelisted_domains(owner: Owner) -> Iterator[str]:
    for entry in owner.blackwhitelist or ():
        if _side(entry) == "W" and entry.address.strip().startswith("@"):
            yield entry.address


@dataclass(frozen=True, slots=True)
class _Entry:
    """A list entry and the list that has it."""

    address: str
    side: str
    list_name: str

    @property
    def whole_domain(self) -> bool:
        return self.address.startswith("@")


def _entries(listed: Sequence[ListedFacts] | None, list_name: str) -> list[_Entry]:
    entries = (_Entry(canonical(entry.address), _side(entry), list_name) for entry in listed or ())
    return list(dict.fromkeys(entry for entry in entries if entry.side in _NAMES))


def _conflicts_within(entries: Sequence[_Entry]) -> Iterator[Evidence]:
    white = [entry for entry in entries if entry.side == "W"]
    yield from _opposed(white, entries)
    yield from _shadowed(entries, entries)


def _opposed(entries: Sequence[_Entry], others: Sequence[_Entry]) -> Iterator[Evidence]:
    """Yield the entries that are on the opposite side of the list in `others`."""
    known = {(other.address, other.side): other for other in others}
    for entry in entries:
        if other := known.get((entry.address, "B" if entry.side == "W" else "W")):
            yield _evidence(entry, other)


def _shadowed(entries: Sequence[_Entry], others: Sequence[_Entry]) -> Iterator[Evidence]:
    """Yield the addresses in `entries` whose whole domain is in `others`."""
    domains = {other.address: other for other in others if other.whole_domain}
    for entry in entries:
        if not entry.whole_domain and (other := domains.get(f"@{domain_of(entry.address)}")):
            yield _evidence(entry, other)


def _evidence(entry: _Entry, other: _Entry) -> Evidence:
    subject = "" if entry.address == other.address else f"{shown(other.address)} "
    one = f"{shown(entry.address)} is {_NAMES[entry.side]} {entry.list_name}"
    return Evidence(f"{one}, and {subject}{_NAMES[other.side]} {other.list_name}")
