"""Forwards: mail that leaves, gets lost, or goes round.

A regular forward is one of the `forwards` of a username; an Exchange mailbox can have one more of
its own. An external target is reported once for the same reason:

- A regular one is FWD-04 where its domain is free mail or a look-alike, else FWD-01.
- An Exchange one of which no copy is kept is FWD-02, whatever its domain: as critical as FWD-04.
- An Exchange one of which a copy is kept is FWD-04 where its domain is free mail or a look-alike,
  else FWD-03. Where the API does not tell about the copy, it is taken as kept.

Who exists is known of the audited domain and its aliases only. So a target at another domain of
one's own is internal, but never dangling, and no way goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Final

from hostway_email.audit.check import Check, Context, Evidence, JoinCheck, MailboxCheck, Severity
from hostway_email.audit.checks.addresses import (
    bare,
    canonical,
    distinct,
    is_external,
    is_internal,
    is_local,
    local_part,
    second_addresses,
    suspicion,
)
from hostway_email.audit.checks.forward_paths import cycles, ways_out
from hostway_email.audit.checks.wording import shown
from hostway_email.audit.facts import MailboxFacts

__all__ = ["CHECKS", "external_forwards"]

_GROUP: Final = "forwards"
_LONGEST_WAY: Final = 8


def external_forward(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    for target in _regular_targets(mailbox, context):
        if is_external(target, context) and not suspicion(target, context):
            yield Evidence(f"forwards to {shown(target)}")


FWD_01 = MailboxCheck(
    id="FWD-01",
    title="Mail is forwarded outside",
    severity=Severity.HIGH,
    group=_GROUP,
    why="Every message leaves the domain, beyond its retention, its filters and your control; an "
    "intruder often sets up such a forward to keep reading after the password was changed.",
    mend="Ask the owner whether the forward is meant; delete it if it is not, and add the "
    "target's domain to the internal domains if it is one of yours.",
    probes=frozenset({"forwards", "domain.aliases"}),
    find=external_forward,
)


def exchange_forward_without_copy(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if not _keeps_copy(mailbox):
        for target in _exchange_targets(mailbox, context):
            if is_external(target, context):
                yield Evidence(f"Exchange forwards to {shown(target)} and keeps no copy")


FWD_02 = MailboxCheck(
    id="FWD-02",
    title="Exchange forwards outside and keeps no copy",
    severity=Severity.CRITICAL,
    group=_GROUP,
    why="The mail exists only outside: nothing is left in the mailbox that its owner could "
    "notice, or that could be searched or restored later.",
    mend="Remove the forwarding address, or at least have Exchange deliver to the mailbox as "
    "well; then find out who set it and when.",
    probes=frozenset({"exchange", "domain.aliases"}),
    find=exchange_forward_without_copy,
)


def exchange_forward_with_copy(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if _keeps_copy(mailbox):
        for target in _exchange_targets(mailbox, context):
            if is_external(target, context) and not suspicion(target, context):
                yield Evidence(f"Exchange forwards to {shown(target)}{_about_copy(mailbox)}")


FWD_03 = MailboxCheck(
    id="FWD-03",
    title="Exchange forwards outside",
    severity=Severity.HIGH,
    group=_GROUP,
    why="A second copy of every message leaves the domain, and the owner sees no sign of it in "
    "the mailbox.",
    mend="Ask the owner whether the forward is meant, and remove the forwarding address if it "
    "is not.",
    probes=frozenset({"exchange", "domain.aliases"}),
    find=exchange_forward_with_copy,
)


def suspicious_forward(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    by_exchange = _exchange_targets(mailbox, context) if _keeps_copy(mailbox) else []
    for target in distinct([*_regular_targets(mailbox, context), *by_exchange]):
        if reason := suspicion(target, context):
            yield Evidence(f"forwards to {shown(target)}, {shown(reason)}")


FWD_04 = MailboxCheck(
    id="FWD-04",
    title="Mail is forwarded to free mail or a look-alike domain",
    severity=Severity.CRITICAL,
    group=_GROUP,
    why="Private free-mail addresses are where stolen mail usually goes, and a domain one letter "
    "away from yours is either a typing error that feeds a stranger or was registered to deceive.",
    mend="Delete the forward unless its owner can explain it; where it was not theirs, treat the "
    "mailbox as broken into: new password, and a look at what was sent from it.",
    probes=frozenset({"forwards", "exchange", "domain.aliases"}),
    find=suspicious_forward,
)


class Dangling:
    """Gathers which forwards lead to somebody of the domain."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._second_addresses: set[str] = set()
        self._forwards: list[tuple[str, str]] = []

    def add(self, mailbox: MailboxFacts) -> None:
        self._second_addresses.update(second_addresses(mailbox, self._context))
        for target in _all_targets(mailbox, self._context):
            if is_local(target, self._context):
                self._forwards.append((mailbox.username, target))

    def find(self, names: Set[str]) -> Iterator[Evidence]:
        for username, target in sorted(self._forwards):
            known = local_part(target) in names or canonical(target) in self._second_addresses
            if not known:
                text = f"forwards to {shown(target)}, which does not exist"
                yield Evidence(text, username=username)


FWD_05 = JoinCheck(
    id="FWD-05",
    title="Forward to a mailbox that does not exist",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="What is forwarded there bounces or is lost, and whoever gets that name next would "
    "receive mail that was meant for somebody else.",
    mend="Delete the forward, or point it to whoever took over the work.",
    probes=frozenset({"forwards", "exchange", "domain.aliases"}),
    start=Dangling,
)


class ForwardWays:
    """Gathers who forwards to whom; mailboxes that forward nothing leave no trace."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._spelling: dict[str, str] = {}
        self._inside: dict[str, list[str]] = {}
        self._outside: dict[str, str] = {}
        self._second_addresses: dict[str, str] = {}

    def add(self, mailbox: MailboxFacts) -> None:
        name = mailbox.username.casefold()
        for address in second_addresses(mailbox, self._context):
            self._second_addresses[address] = name
        targets = _all_targets(mailbox, self._context)
        inside = [canonical(target) for target in targets if is_local(target, self._context)]
        outside = [target for target in targets if is_external(target, self._context)]
        if inside:
            self._inside[name] = inside
        if outside:
            self._outside[name] = min(outside)
        if inside or outside:
            self._spelling[name] = mailbox.username

    def find(self, _names: Set[str]) -> Iterator[Evidence]:
        graph = {
            name: {self._second_addresses.get(target, local_part(target)) for target in targets}
            for name, targets in self._inside.items()
        }
        for way in cycles(graph):
            yield self._evidence("forwards in a circle", way)
        for way in ways_out(graph, self._outside.keys()):
            yield self._evidence("leaves over colleagues", way, self._outside[way[-1]])

    def _evidence(self, text: str, way: Sequence[str], *end: str) -> Evidence:
        names = [self._spelling[name] for name in way]
        return Evidence(f"{text}: {_drawn([*names, *end])}", username=names[0])


FWD_06 = JoinCheck(
    id="FWD-06",
    title="Forwards go in a circle, or leave over colleagues",
    severity=Severity.HIGH,
    group=_GROUP,
    why="Mail in a circle comes back until a server gives up on it; and a forward that looks "
    "internal, but ends outside, escapes whoever looks at one mailbox at a time.",
    mend="Break the circle at the forward that is needed least; for a way out, decide about the "
    "last forward on it as if the first mailbox itself forwarded outside.",
    probes=frozenset({"forwards", "exchange", "domain.aliases"}),
    start=ForwardWays,
    holds_in_part=True,
)


def mixed_fan_out(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    targets = _regular_targets(mailbox, context)
    inside = sum(is_internal(target, context) for target in targets)
    outside = len(targets) - inside
    limit = context.settings.max_forward_targets
    if len(targets) > limit or (inside and outside):
        yield Evidence(
            f"forward targets: {inside:,} internal, {outside:,} external; limit {limit:,}"
        )


FWD_07 = MailboxCheck(
    id="FWD-07",
    title="Forward to many, or to inside and outside at once",
    severity=Severity.MEDIUM,
    group=_GROUP,
    why="The mailbox serves as a distribution list that nobody maintains; with outsiders on it, "
    "colleagues write to people they don't know of.",
    mend="Make it a real distribution list with an owner, and take off whoever left.",
    probes=frozenset({"forwards", "domain.aliases"}),
    find=mixed_fan_out,
)


def privileged_forward(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if mailbox.master:
        for target in external_forwards(mailbox, context):
            yield Evidence(f"a master mailbox forwards to {shown(target)}")


FWD_08 = MailboxCheck(
    id="FWD-08",
    title="A master mailbox forwards outside",
    severity=Severity.CRITICAL,
    group=_GROUP,
    why="A master mailbox administers others: password resets and notices that are sent to it "
    "give whoever reads them outside a way to take over the domain.",
    mend="Delete the forward at once, set a new password, and review what was changed in the "
    "domain since the forward was set.",
    probes=frozenset({"forwards", "exchange", "domain.aliases"}),
    find=privileged_forward,
)


def hidden_forward(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if mailbox.exchange and mailbox.exchange.hidden_from_address_lists_enabled:
        for target in external_forwards(mailbox, context):
            yield Evidence(f"hidden from the address lists, and forwards to {shown(target)}")


FWD_09 = MailboxCheck(
    id="FWD-09",
    title="A hidden mailbox forwards outside",
    severity=Severity.HIGH,
    group=_GROUP,
    why="A mailbox that nobody sees in the address book and that sends everything on is a "
    "convenient back door, and at best one that was forgotten.",
    mend="Find out who uses it; show it in the address lists again or delete it, and remove the "
    "forward.",
    probes=frozenset({"forwards", "exchange", "domain.aliases"}),
    find=hidden_forward,
)

CHECKS: Final[tuple[Check, ...]] = (
    FWD_01,
    FWD_02,
    FWD_03,
    FWD_04,
    FWD_05,
    FWD_06,
    FWD_07,
    FWD_08,
    FWD_09,
)


def external_forwards(mailbox: MailboxFacts, context: Context) -> list[str]:
    """Return all external targets of a mailbox, those of Exchange included."""
    targets = _all_targets(mailbox, context)
    return [target for target in targets if is_external(target, context)]


def _all_targets(mailbox: MailboxFacts, context: Context) -> list[str]:
    return distinct([*_regular_targets(mailbox, context), *_exchange_targets(mailbox, context)])


def _regular_targets(mailbox: MailboxFacts, context: Context) -> list[str]:
    return _targets(mailbox.forwards or (), context)


def _exchange_targets(mailbox: MailboxFacts, context: Context) -> list[str]:
    target = mailbox.exchange and mailbox.exchange.forwarding_smtp_address
    return _targets([target] if target else (), context)


def _targets(addresses: Iterable[str], context: Context) -> list[str]:
    # A name without a domain is one of the domain itself, as for any mail server.
    targets = filter(None, map(bare, addresses))
    here = context.domain.domain
    return distinct(target if "@" in target else f"{target}@{here}" for target in targets)


def _keeps_copy(mailbox: MailboxFacts) -> bool:
    exchange = mailbox.exchange
    return exchange is None or exchange.deliver_to_mailbox_and_forward is not False


def _about_copy(mailbox: MailboxFacts) -> str:
    known = mailbox.exchange and mailbox.exchange.deliver_to_mailbox_and_forward is not None
    return " and keeps a copy" if known else "; the API does not say whether it keeps a copy"


def _drawn(way: Sequence[str]) -> str:
    names = [shown(name) for name in way]
    if len(names) > _LONGEST_WAY:
        left_out = len(names) - _LONGEST_WAY
        names[_LONGEST_WAY - 2 : -2] = [f"({left_out:,} more)"]
    return " -> ".join(names)
