"""Black and white lists: what is let in unchecked, what is refused, and what cancels itself out.

An entry of a white list that names a whole domain is reported once: as WL-02 where the domain is
one's own, as WL-03 where anybody can have an address there, else as WL-01.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hostway_email.audit.check import Check, Context, Evidence, MailboxCheck, Severity
from hostway_email.audit.checks.addresses import canonical, domain_of, is_free_mail, is_internal
from hostway_email.audit.checks.shared import Owner, SharedCheck, domain_twin
from hostway_email.audit.checks.wording import shown
from hostway_email.audit.facts import ListedFacts, MailboxFacts

__all__ = ["CHECKS"]

_GROUP: Final = "lists"
_PROBES: Final = frozenset({"blackwhitelist", "domain.aliases"})
_NAMES: Final = {"W": "white-listed", "B": "black-listed"}


def domain_let_in(owner: Owner, context: Context) -> Iterator[Evidence]:
    for address in _whole_domains_let_in(owner):
        if not is_internal(address, context) and not is_free_mail(address, context):
            yield Evidence(f"{shown(address)} is white-listed")


WL_01 = SharedCheck(
    id="WL-01",
    title="A whole domain is white-listed",
    severity=Severity.HIGH,
    group=_GROUP,
    why="Everything that claims to come from there passes unchecked, also what is forged and "
    "what is sent from a mailbox there that was broken into.",
    mend="List the few addresses that are needed instead of the domain.",
    probes=_PROBES,
    find=domain_let_in,
)


def own_domain_let_in(owner: Owner, context: Context) -> Iterator[Evidence]:
    for address in _whole_domains_let_in(owner):
        if is_internal(address, context):
            yield Evidence(f"{shown(address)}, one of the own domains, is white-listed")


WL_02 = SharedCheck(
    id="WL-02",
    title="The own domain is white-listed",
    severity=Severity.CRITICAL,
    group=_GROUP,
    why="Anybody can write your domain into the sender of a message; such forgeries of "
    "colleagues, superiors and administrators then pass unchecked.",
    mend="Delete the entry: real mail of colleagues does not need it.",
    probes=_PROBES,
    find=own_domain_let_in,
)


def free_mail_let_in(owner: Owner, context: Context) -> Iterator[Evidence]:
    for address in _whole_domains_let_in(owner):
        if is_free_mail(address, context):
            yield Evidence(f"{shown(address)}, a free-mail domain, is white-listed")


WL_03 = SharedCheck(
    id="WL-03",
    title="A free-mail domain is white-listed",
    severity=Severity.CRITICAL,
    group=_GROUP,
    why="Anybody, spammers included, can have an address there within a minute, and then passes "
    "unchecked.",
    mend="List the addresses that are needed instead of the domain.",
    probes=_PROBES,
    find=free_mail_let_in,
)


def contradictions(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    own = _entries(mailbox.blackwhitelist, "here")
    if own:
        general = _entries(context.domain.blackwhitelist, "on the domain's list")
        yield from _conflicts_within(own)
        yield from _opposed(own, general)
        yield from _shadowed(own, general)
        yield from _shadowed(general, own)


def contradictions_of_domain(context: Context) -> Iterator[Evidence]:
    return _conflicts_within(_entries(context.domain.blackwhitelist, "here"))


WL_04 = MailboxCheck(
    id="WL-04",
    title="List entries contradict or repeat each other",
    severity=Severity.LOW,
    group=_GROUP,
    why="Which of two entries wins is not documented, so mail may be let in or refused against "
    "what one of them says; an entry that only repeats another hides that it is not needed.",
    mend="Decide what should happen to that sender, and delete the other entry.",
    probes=frozenset({"blackwhitelist", "domain.blackwhitelist"}),
    find=contradictions,
)
WL_04_OF_DOMAIN = domain_twin(WL_04, frozenset({"domain.blackwhitelist"}), contradictions_of_domain)


def colleagues_refused(owner: Owner, context: Context) -> Iterator[Evidence]:
    for entry in owner.blackwhitelist or ():
        if _side(entry) == "B" and is_internal(entry.address, context):
            yield Evidence(f"{shown(entry.address)}, which is internal, is black-listed")


WL_05 = SharedCheck(
    id="WL-05",
    title="Colleagues are black-listed",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="Mail of one's own organisation is refused or filed as spam, mostly without anybody "
    "noticing what is missing.",
    mend="Delete the entry; if the address was forged by spammers, leave them to the filter.",
    probes=_PROBES,
    find=colleagues_refused,
)


def long_allow_list(owner: Owner, context: Context) -> Iterator[Evidence]:
    count = sum(_side(entry) == "W" for entry in owner.blackwhitelist or ())
    limit = context.settings.max_allow_list
    if count > limit:
        yield Evidence(f"entries in the white list: {count:,}, limit {limit:,}")


WL_06 = SharedCheck(
    id="WL-06",
    title="The white list is too long",
    severity=Severity.LOW,
    group=_GROUP,
    why="Nobody keeps an eye on so many exceptions, and each of them is a way around the filter.",
    mend="Delete what is no longer needed; if much wanted mail is caught, set a milder SPAM_LEVEL.",
    probes=frozenset({"blackwhitelist"}),
    find=long_allow_list,
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


def _whole_domains_let_in(owner: Owner) -> Iterator[str]:
    for entry in owner.blackwhitelist or ():
        if _side(entry) == "W" and entry.address.strip().startswith("@"):
            yield entry.address


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry with where it stands."""

    address: str
    side: str
    place: str

    @property
    def whole_domain(self) -> bool:
        return self.address.startswith("@")


def _entries(listed: Sequence[ListedFacts] | None, place: str) -> list[_Entry]:
    entries = (_Entry(canonical(entry.address), _side(entry), place) for entry in listed or ())
    return list(dict.fromkeys(entry for entry in entries if entry.side in _NAMES))


def _conflicts_within(entries: Sequence[_Entry]) -> Iterator[Evidence]:
    white = [entry for entry in entries if entry.side == "W"]
    yield from _opposed(white, entries)
    yield from _shadowed(entries, entries)


def _opposed(entries: Sequence[_Entry], others: Sequence[_Entry]) -> Iterator[Evidence]:
    """Yield the entries that are on the other side among `others`."""
    known = {(other.address, other.side): other for other in others}
    for entry in entries:
        if other := known.get((entry.address, "B" if entry.side == "W" else "W")):
            yield _evidence(entry, other)


def _shadowed(entries: Sequence[_Entry], others: Sequence[_Entry]) -> Iterator[Evidence]:
    """Yield the addresses among `entries` whose whole domain is among `others`."""
    domains = {other.address: other for other in others if other.whole_domain}
    for entry in entries:
        if not entry.whole_domain and (other := domains.get(f"@{domain_of(entry.address)}")):
            yield _evidence(entry, other)


def _evidence(entry: _Entry, other: _Entry) -> Evidence:
    subject = "" if entry.address == other.address else f"{shown(other.address)} "
    one = f"{shown(entry.address)} is {_NAMES[entry.side]} {entry.place}"
    return Evidence(f"{one}, and {subject}{_NAMES[other.side]} {other.place}")
