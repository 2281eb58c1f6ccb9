"""The plan of an audit: its requests, counted before any is sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from hostway_email.audit.collect.probes import DOMAIN_PROBES, MAILBOX_PROBES, STATISTICS
from hostway_email.audit.records.baseline import BaselineAudit
from hostway_email.audit.run.selection import Selection
from hostway_email.pagination.pager import PAGE_SIZE

__all__ = ["AuditPlan", "Between"]

SECONDS_A_REQUEST: Final = 0.25
"""The assumed time of a request, where there is no baseline to measure it."""


class Between(NamedTuple):
    """A range of numbers, including both ends."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class AuditPlan:
    """The requests of an audit without retries; nothing was sent to count them.

    Attributes:
        checks: the ids of the checks.
        skipped: the selected checks that cannot run, by id, with the reason.
        domains: the number of domains.
        domain_probes: the requests for each domain, besides its list of usernames.
        mailbox_probes: the requests for each mailbox; of `mailbox` and `exchange`, the one that
            matches its kind.
        concurrency: how many mailboxes are read at once.
        mailboxes: the number of mailboxes of these domains in the baseline; None without one.
        seconds_a_request: the time of a request, measured in the baseline or assumed.
        measured: whether it was measured.
    """

    checks: tuple[str, ...]
    skipped: Mapping[str, str]
    domains: int
    domain_probes: tuple[str, ...]
    mailbox_probes: tuple[str, ...]
    concurrency: int
    mailboxes: int | None = None
    seconds_a_request: float = SECONDS_A_REQUEST
    measured: bool = False

    @classmethod
    def of(
        cls,
        selection: Selection,
        domains: int,
        concurrency: int,
        baseline: BaselineAudit | None,
    ) -> AuditPlan:
        """Return the plan of an audit."""
        needed = selection.probes
        end = baseline.end if baseline else None
        measured = end.seconds * end.concurrency / end.requests if end and end.requests else None
        return cls(
            checks=tuple(sorted({check.id for check in selection.checks})),
            skipped=selection.skipped,
            domains=domains,
            domain_probes=tuple(name for name in DOMAIN_PROBES if f"domain.{name}" in needed),
            mailbox_probes=tuple(n for n in (*MAILBOX_PROBES, STATISTICS) if n in needed),
            concurrency=concurrency,
            mailboxes=None if baseline is None else baseline.mailboxes,
            seconds_a_request=SECONDS_A_REQUEST if measured is None else measured,
            measured=measured is not None,
        )

    @property
    def requests_a_mailbox(self) -> Between:
        """The number of requests for each mailbox: a range where it depends on the kind."""
        by_kind = [name for name in self.mailbox_probes if _kind(name)]
        common = len(self.mailbox_probes) - len(by_kind)
        # Each mailbox is of one of two kinds: with both probes, exactly one of them is sent.
        return Between(common + (len(by_kind) == 2), common + bool(by_kind))

    @property
    def requests_a_domain(self) -> int:
        """The number of requests for each domain, besides the pages of its list of usernames."""
        return len(self.domain_probes)

    def requests(self, mailboxes: int) -> Between:
        """Return the number of requests for this total of mailboxes in all domains.

        The range covers the kinds of the mailboxes, where only one kind needs a request, and how
        the mailboxes are spread over the pages of several domains.

        More requests are sent for retries, for deferred statistics, for address books and
        black/white lists of more than 100 entries, and, one each, for mailboxes whose kind is
        missing in the list, and for listed mailboxes that are not found, if no check needs their
        details. Fewer are sent for listed mailboxes that are not found, which have no statistics,
        and while the IMAP gateway is down.
        """
        least, most = self.requests_a_mailbox
        fixed = self.domains * self.requests_a_domain
        fewest_pages = max(self.domains, _pages(mailboxes))
        # The number of pages is highest if one domain has all mailboxes: an empty list has a page.
        most_pages = self.domains - 1 + _pages(mailboxes)
        return Between(
            fixed + fewest_pages + least * mailboxes, fixed + most_pages + most * mailboxes
        )

    def seconds(self, mailboxes: int) -> float:
        """Return the estimated time of the audit for this number of mailboxes."""
        return self.requests(mailboxes).most * self.seconds_a_request / self.concurrency


def _pages(mailboxes: int) -> int:
    return max(1, math.ceil(mailboxes / PAGE_SIZE))


def _kind(probe: str) -> bool:
    return probe in MAILBOX_PROBES and MAILBOX_PROBES[probe].kind is not None
