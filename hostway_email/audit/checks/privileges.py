"""Privileges: the number of master mailboxes."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Set
from typing import Final

from hostway_email.audit.checks.base import AggregateCheck, Check, Context, Evidence, Severity
from hostway_email.audit.collect.facts import MailboxFacts
from hostway_email.audit.text import listed

__all__ = ["CHECKS"]

_NAMED: Final = 10


class Masters:
    """The number of master mailboxes, and the first of their names."""

    def __init__(self, context: Context) -> None:
        self._limit = context.settings.max_masters
        self._count = 0
        self._first: list[str] = []

    def add(self, mailbox: MailboxFacts) -> None:
        if mailbox.master:
            self._count += 1
            insort(self._first, mailbox.username)
            del self._first[_NAMED:]

    def find(self, _names: Set[str]) -> Iterator[Evidence]:
        if self._count > self._limit:
            names = listed(self._first, total=self._count)
            yield Evidence(f"master mailboxes: {self._count:,}, limit {self._limit:,}: {names}")


PRV_01 = AggregateCheck(
    id="PRV-01",
    title="Too many master mailboxes",
    severity=Severity.MEDIUM,
    group="privileges",
    rationale="Each of them can administer the others, so any one stolen password exposes the "
    "whole domain.",
    remediation="Revoke the master right from all but the one or two users who need it.",
    probes=frozenset(),
    start=Masters,
)

CHECKS: Final[tuple[Check, ...]] = (PRV_01,)
