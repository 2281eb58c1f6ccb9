"""Forwards: external, dangling and looping ones.

A regular forward is one of the `forwards` of a username; an Exchange mailbox can have one more of
its own. Each external target is reported once:

- A regular forward to a free-mail or look-alike domain is FWD-04, any other FWD-01.
- An Exchange forward that keeps no copy is FWD-02, whatever its domain: as critical as FWD-04.
- An Exchange forward that keeps a copy is FWD-04 to a free-mail or look-alike domain, else FWD-03.
  If the API does not say whether a copy is kept, it is assumed to be.

Existing mailboxes are known for the audited domain and its aliases only. A target in another
internal domain is therefore never dangling, and no path continues from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Final

from hostway_email.audit.checks._addresses import (
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
from hostway_email.audit.checks._forward_paths import cycles, paths_out
from hostway_email.audit.checks.base import (
    AggregateCheck,
    Check,
    Context,
    Evidence,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import shown

__all__ = ["CHECKS", "external_forwards"]

_GROUP: Final = "forwards"
_LONGEST_PATH: Final = 8


def external_forward(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    for target in _regular_targets(mailbox, context):
        if is_external(target, context) and not suspicion(target, context):
            yield Evidence(f"forwards to {shown(target)}")


FWD_01 = MailboxCheck(
    id="FWD-01",
    title="External forward",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="Every message leaves the domain, out of reach of its retention, filters and "
    "controls. Attackers often set up such a forward to keep reading mail after a password change.",
    remediation="Ask the owner whether the forward is intended. Delete it if not; if the target's "
    "domain is yours, add it to internal_domains.",
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
    title="External Exchange forward, no copy kept",
    severity=Severity.CRITICAL,
    group=_GROUP,
    rationale="The mail exists only outside the domain: the mailbox keeps nothing that its owner "
    "could notice, or that could be searched or restored later.",
    remediation="Remove the forwarding address, or at least have Exchange deliver to the mailbox "
    "as well. Then find out who set it and when.",
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
    title="External Exchange forward",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="A copy of every message leaves the domain, and the mailbox shows its owner no sign "
    "of it.",
    remediation="Ask the owner whether the forward is intended; remove the forwarding address if "
    "not.",
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
    title="Forward to a free-mail or look-alike domain",
    severity=Severity.CRITICAL,
    group=_GROUP,
    rationale="Stolen mail usually goes to private free-mail addresses. A domain one character "
    "away from yours is either a typo that sends mail to a stranger or was registered to deceive.",
    remediation="Delete the forward unless its owner can explain it. If the owner did not set it, "
    "treat the mailbox as compromised: set a new password and review the sent mail.",
    probes=frozenset({"forwards", "exchange", "domain.aliases"}),
    find=suspicious_forward,
)


class DanglingForwards:
    """The forwards to mailboxes of the audited domain."""

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


FWD_05 = AggregateCheck(
    id="FWD-05",
    title="Dangling forward to a mailbox that does not exist",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="Forwarded mail bounces or is lost, and the next owner of that name would receive "
    "mail meant for another person.",
    remediation="Delete the forward, or point it to the successor's mailbox.",
    probes=frozenset({"forwards", "exchange", "domain.aliases"}),
    start=DanglingForwards,
)


class ForwardPaths:
    """The graph of forwards; mailboxes without a forward take no memory."""

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
        for path in cycles(graph):
            yield self._evidence("forwarding loop", path)
        for path in paths_out(graph, self._outside.keys()):
            yield self._evidence("external forwarding chain", path, self._outside[path[-1]])

    def _evidence(self, text: str, path: Sequence[str], *end: str) -> Evidence:
        names = [self._spelling[name] for name in path]
        return Evidence(f"{text}: {_path_text([*names, *end])}", username=names[0])


FWD_06 = AggregateCheck(
    id="FWD-06",
    title="Forwarding loop, or chain that ends outside",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="Mail in a loop circulates until a server rejects it. A chain of internal forwards "
    "that ends at an external address is missed when mailboxes are reviewed one at a time.",
    remediation="Break a loop at its least needed forward. Review the last forward of a chain as "
    "if the first mailbox forwarded to the external address itself.",
    probes=frozenset({"forwards", "exchange", "domain.aliases"}),
    start=ForwardPaths,
    allow_partial=True,
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
    title="Too many forward targets, or internal and external mixed",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="The mailbox serves as an unmaintained distribution list; with external targets on "
    "it, colleagues write to recipients they do not know of.",
    remediation="Replace it with a distribution list that has an owner, and remove former members.",
    probes=frozenset({"forwards", "domain.aliases"}),
    find=mixed_fan_out,
)


def privileged_forward(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if mailbox.master:
        for target in external_forwards(mailbox, context):
            yield Evidence(f"master mailbox, forwards to {shown(target)}")


FWD_08 = MailboxCheck(
    id="FWD-08",
    title="External forward of a master mailbox",
    severity=Severity.CRITICAL,
    group=_GROUP,
    rationale="A master mailbox administers others: an external recipient of its password resets "
    "and notices could take over the domain.",
    remediation="Delete the forward at once, set a new password, and review what was changed in "
    "the domain since the forward was set.",
    probes=frozenset({"forwards", "exchange", "domain.aliases"}),
    find=privileged_forward,
)


def hidden_forward(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    if mailbox.exchange and mailbox.exchange.hidden_from_address_lists_enabled:
        for target in external_forwards(mailbox, context):
            yield Evidence(f"hidden from the address lists, forwards to {shown(target)}")


FWD_09 = MailboxCheck(
    id="FWD-09",
    title="External forward of a hidden mailbox",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="A mailbox that is hidden from the address lists and forwards all mail is a "
    "convenient backdoor, or at best a forgotten one.",
    remediation="Find out who uses it; unhide or delete it, and remove the forward.",
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
    """Return all external forward targets of a mailbox, including those of Exchange."""
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
    # A name without a domain belongs to the domain itself, as on any mail server.
    targets = filter(None, map(bare, addresses))
    here = context.domain.domain
    return distinct(target if "@" in target else f"{target}@{here}" for target in targets)


def _keeps_copy(mailbox: MailboxFacts) -> bool:
    exchange = mailbox.exchange
    return exchange is None or exchange.deliver_to_mailbox_and_forward is not False


def _about_copy(mailbox: MailboxFacts) -> str:
    known = mailbox.exchange and mailbox.exchange.deliver_to_mailbox_and_forward is not None
    return " and keeps a copy" if known else "; unknown whether a copy is kept"


def _path_text(path: Sequence[str]) -> str:
    names = [shown(name) for name in path]
    if len(names) > _LONGEST_PATH:
        omitted = len(names) - _LONGEST_PATH
        names[_LONGEST_PATH - 2 : -2] = [f"({omitted:,} more)"]
    return " -> ".join(names)
