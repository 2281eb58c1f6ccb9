"""Generation of mailboxes without findings: people, roles, rooms and equipment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from hostway_email.sandbox.seed.names import (
    DEPARTMENTS,
    EQUIPMENT,
    FAMILY,
    GIVEN,
    PARTNERS,
    ROLES,
    ROOMS,
    SPAMMERS,
    to_ascii,
)
from hostway_email.sandbox.state import (
    Autoresponder,
    Domain,
    ExchangeMailbox,
    Mailbox,
    MessageStats,
    SandboxState,
    Webmail,
)

__all__ = ["MailboxGroups", "add_mailboxes"]

_EXCHANGE_SHARE = 0.15
_PLANS = ("standard", "activesync", "premium")
_ZONES = ("America/Chicago", "America/New_York", "Europe/Lisbon", "Europe/Berlin")
_LANGUAGES = ("en_US", "en_GB", "es_ES", "de_DE", "fr_FR")


@dataclass(slots=True)
class MailboxGroups:
    """The mailboxes of a domain by purpose."""

    roles: list[Mailbox] = field(default_factory=list)
    people: list[Mailbox] = field(default_factory=list)
    on_exchange: list[Mailbox] = field(default_factory=list)
    resources: list[Mailbox] = field(default_factory=list)


def add_mailboxes(state: SandboxState, domain: Domain, count: int, random: Random) -> MailboxGroups:
    """Add `count` mailboxes to the domain and return them by purpose."""
    groups = MailboxGroups()
    roles = min(len(ROLES), max(1, count // 5))
    exchange = round(count * _EXCHANGE_SHARE)
    # One or two resources in a small domain, one for every ten Exchange mailboxes in a large one.
    resources = max(min(2, exchange), exchange // 10)
    for name in ROLES[:roles]:
        groups.roles.append(_regular(name, random))
    names = _people(random)
    for _ in range(count - roles - exchange):
        groups.people.append(_regular(next(names)[2], random))
    for _ in range(exchange - resources):
        groups.on_exchange.append(_exchange_user(state, next(names), random))
    for name, kind in _resource_names(resources):
        groups.resources.append(_resource(state, name, kind))
    for group in (groups.roles, groups.people, groups.on_exchange, groups.resources):
        for mailbox in group:
            domain.mailboxes.add(mailbox)
    _add_common_settings(state, domain, groups, random)
    return groups


def _people(random: Random) -> Iterator[tuple[str, str, str]]:
    """Yield given name, family name and a unique username."""
    taken: dict[str, int] = {}
    letters = {name: to_ascii(name) for name in (*GIVEN, *FAMILY)}
    while True:
        given, family = random.choice(GIVEN), random.choice(FAMILY)
        username = f"{letters[given]}.{letters[family]}"
        number = taken[username] = taken.get(username, 0) + 1
        yield given, family, username if number == 1 else f"{username}{number}"


def _resource_names(count: int) -> Iterator[tuple[str, str]]:
    for index in range(count):
        kind, names = ("equipment", EQUIPMENT) if index % 4 == 3 else ("room", ROOMS)
        name = names[index // 4 % len(names)] if kind == "equipment" else names[index % len(names)]
        number = index // (4 * len(names)) if kind == "equipment" else index // len(names)
        prefix = f"room-{name}" if kind == "room" else name
        yield prefix if number == 0 else f"{prefix}{number + 1}", kind


def _regular(username: str, random: Random) -> Mailbox:
    plan = random.choices(_PLANS, (78, 12, 10))[0]
    quota = {"standard": 2048, "activesync": 5120, "premium": 10240}[plan]
    # Few mailboxes come near their quota; most use a third of it or less.
    usage = int(quota * min(0.85, random.betavariate(1.2, 3.5)))
    return Mailbox(
        username,
        f"Mb-{random.getrandbits(40):010x}",
        quota=quota,
        usage=usage,
        webmail=Webmail(
            plan,
            allow_upgrade=random.random() < 0.7,
            language=random.choice(_LANGUAGES),
            timezone=random.choice(_ZONES),
        ),
        secrets=_secrets(random),
        stats=_stats(usage, random),
    )


def _exchange_user(state: SandboxState, name: tuple[str, str, str], random: Random) -> Mailbox:
    given, family, username = name
    premium = random.random() < 0.25
    quota = 51200 if premium else 10240
    usage = int(quota * min(0.85, random.betavariate(1.2, 4)))
    phone = random.random() < 0.6
    created = state.now() - timedelta(
        days=random.randrange(30, 4000), minutes=random.randrange(700)
    )
    exchange = ExchangeMailbox(
        display_name=f"{given} {family}",
        type="premium" if premium else "standard",
        first_name=given,
        last_name=family,
        department=random.choice(DEPARTMENTS),
        company="Example Company",
        item_count=usage * 9,
        recipient_limits=random.choice(("100", "500")),
        when_created=created,
        when_changed=created + timedelta(days=random.randrange(30)),
        active_sync_enabled=phone,
        active_sync_mailbox_policy="Company phones" if phone else "Default",
        active_sync_allowed_device_ids=[f"{random.getrandbits(64):016X}"] if phone else [],
        has_active_sync_device_partnership=phone,
    )
    return Mailbox(
        username,
        f"Ex-{random.getrandbits(40):010x}",
        quota=quota,
        usage=usage,
        exchange=exchange,
        webmail=None,
        secrets=_secrets(random),
        stats=_stats(usage, random),
    )


def _resource(state: SandboxState, username: str, kind: str) -> Mailbox:
    exchange = ExchangeMailbox.of_kind(kind)
    exchange.display_name = username.replace("-", " ").title()
    exchange.when_created = exchange.when_changed = state.now() - timedelta(days=400)
    return Mailbox(username, "Rm-0123456789", quota=1000, exchange=exchange, webmail=None)


def _secrets(random: Random) -> dict[str, str]:
    first = random.randrange(1, 4)
    return {f"tk{number}": "answer" for number in range(first, first + random.choice((1, 1, 2)))}


def _stats(usage: int, random: Random) -> MessageStats:
    inbox = 5 + usage * random.randrange(2, 9) // 4
    spam = random.randrange(40)
    return MessageStats(
        inbox=inbox,
        inbox_unread=int(inbox * random.random() ** 3 * 0.6),
        sent=3 + inbox // random.randrange(3, 12),
        spam=spam,
        spam_unread=spam // 2,
    )


def _add_common_settings(
    state: SandboxState, domain: Domain, groups: MailboxGroups, random: Random
) -> None:
    """Add common settings to some mailboxes: forwards, lists, filters, old replies, trials."""
    # The targets of these forwards have no forwards themselves, which would be a chain.
    targets = groups.people[: max(1, len(groups.people) // 20)]
    for role in groups.roles:
        if targets and random.random() < 0.6:
            role.forwards.append(f"{random.choice(targets).username}@{domain.name}")
    for mailbox in groups.people + groups.on_exchange:
        chance = random.random()
        if chance < 0.15:
            _list_partners(mailbox, random)
        elif chance < 0.22:
            mailbox.cleanmailplus["SPAM_LEVEL"] = "3"
        elif chance < 0.30:
            mailbox.autoresponder = Autoresponder(False, "Out of office", "I am back on Monday.")
        elif chance < 0.36 and mailbox.webmail is not None:
            mailbox.trial_type = "premium"
            mailbox.trial_expiration = state.today + timedelta(days=random.randrange(60, 200))


def _list_partners(mailbox: Mailbox, random: Random) -> None:
    for number in range(random.randrange(1, 5)):
        mailbox.blackwhitelist[f"orders{number}@{random.choice(PARTNERS)}"] = "W"
    for _ in range(random.randrange(3)):
        sender = f"offer{random.randrange(1000)}@{random.choice(SPAMMERS)}"
        mailbox.blackwhitelist[sender] = "B"
