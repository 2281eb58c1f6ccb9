"""Quotas: full and nearly full ones, and mismatching sums."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

from hostway_email.audit.checks.base import (
    AggregateCheck,
    Check,
    Context,
    DomainCheck,
    Evidence,
    MailboxCheck,
    Severity,
)
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import megabytes, use_of

__all__ = ["CHECKS"]

_GROUP: Final = "quota"
_BYTES_PER_MEGABYTE: Final = 1 << 20


def over_quota(mailbox: MailboxFacts, _context: Context) -> Iterator[Evidence]:
    for use in _uses(mailbox):
        if use.full:
            yield Evidence(use.text)


QUO_01 = MailboxCheck(
    id="QUO-01",
    title="Mailbox over quota",
    severity=Severity.HIGH,
    group=_GROUP,
    rationale="New mail is rejected or bounces, and senders may conclude that the address no "
    "longer exists.",
    remediation="Raise the quota, or have the owner delete or archive mail.",
    probes=frozenset({"mailbox", "exchange"}),
    find=over_quota,
)


def near_quota(mailbox: MailboxFacts, context: Context) -> Iterator[Evidence]:
    for use in _uses(mailbox):
        if use.near(context.settings.near_quota) and not use.full:
            yield Evidence(use.text)


QUO_02 = MailboxCheck(
    id="QUO-02",
    title="Mailbox near its quota",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="A few large messages are enough to fill it, and then new mail is rejected.",
    remediation="Raise the quota, or have the owner free space.",
    probes=frozenset({"mailbox", "exchange"}),
    find=near_quota,
)


def infostore_full(context: Context) -> Iterator[Evidence]:
    store = context.domain.infostore
    use = store and _use(store.usage_mb, store.quota_mb)
    if use and use.near(context.settings.near_quota):
        yield Evidence(use.text)


QUO_03 = DomainCheck(
    id="QUO-03",
    title="InfoStore full or nearly full",
    severity=Severity.MEDIUM,
    group=_GROUP,
    rationale="All users of the domain share it; once it is full, none of them can store files.",
    remediation="Raise its quota, or have unused files deleted.",
    probes=frozenset({"domain.infostore"}),
    find=infostore_full,
)


class QuotaSum:
    """The sum of the mailbox quotas in the list of usernames."""

    def __init__(self, context: Context) -> None:
        self._announced = context.domain.quota_mb
        self._total = 0
        self._missing = 0

    def add(self, mailbox: MailboxFacts) -> None:
        self._total += mailbox.quota_mb or 0
        self._missing += mailbox.quota_mb is None

    def find(self, _names: Set[str]) -> Iterator[Evidence]:
        if self._announced is None or self._total == self._announced:
            return
        # Mailboxes without a quota in the list may account for the difference.
        if self._missing and self._total < self._announced:
            return
        total, announced = megabytes(self._total), megabytes(self._announced)
        yield Evidence(f"sum of the mailbox quotas: {total}, quota of the domain: {announced}")


QUO_04 = AggregateCheck(
    id="QUO-04",
    title="Quota sum mismatch",
    severity=Severity.LOW,
    group=_GROUP,
    rationale="The domain's quota should be the sum of its mailbox quotas. Where it is not, one of "
    "the two is out of date, and billing may be as well.",
    remediation="Compare the mailbox list with the mailboxes that should exist, and report the "
    "difference to Hostway if the list is correct.",
    probes=frozenset({"domain.quota_mb"}),
    start=QuotaSum,
)

CHECKS: Final[tuple[Check, ...]] = (QUO_01, QUO_02, QUO_03, QUO_04)


@dataclass(frozen=True, slots=True)
class _Use:
    used: int
    quota: int
    per_megabyte: int

    @property
    def full(self) -> bool:
        return self.used >= self.quota

    @property
    def text(self) -> str:
        return use_of(self.used, self.quota, per_megabyte=self.per_megabyte)

    def near(self, share: float) -> bool:
        return self.full or self.used / self.quota >= share


def _uses(mailbox: MailboxFacts) -> Iterator[_Use]:
    regular, exchange = mailbox.mailbox, mailbox.exchange
    if regular and (use := _use(regular.usage_mb, regular.quota_mb)):
        yield use
    if exchange and (use := _use(exchange.used_bytes, exchange.quota_bytes, _BYTES_PER_MEGABYTE)):
        yield use


def _use(used: int | None, quota: int | None, per_megabyte: int = 1) -> _Use | None:
    if used is None or quota is None or quota <= 0:
        return None
    return _Use(used, quota, per_megabyte)
